"""Subscriptions in a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, RowMapping, delete, or_, select, update

from helioscribe.db.engine import reading, writing
from helioscribe.db.records import from_record, to_record
from helioscribe.db.rows import plain_noun, plain_row, plain_values
from helioscribe.db.statements import add_new, fetch, fetch_one, put
from helioscribe.db.tables import dead_letters as letters
from helioscribe.db.tables import subscriptions as table
from helioscribe.domain.errors import ConflictError, NotFoundError
from helioscribe.domain.query import EventQuery
from helioscribe.domain.subscription import DeadLetter, Subscription

__all__ = ["SqlSubscriptions"]


class SqlSubscriptions:
    """A `SubscriptionStore` in SQLite or Postgres.

    Parameters
    ----------
    engine
        From `open_engine`, on a database brought up to date by `migrate`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, subscription: Subscription) -> None:
        """See `SubscriptionStore.add`."""
        with writing(self._engine) as connection:
            if not add_new(connection, table, [_row(subscription)]):
                raise ConflictError(f"there is a subscription {subscription.name} already")

    def get(self, subscription_id: str) -> Subscription:
        """See `SubscriptionStore.get`."""
        chosen = select(table).where(table.c.id == subscription_id)
        with reading(self._engine) as connection:
            return _subscription(fetch_one(connection, chosen, f"subscription {subscription_id}"))

    def all(self) -> list[Subscription]:
        """See `SubscriptionStore.all`."""
        with reading(self._engine) as connection:
            return [_subscription(row) for row in fetch(connection, select(table).order_by(table.c.name))]

    def claim(self, subscription_id: str, *, now: datetime, until: datetime) -> bool:
        """See `SubscriptionStore.claim`."""
        free = (table.c.id == subscription_id) & table.c.active
        due = or_(table.c.not_before.is_(None), table.c.not_before <= now)
        with writing(self._engine) as connection:
            return connection.execute(update(table).where(free, due).values(not_before=until)).rowcount > 0

    def save(self, subscription: Subscription) -> None:
        """See `SubscriptionStore.save`."""
        chosen = update(table).where(table.c.id == subscription.id).values(_row(subscription))
        with writing(self._engine) as connection:
            if not connection.execute(chosen).rowcount:
                raise NotFoundError(f"no subscription {subscription.id}")

    def remove(self, subscription_id: str) -> None:
        """See `SubscriptionStore.remove`."""
        with writing(self._engine) as connection:
            connection.execute(delete(letters).where(letters.c.subscription_id == subscription_id))
            if not connection.execute(delete(table).where(table.c.id == subscription_id)).rowcount:
                raise NotFoundError(f"no subscription {subscription_id}")

    def bury(self, letter: DeadLetter) -> None:
        """See `SubscriptionStore.bury`."""
        with writing(self._engine) as connection:
            put(connection, letters, [plain_row(letter)], change=("error", "at"))

    def dead_letters(self, subscription_id: str) -> list[DeadLetter]:
        """See `SubscriptionStore.dead_letters`."""
        chosen = select(letters).where(letters.c.subscription_id == subscription_id).order_by(letters.c.cursor)
        with reading(self._engine) as connection:
            return [plain_noun(DeadLetter, row) for row in fetch(connection, chosen)]


def _row(subscription: Subscription) -> dict[str, Any]:
    query = to_record(replace(subscription.query, after=None))
    return plain_row(subscription) | {"id": subscription.id, "query": query}


def _subscription(row: RowMapping) -> Subscription:
    return Subscription(**plain_values(Subscription, row) | {"query": from_record(EventQuery, row["query"])})
