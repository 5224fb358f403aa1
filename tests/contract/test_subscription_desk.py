"""What every `SubscriptionDesk` does."""

import pytest

from helioscribe.domain.conditions import Condition
from helioscribe.domain.errors import ConflictError, InvalidInputError, NotFoundError
from helioscribe.domain.query import EventQuery
from helioscribe.ports.subscriptions import SubscriptionDesk
from support.factories import make_event

QUERY = EventQuery(event_types=("FL",), conditions=(Condition.parse("fl_goescls>=M1"),))
HOOK = "https://example.org/hook"


@pytest.fixture
def desk(stores) -> SubscriptionDesk:
    stores.catalogue.import_events([make_event(10.0), make_event(20.0)])
    return stores.desk


def test_the_secret_is_told_once(desk: SubscriptionDesk) -> None:
    made = desk.subscribe("alerts", HOOK, QUERY, by="ada")
    assert (made.query, made.cursor, made.by, len(made.secret) > 30) == (QUERY, 2, "ada", True)
    [seen] = desk.subscriptions()
    assert (seen.name, seen.url, seen.query, seen.secret) == ("alerts", HOOK, QUERY, "")


def test_one_may_begin_with_what_was(desk: SubscriptionDesk) -> None:
    assert desk.subscribe("alerts", HOOK, QUERY, after=1).cursor == 1
    desk.replay("alerts", after=0)
    assert desk.subscriptions()[0].cursor == 0
    assert desk.letters("alerts") == []


def test_everyone_handles_what_is_theirs(desk: SubscriptionDesk) -> None:
    for name in ("ada", "ben"):
        desk.subscribe(f"of {name}", HOOK, QUERY, by=name)
    assert [one.name for one in desk.subscriptions(by="ada")] == ["of ada"]
    assert [one.name for one in desk.subscriptions()] == ["of ada", "of ben"]
    for refused in (desk.letters, desk.unsubscribe, lambda name, by: desk.replay(name, after=0, by=by)):
        with pytest.raises(NotFoundError, match="of ben"):
            refused("of ben", by="ada")
    desk.unsubscribe("of ben", by="ben")
    desk.unsubscribe("of ada")
    assert desk.subscriptions() == []


def test_one_subscription_a_name(desk: SubscriptionDesk) -> None:
    desk.subscribe("alerts", HOOK, QUERY, by="ada")
    with pytest.raises(ConflictError, match="alerts"):
        desk.subscribe("alerts", HOOK, QUERY, by="ben")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org",
        "https://",
        "http://a:b@example.org",
        "http://x:99999999",
        "http://[::1",
        "http://localhost/",
        "http://10.0.0.1/",
        "http://[::ffff:127.0.0.1]/",
    ],
)
def test_addresses_that_are_none_or_inside(desk: SubscriptionDesk, url: str) -> None:
    with pytest.raises(InvalidInputError, match="subscription"):
        desk.subscribe("alerts", url, QUERY)


def test_nobody_has_any_number_of_them(desk: SubscriptionDesk) -> None:
    for number in range(50):
        desk.subscribe(f"hook {number}", HOOK, QUERY, by="ada")
    with pytest.raises(InvalidInputError, match="ada has 50 of them"):
        desk.subscribe("one more", HOOK, QUERY, by="ada")
    desk.subscribe("of ben", HOOK, QUERY, by="ben")
