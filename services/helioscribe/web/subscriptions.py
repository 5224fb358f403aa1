"""Webhook subscriptions for programs with a token."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.subscription import Subscription
from helioscribe.domain.times import format_utc
from helioscribe.ports.subscriptions import SubscriptionDesk
from helioscribe.runtime.subscribing import owner
from helioscribe.web.filters import Filters
from helioscribe.web.forms import read_body

__all__ = ["subscriptions"]


def subscriptions(desk: SubscriptionDesk) -> APIRouter:
    """Return the routes below ``/api/subscriptions``."""
    router, answers = APIRouter(), _Answers(desk)
    router.get("/api/subscriptions")(answers.listed)
    router.post("/api/subscriptions")(answers.subscribe)
    router.delete("/api/subscriptions/{name}")(answers.unsubscribe)
    router.get("/api/subscriptions/{name}/letters")(answers.letters)
    router.post("/api/subscriptions/{name}/replay")(answers.replay)
    return router


@dataclass(frozen=True, slots=True)
class _Answers:
    """One method a question; everyone sees and changes what is theirs."""

    desk: SubscriptionDesk

    def listed(self) -> list[dict[str, Any]]:
        """Who is told, how far, and what went wrong."""
        return [_record(one) for one in self.desk.subscriptions(by=owner())]

    async def subscribe(self, request: Request) -> dict[str, Any]:
        """Tell an address: ``{"name": ..., "url": ..., "events": {filters of /api/events}, "after": cursor}``."""
        return await run_in_threadpool(self._subscribed, _object(await read_body(request)))

    def unsubscribe(self, name: str) -> dict[str, str]:
        """Tell an address nothing any more."""
        self.desk.unsubscribe(name, by=owner())
        return {"removed": name}

    def letters(self, name: str) -> list[dict[str, Any]]:
        """The changes that could not be told."""
        return [
            {"cursor": one.cursor, "event": one.event_id, "error": one.error, "at": format_utc(one.at)}
            for one in self.desk.letters(name, by=owner())
        ]

    async def replay(self, request: Request, name: str) -> dict[str, Any]:
        """Tell everything again: ``{"after": cursor}``."""
        after = _cursor(_object(await read_body(request)))
        if after is None:
            raise InvalidInputError("after: expected the cursor of a change")
        await run_in_threadpool(self.desk.replay, name, after=after, by=owner())
        return {"name": name, "after": after}

    def _subscribed(self, asked: dict[str, Any]) -> dict[str, Any]:
        name, url, events = (asked.get(key, default) for key, default in (("name", ""), ("url", ""), ("events", {})))
        texts = isinstance(events, dict) and all(isinstance(one, str) for one in events.values())
        if not isinstance(name, str) or not isinstance(url, str) or not texts:
            raise InvalidInputError("expected the texts name and url, and events with filters as texts")
        made = self.desk.subscribe(name, url, Filters.of(events).query(limit=1), after=_cursor(asked), by=owner())
        return _record(made) | {"secret": made.secret}


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise InvalidInputError("expected a JSON object")
    return found


def _cursor(asked: dict[str, Any]) -> int | None:
    after = asked.get("after")
    if after is not None and (not isinstance(after, int) or isinstance(after, bool) or not 0 <= after < 2**63):
        raise InvalidInputError("after: expected the cursor of a change")
    return after


def _record(one: Subscription) -> dict[str, Any]:
    state = {"cursor": one.cursor, "attempts": one.attempts, "error": one.error, "active": one.active}
    not_before = format_utc(one.not_before) if one.not_before else ""
    return {"name": one.name, "url": one.url, "by": one.by} | state | {"not_before": not_before}
