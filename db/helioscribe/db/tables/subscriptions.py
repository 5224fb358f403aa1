"""Tables of webhook subscriptions."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Integer, String, Table

from helioscribe.db.tables.base import column, metadata
from helioscribe.db.types import PlainText, UtcTime

__all__ = ["dead_letters", "subscriptions"]

# Subscriptions, each with the last change that was delivered.
subscriptions = Table(
    "subscriptions",
    metadata,
    column("id", String, key=True),
    column("name", PlainText),
    column("url", PlainText),
    column("secret", PlainText),
    column("query", JSON),
    column("cursor", BigInteger),
    column("attempts", Integer),
    column("not_before", UtcTime, null=True),
    column("error", PlainText),
    column("active", Boolean),
    column("by", PlainText),
)

# Changes that could not be delivered.
dead_letters = Table(
    "dead_letters",
    metadata,
    column("subscription_id", String, ForeignKey("subscriptions.id"), key=True),
    Column("cursor", BigInteger, primary_key=True, autoincrement=False),
    column("event_id", String),
    column("error", PlainText),
    column("at", UtcTime),
)
