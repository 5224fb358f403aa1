"""What every `SubscriptionStore` does."""

from dataclasses import replace
from datetime import timedelta

import pytest

from helioscribe.adapters.memory import MemorySubscriptions
from helioscribe.db import SqlSubscriptions, migrate, open_engine
from helioscribe.domain.conditions import Condition
from helioscribe.domain.errors import ConflictError, InvalidInputError, NotFoundError
from helioscribe.domain.event import EventStatus
from helioscribe.domain.query import EventQuery
from helioscribe.domain.search_region import Frame, SearchBox
from helioscribe.domain.subscription import DeadLetter, Subscription
from support.factories import at, make_event, span

QUERY = EventQuery(
    time_range=span(),
    event_types=("FL",),
    box=SearchBox(frame=Frame.STONYHURST, x1=-90, y1=-30, x2=0, y2=30),
    conditions=(Condition.parse("fl_goescls>=M1"),),
    statuses=(EventStatus.CLOSED,),
)


def made(name: str = "alerts", **changes) -> Subscription:
    values = {"name": name, "url": "https://example.org/hook", "secret": "s", "query": QUERY, "cursor": 3}
    return Subscription(**values | changes)


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def store(request, tmp_path):
    if request.param == "memory":
        yield MemorySubscriptions()
        return
    url = f"sqlite:///{tmp_path}/x.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    engine = open_engine(url)
    migrate(engine)
    yield SqlSubscriptions(engine)
    engine.dispose()


def test_comes_back_as_it_was(store) -> None:
    late = made("b", not_before=at(5), attempts=2, error="status 500", active=False)
    store.add(late)
    store.add(made("a"))
    assert store.all() == [made("a"), late]
    assert store.get(late.id) == late
    with pytest.raises(ConflictError):
        store.add(made("a", url="https://example.org/other"))


def test_only_one_claims_what_is_due(store) -> None:
    one = made()
    store.add(one)
    assert store.claim(one.id, now=at(0), until=at(10))
    assert not store.claim(one.id, now=at(5), until=at(15))
    assert store.claim(one.id, now=at(10), until=at(20))
    store.save(replace(one, active=False))
    assert not store.claim(one.id, now=at(30), until=at(40))


def test_saved_and_removed(store) -> None:
    one = made()
    with pytest.raises(NotFoundError):
        store.save(one)
    store.add(one)
    store.save(one.settled(9))
    assert store.get(one.id).cursor == 9
    store.bury(DeadLetter(subscription_id=one.id, cursor=1, event_id="evt", error="x", at=at()))
    store.remove(one.id)
    for ask in (store.get, store.remove):
        with pytest.raises(NotFoundError):
            ask(one.id)


def test_letters_in_order_each_once(store) -> None:
    one = made()
    store.add(one)
    for cursor, error in ((7, "first"), (2, "first"), (7, "again")):
        store.bury(DeadLetter(subscription_id=one.id, cursor=cursor, event_id="evt", error=error, at=at(cursor)))
    assert [(letter.cursor, letter.error) for letter in store.dead_letters(one.id)] == [(2, "first"), (7, "again")]
    assert store.dead_letters("sub-other") == []


@pytest.mark.parametrize(
    "url", ["ftp://example.org", "file:///etc/passwd", "https://user:word@example.org", "https://", "x"]
)
def test_addresses_are_of_the_web_and_hold_no_password(url: str) -> None:
    with pytest.raises(InvalidInputError):
        made(url=url)


def test_withdrawn_events_are_told_too() -> None:
    wide = made(query=EventQuery(event_types=("FL",)))
    assert wide.wants(make_event(status=EventStatus.RETRACTED))
    assert not wide.wants(make_event(event_type="CJ"))


def test_pauses_double_up_to_an_hour() -> None:
    one, pauses = made(), []
    for _ in range(12):
        one = one.failed(at(), "down")
        pauses.append((one.not_before - at()) / timedelta(seconds=5))
    assert pauses[:4] == [1, 2, 4, 8]
    assert pauses[-1] == 720
