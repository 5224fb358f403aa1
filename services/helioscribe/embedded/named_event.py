"""Finding an event by the beginning of its id."""

from __future__ import annotations

from helioscribe.domain.conditions import Condition, Operator
from helioscribe.domain.errors import NotFoundError
from helioscribe.domain.event import Event
from helioscribe.domain.review import Reviewed
from helioscribe.ports.catalogue import Catalogue, EventQuery

__all__ = ["find_event"]

_ID_LENGTH = len("evt-") + 32
_SHORTEST = len("evt-") + 4


def find_event(catalogue: Catalogue, beginning: str, *, revision: int | None = None) -> Event:
    """Return the event whose id is or begins with `beginning`. Raises `NotFoundError` unless it is exactly one."""
    if len(beginning) >= _ID_LENGTH or len(beginning) < _SHORTEST or revision is not None:
        return catalogue.event(beginning, revision=revision)
    begins = Condition(column="kb_archivid", operator=Operator.LIKE, value=f"{beginning}%")
    found = list(catalogue.search(EventQuery(conditions=(begins,), reviewed=Reviewed.ANY, limit=100)))
    if len(found) != 1:
        raise NotFoundError(f"{len(found)} events begin with {beginning!r}" if found else f"no event {beginning}")
    return found[0]
