"""Finding an event by the beginning of its id."""

from __future__ import annotations

import re

from helioscribe.domain.conditions import Condition, Operator
from helioscribe.domain.errors import NotFoundError
from helioscribe.domain.event import Event
from helioscribe.domain.review import Reviewed
from helioscribe.ports.catalogue import Catalogue, EventQuery

__all__ = ["find_event"]

_BEGINNING = re.compile(r"evt-[0-9a-f]{4,31}")


def find_event(catalogue: Catalogue, beginning: str, *, revision: int | None = None) -> Event:
    """Return the event whose id is or begins with `beginning`. Raises `NotFoundError` unless it is exactly one."""
    if not _BEGINNING.fullmatch(beginning) or revision is not None:
        return catalogue.event(beginning, revision=revision)
    begins = Condition(column="kb_archivid", operator=Operator.LIKE, value=f"{beginning}%")
    found = list(catalogue.search(EventQuery(conditions=(begins,), reviewed=Reviewed.ANY, limit=100)))
    if len(found) != 1:
        raise NotFoundError(f"{len(found)} events begin with {beginning!r}" if found else f"no event {beginning}")
    return found[0]
