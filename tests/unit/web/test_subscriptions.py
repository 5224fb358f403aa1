"""Webhook subscriptions over HTTP: everyone handles what is theirs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from helioscribe.adapters.memory import MemorySubscriptions
from helioscribe.domain.subscription import DeadLetter
from helioscribe.runtime.subscribing import StoredSubscriptions
from helioscribe.web.access import Access
from support.factories import at

ASKED = {"name": "alerts", "url": "https://example.org/hook", "events": {"type": "FL", "goes_class": "M1"}}


@pytest.fixture
def desk(site) -> StoredSubscriptions:
    return StoredSubscriptions(store=MemorySubscriptions(), catalogue=site.catalogue)


def test_from_the_first_to_the_last_word(guarded, desk) -> None:
    server = guarded(desk=desk)
    status, _, text = server.ask("POST", "/api/subscriptions", ASKED | {"after": 7})
    made = json.loads(text)
    assert (status, made["name"], made["cursor"], len(made["secret"]) > 30) == (200, "alerts", 7, True)
    [kept] = desk.store.all()
    assert (kept.query.event_types, str(kept.query.conditions[0].value)) == (("FL",), "M1")
    [seen] = json.loads(server.ask("GET", "/api/subscriptions")[2])
    assert (seen["url"], "secret" in seen) == (ASKED["url"], False)
    desk.store.bury(DeadLetter(subscription_id=kept.id, cursor=3, event_id="evt-1", error="status 500", at=at()))
    [letter] = json.loads(server.ask("GET", "/api/subscriptions/alerts/letters")[2])
    assert (letter["cursor"], letter["error"]) == (3, "status 500")
    assert server.ask("POST", "/api/subscriptions/alerts/replay", {"after": 2})[0] == 200
    assert desk.store.all()[0].cursor == 2
    assert server.ask("DELETE", "/api/subscriptions/alerts")[0] == 200
    assert desk.store.all() == []


@pytest.mark.parametrize(
    "asked",
    [
        [],
        "no json",
        {},
        ASKED | {"name": 7},
        ASKED | {"url": "http://127.0.0.1/"},
        ASKED | {"events": {"tpye": "FL"}},
        ASKED | {"events": ["FL"]},
        ASKED | {"after": -1},
        ASKED | {"after": 2**70},
        ASKED | {"after": "3"},
        b"[" * 70_000,
    ],
)
def test_what_makes_no_subscription_is_refused(guarded, desk, asked: Any) -> None:
    status, _, text = guarded(desk=desk).ask("POST", "/api/subscriptions", asked)
    assert (status, json.loads(text)["code"]) == (400, "invalid_input")
    assert desk.store.all() == []


def test_nobody_sees_what_is_anothers(guarded, desk, tokens) -> None:
    people = {
        name: {"Authorization": f"Bearer {tokens.add(name, scopes)}"}
        for name, scopes in {"ada": ("read", "write"), "ben": ("write",), "cleo": ("read",), "root": ("admin",)}.items()
    }
    server = guarded(desk=desk, access=Access(tokens=tokens))
    assert server.ask("POST", "/api/subscriptions", ASKED, **people["ada"])[0] == 200
    listed = {name: server.ask("GET", "/api/subscriptions", **shown) for name, shown in people.items()}
    assert {name: (answer[0], len(json.loads(answer[2]))) for name, answer in listed.items() if answer[0] == 200} == {
        "ada": (200, 1),
        "ben": (200, 0),
        "root": (200, 1),
    }
    assert listed["cleo"][0] == 403
    assert server.ask("GET", "/api/subscriptions")[0] == 401
    assert server.ask("DELETE", "/api/subscriptions/alerts", **people["ben"])[0] == 404
    assert server.ask("DELETE", "/api/subscriptions/alerts", **people["root"])[0] == 200


def test_a_server_that_only_shows_does_not_show_these(guarded, desk) -> None:
    assert guarded(desk=desk, access=Access(only_reading=True)).ask("GET", "/api/subscriptions")[0] == 403
