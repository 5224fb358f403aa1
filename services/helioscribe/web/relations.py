"""What people say of two events, for programs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool

from helioscribe.domain.errors import InvalidInputError
from helioscribe.ports.catalogue import Catalogue
from helioscribe.runtime.auth import who
from helioscribe.runtime.relations import relate, relation_record, tie_record, ties, withdraw
from helioscribe.web.backend import Backend
from helioscribe.web.forms import read_body

__all__ = ["relations"]


def relations(backend: Backend) -> APIRouter:
    """Return the routes below ``/api/events/ID/relations``."""
    router, answers = APIRouter(), _Answers(backend.catalogue)
    router.get("/api/events/{event_id:path}/relations")(answers.told)
    router.post("/api/events/{event_id:path}/relations")(answers.relate)
    router.delete("/api/events/{event_id:path}/relations/{relation_id}")(answers.withdraw)
    return router


@dataclass(frozen=True, slots=True)
class _Answers:
    """One method a question."""

    catalogue: Catalogue

    def told(self, event_id: str, history: str = "") -> list[dict[str, Any]]:
        """How an event stands to others; with ``history=1`` every word that was ever said."""
        self.catalogue.event(event_id)
        return [tie_record(tie) for tie in ties(self.catalogue, event_id, history=history in ("1", "true"))]

    async def relate(self, request: Request, event_id: str) -> dict[str, Any]:
        """Keep a relation: ``{"word": "follows", "other": "evt-...", "comment": "..."}``."""
        said = _texts(await read_body(request))
        return await run_in_threadpool(self._related, event_id, said)

    def withdraw(self, event_id: str, relation_id: str, reason: str = "") -> dict[str, Any]:
        """Keep that a relation holds no longer."""
        return relation_record(withdraw(self.catalogue, event_id, relation_id, by=who(), comment=reason))

    def _related(self, event_id: str, said: dict[str, str]) -> dict[str, Any]:
        word, other, comment = (said.get(name, "") for name in ("word", "other", "comment"))
        return relation_record(relate(self.catalogue, event_id, word, other, by=who(), comment=comment))


def _texts(body: bytes) -> dict[str, str]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        raise InvalidInputError("expected a JSON object with the texts word, other and perhaps comment")
    return found
