"""Printing happenings, as a table or as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from helioscribe.domain.event import Event, hek_record
from helioscribe.domain.happening import Happening
from helioscribe.embedded.console import as_json, table
from helioscribe.runtime.wording import counted, moment, strength

__all__ = ["print_happenings"]

_COLUMNS = ("happening", "type", "start UTC", "class or peak", "method", "instrument", "event", "why")


def print_happenings(found: Sequence[Happening], *, json: bool) -> None:
    """Print happenings with their records, the preferred one marked with a star."""
    if json:
        as_json([_record(one) for one in found])
        return
    rows = [row for one in found for row in _rows(one)]
    table(_COLUMNS, rows, title=counted(len(found), "happening"))


def _record(one: Happening) -> dict[str, Any]:
    return {
        "hs_happening": one.id,
        "preferred": one.preferred.id,
        "why": list(one.why),
        "links": [
            {"first": link.first, "second": link.second, "score": round(link.score, 3), "reasons": list(link.reasons)}
            for link in one.links
        ],
        "events": [hek_record(event) for event in one.members],
    }


def _rows(one: Happening) -> list[tuple[object, ...]]:
    words = {link.second: "; ".join(link.reasons) for link in one.links}
    words[one.preferred.id] = ", ".join(one.why)
    return [
        (one.id[:12] if number == 0 else "", *_cells(event, preferred=event is one.preferred), words.get(event.id, ""))
        for number, event in enumerate(one.members)
    ]


def _cells(event: Event, *, preferred: bool) -> tuple[object, ...]:
    name = f"{event.id[:12]}{' *' if preferred else ''}"
    return event.event_type, moment(event.event_starttime), strength(event), event.frm_name, event.obs_instrument, name
