"""Queries as messages."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from helioscribe.adapters.rpc.convert import from_time, to_message, to_noun, to_time
from helioscribe.adapters.rpc.values import to_text
from helioscribe.domain.errors import InvalidInputError
from helioscribe.ports.catalogue import EventQuery
from helioscribe.proto.v1.catalogue_pb2 import EventQuery as Message

__all__ = ["MOST", "limit_of", "query_from_message", "query_to_message"]


MOST = 1_000_000
"""Largest limit that a request may have."""


def limit_of(request: Any, otherwise: int = 1000) -> int:
    """Return the limit of a request. Raises `InvalidInputError` if it is more than `MOST`."""
    limit: int = request.limit if request.HasField("limit") else otherwise
    if limit > MOST:
        raise InvalidInputError(f"limit: expected at most {MOST}, got {limit}")
    return limit


def query_to_message(query: EventQuery) -> Message:
    """Return a query as a message."""
    message = to_message(replace(query, after=None), Message())
    message.any_status = not query.statuses
    if query.after is not None:
        key, message.after_id = query.after[0], to_text(query.after[1])
        if isinstance(key, datetime):
            message.after_time.CopyFrom(to_time(key))
        else:
            message.after_number = key
    return message


def query_from_message(message: Message) -> EventQuery:
    """Return the query of a message. Raises `InvalidInputError` if it makes none."""
    usual = EventQuery()
    full = Message()
    full.CopyFrom(message)
    full.limit = limit_of(message)
    full.order = message.order or usual.order.value
    full.reviewed = message.reviewed or usual.reviewed.value
    if not full.statuses and not full.any_status:
        full.statuses.extend(usual.statuses)
    query = to_noun(full, EventQuery)
    if message.HasField("after_time"):
        return replace(query, after=(from_time(message.after_time), message.after_id))
    if message.HasField("after_number"):
        return replace(query, after=(message.after_number, message.after_id))
    return query
