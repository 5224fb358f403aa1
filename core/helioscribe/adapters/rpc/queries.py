"""Questions to the catalogue as messages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

from helioscribe.adapters.rpc.convert import to_message, to_noun
from helioscribe.ports.catalogue import EventQuery
from helioscribe.proto.v1.catalogue_pb2 import EventQuery as Message

__all__ = ["MOST", "query_from_message", "query_to_message"]

MOST = 1_000_000
"""Most things that one question may ask for."""


def query_to_message(query: EventQuery) -> Message:
    """Return a query as a message."""
    message = to_message(replace(query, after=None), Message())
    message.any_status = not query.statuses
    if query.after is not None:
        message.after_start.FromDatetime(query.after[0])
        message.after_id = query.after[1]
    return message


def query_from_message(message: Message) -> EventQuery:
    """Return the query of a message. Raises `InvalidInputError` if it makes none."""
    query = to_noun(message, EventQuery)
    if not message.statuses and not message.any_status:
        query = replace(query, statuses=EventQuery().statuses)
    query = replace(query, limit=min(message.limit, MOST) if message.HasField("limit") else EventQuery().limit)
    if message.HasField("after_start"):
        query = replace(query, after=(message.after_start.ToDatetime(tzinfo=UTC), message.after_id))
    return query
