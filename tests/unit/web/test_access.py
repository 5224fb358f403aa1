"""Every address of the web service is guarded as docs/hek.md says, whatever routes there are."""

from __future__ import annotations

import re

import pytest

from helioscribe.adapters.memory import MemoryCatalogue, MemorySubscriptions
from helioscribe.runtime.auth import SCOPES
from helioscribe.runtime.subscribing import StoredSubscriptions
from helioscribe.web.access import Access
from helioscribe.web.backend import Backend
from helioscribe.web.site import make_site

CHANGES = {
    ("POST", "/login"): None,
    ("POST", "/logout"): None,
    ("POST", "/reviews"): "review",
    ("POST", "/relations"): "write",
    ("POST", "/jobs"): "jobs",
    ("POST", "/api/events"): "write",
    ("DELETE", "/api/events/{event_id}"): "write",
    ("POST", "/api/events/{event_id}/relations"): "write",
    ("DELETE", "/api/events/{event_id}/relations/{relation_id}"): "write",
    ("POST", "/api/subscriptions"): "write",
    ("DELETE", "/api/subscriptions/{name}"): "write",
    ("POST", "/api/subscriptions/{name}/replay"): "write",
    ("POST", "/v2/repository/index"): "read",
    ("POST", "/v2/repository/models/{name}/load"): "admin",
    ("POST", "/v2/repository/models/{name}/unload"): "admin",
    ("POST", "/v2/models/{name}/infer"): "read",
    ("POST", "/v2/models/{name}/versions/{version}/infer"): "read",
}
OPEN = ("/login", "/healthz", "/static/")
OWN = ("/api/subscriptions", "/api/subscriptions/{name}/letters")


class Graphs:
    """Serves nothing; a request that comes here was let in."""

    def __getattr__(self, name):
        return lambda *_: []


@pytest.fixture
def parts():
    return {"desk": StoredSubscriptions(store=MemorySubscriptions(), catalogue=MemoryCatalogue()), "graphs": Graphs()}


@pytest.fixture
def routes(site, parts):
    stores = {name: getattr(site, name) for name in ("catalogue", "jobs", "models", "artifacts", "embeddings")}
    app = make_site(Backend(**stores, detectors=list), **parts)
    return {(method.upper(), path) for path, item in app.openapi()["paths"].items() for method in item} | {
        ("GET", "/static/style.css")
    }


def path_of(route: str) -> str:
    return re.sub(r"\{[^}]+\}", "x", route)


def reads(routes):
    return sorted(path for method, path in routes if method in ("GET", "HEAD"))


def test_these_are_all_the_requests_that_change_something(routes) -> None:
    assert {one for one in routes if one[0] not in ("GET", "HEAD")} == set(CHANGES)


def test_whoever_lacks_the_scope_of_a_change_is_refused(guarded, parts, tokens, caplog) -> None:
    shown = {scope: tokens.add(scope, (scope,)) for scope in SCOPES}
    server = guarded(access=Access(tokens=tokens, open_reading=False), **parts)
    for (method, route), scope in CHANGES.items():
        if scope is None:
            continue
        path = path_of(route)
        assert server.ask(method, path)[0] == 401, path
        for other, token in shown.items():
            status = server.ask(method, path, Authorization=f"Bearer {token}")[0]
            assert (status in (401, 403)) is (other not in (scope, "admin")), (path, other, status)


@pytest.mark.parametrize("open_reading", [True, False])
def test_whether_everybody_may_read_is_a_setting_for_every_page(guarded, parts, tokens, routes, open_reading) -> None:
    writer, reader = tokens.add("writer", ("write",)), tokens.add("reader", ("read",))
    server = guarded(access=Access(tokens=tokens, open_reading=open_reading), **parts)
    for route in reads(routes):
        path = path_of(route)
        own = route in OWN
        closed = own or not (open_reading or route.startswith(OPEN))
        assert (server.ask("GET", path)[0] == 401) is closed, path
        assert (server.ask("GET", path, Authorization=f"Bearer {reader}")[0] == 403) is own, path
        assert (server.ask("GET", path, Authorization=f"Bearer {writer}")[0] == 403) is (closed and not own), path


def test_no_page_of_another_site_changes_anything(guarded, parts, tokens) -> None:
    anybody, token = guarded(**parts), tokens.add("root", ("admin",))
    signed = guarded(access=Access(tokens=tokens), **parts)
    for method, route in CHANGES:
        for told in (
            {"Sec_Fetch_Site": "cross-site"},
            {"Sec_Fetch_Site": "same-site"},
            {"Origin": "null"},
            {"Origin": "http://["},
            {"Origin": "https://evil.example"},
        ):
            for server in (anybody, signed):
                status, _, text = server.ask(method, path_of(route), Cookie=f"hs_token={token}", **told)
                assert (status, "came from another site" in text) == (403, True), (route, told)


@pytest.mark.parametrize("name", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example"])
def test_a_server_without_tokens_answers_to_no_name_of_others(guarded, name) -> None:
    assert guarded().ask("GET", "/", Host=name)[0] in (400, 403)
    assert guarded().ask("POST", "/jobs", Host=name, Origin=f"http://{name}")[0] in (400, 403)


@pytest.mark.parametrize("name", ["localhost:8080", "127.0.0.1", "[::1]:8080", "10.1.2.3", "events.rob.be"])
def test_a_server_without_tokens_answers_to_its_own_names(guarded, name) -> None:
    assert guarded(access=Access(public_url="https://events.rob.be")).ask("GET", "/", Host=name)[0] == 200
    assert guarded(access=Access(any_name=True)).ask("GET", "/", Host="web.inside")[0] == 200


@pytest.mark.parametrize(
    ("url", "secure"), [("https://events.rob.be", True), ("http://events.rob.be", False), ("", False)]
)
def test_the_cookie_goes_by_tls_where_visitors_come_by_tls(guarded, tokens, url, secure) -> None:
    token, form = tokens.add("anna", ("read",)), {"Content_Type": "application/x-www-form-urlencoded"}
    server = guarded(access=Access(tokens=tokens, public_url=url))
    assert ("Secure" in server.ask("POST", "/login", f"token={token}", **form)[1]["set-cookie"]) is secure


def test_who_has_many_addresses_is_one_visitor(guarded) -> None:
    from helioscribe.runtime.rates import Rate

    server = guarded(rate=Rate(0.001, 2))
    ask = lambda address: server.ask("GET", "/healthz", X_Forwarded_For=address)[0]  # noqa: E731
    assert [ask(f"2001:db8::{number}") for number in range(4)] == [200, 200, 429, 429]
    assert ask("2001:db8:0:1::1") == ask("192.0.2.1") == 200


def test_a_server_without_tokens_is_no_part_of_other_sites_pages(guarded, tokens) -> None:
    path, script = "/hek/her?cmd=search&callback=tell", {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors"}
    assert guarded().ask("GET", path, **script)[0] == 403
    assert guarded().ask("GET", path, Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate")[0] == 200
    for rule in ({"tokens": tokens}, {"only_reading": True}, {"any_name": True}):
        assert guarded(access=Access(**rule)).ask("GET", path, **script)[0] == 200


def test_caches_on_the_way_keep_nothing(guarded) -> None:
    for path in ("/", "/api/events", "/nowhere", "/hek/her"):
        assert guarded().ask("GET", path)[1]["cache-control"] == "private"
