"""Pages of events for clients of HEK, which count pages from one instead of going on after the last event."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import Any

from helioscribe.domain.conditions import Condition
from helioscribe.domain.errors import NotFoundError
from helioscribe.domain.event import Event
from helioscribe.domain.hek.row import event_id_of_ivorn, hek_rows
from helioscribe.domain.hek.schema import columns_of
from helioscribe.domain.query import EventQuery, SortKey
from helioscribe.ports.catalogue import Catalogue
from helioscribe.runtime.nothing_reported import nothing_reported
from helioscribe.web.hek.request import HekRequest, ShowTests

__all__ = ["HekSearch"]

_REMEMBERED = 4096
_AT_ONCE = 1000

Cursor = tuple[SortKey, str]


@dataclass(frozen=True, slots=True)
class HekSearch:
    """Answers searches from a catalogue.

    A client that asks for one page after the other is answered in constant time a page: where each one ended is
    remembered for a while. Any other page is found by counting.
    """

    catalogue: Catalogue
    authority: str
    _ends: OrderedDict[tuple[str, int], Cursor] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def page(self, request: HekRequest) -> tuple[list[Event], bool]:
        """Return the events of a page, and whether there are more."""
        if request.ivorn:
            return self._named(request), False
        if request.query.event_types == ("NR",) and request.query.time_range:
            return self._quiet(request)
        size = request.query.limit
        after, skipped = self._before(request)
        found = list(islice(self._matching(request, after, skipped + size + 1), skipped, None))
        page = found[:size]
        if page:
            self._remember(request, request.page, (request.query.key(page[-1]), page[-1].id))
        return page, len(found) > size

    def rows(
        self, events: Sequence[Event], request: HekRequest, *, page_of: Callable[[str], str]
    ) -> list[dict[str, Any]]:
        """Return events with the columns that the client wants."""
        rows = hek_rows(events, authority=self.authority, page_of=page_of)
        return [self._wanted(event, request, row) for event, row in zip(events, rows, strict=True)]

    def _wanted(self, event: Event, request: HekRequest, row: dict[str, Any]) -> dict[str, Any]:
        names = set(request.names)
        if request.only_required:
            names |= {one.name for one in columns_of(event.event_type) if event.event_type in one.required}
        return {name: value for name, value in row.items() if name in names} if names else row

    def _quiet(self, request: HekRequest) -> tuple[list[Event], bool]:
        # What was looked at in vain stands in no record; it follows from the coverage.
        stored = self._matching(request, None, _AT_ONCE)
        quiet = nothing_reported(self.catalogue, time_range=request.query.time_range)
        found = sorted(chain(stored, quiet), key=lambda event: (event.event_starttime, event.id))
        first = (request.page - 1) * request.query.limit
        end = first + request.query.limit
        return found[first:end], len(found) > end

    def _named(self, request: HekRequest) -> list[Event]:
        with suppress(NotFoundError):
            event = self.catalogue.event(event_id_of_ivorn(request.ivorn))
            return self._fitting(request, [event] if request.query.holds(event) else [])
        return []

    def _matching(self, request: HekRequest, after: Cursor | None, count: int) -> Iterator[Event]:
        query = replace(request.query, after=after)
        parts = (self._fitting(request, part) for part in self._parts(query, min(count, _AT_ONCE + 1)))
        return islice(chain.from_iterable(parts), count)

    def _parts(self, query: EventQuery, first: int) -> Iterator[list[Event]]:
        # What does not fit is passed over here, so that one question may not be enough.
        size = first
        while True:
            found = list(self.catalogue.search(replace(query, limit=size)))
            yield found
            if len(found) < size:
                return
            query, size = query.following(found[-1]), _AT_ONCE

    def _fitting(self, request: HekRequest, events: Sequence[Event]) -> list[Event]:
        """Return those that fit what the catalogue was not asked."""
        wanted = {ShowTests.HIDE: (False,), ShowTests.ONLY: (True,), ShowTests.SHOW: (False, True)}[request.tests]
        found = [event for event in events if _is_test(event) in wanted]
        if not request.derived:
            return found
        rows = hek_rows(found, authority=self.authority)
        return [event for event, row in zip(found, rows, strict=True) if _holds(request.derived, row)]

    def _before(self, request: HekRequest) -> tuple[Cursor | None, int]:
        """Return after which event to begin, and how many to pass over from there."""
        with self._lock:
            for page in range(request.page - 1, 0, -1):
                if end := self._ends.get((_fingerprint(request), page)):
                    return end, (request.page - 1 - page) * request.query.limit
        return None, (request.page - 1) * request.query.limit

    def _remember(self, request: HekRequest, page: int, end: Cursor) -> None:
        with self._lock:
            self._ends[_fingerprint(request), page] = end
            while len(self._ends) > _REMEMBERED:
                self._ends.popitem(last=False)


def _is_test(event: Event) -> bool:
    return str(event.attributes.get("event_testflag", "")).lower() in ("t", "true")


def _holds(conditions: Sequence[Condition], row: Mapping[str, Any]) -> bool:
    named = {name.lower(): value for name, value in row.items()}
    return all(condition.holds(named) for condition in conditions)


def _fingerprint(request: HekRequest) -> str:
    return repr((request.query, request.derived, request.tests))
