"""Makes rows of HEK's interface from events.

A row is what HEK's own server would send: all columns of the event's class, in HEK's types, with positions in every
frame, and no columns of ours. A row of HEK that is imported and written again stays the same. `hek_record`, by
contrast, has only the columns that are known, and those of ours.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import urljoin

from helioscribe.domain.event import Event, hek_record
from helioscribe.domain.hek.places import place_columns, polygon, vertices
from helioscribe.domain.hek.schema import Column, Kind, columns_of
from helioscribe.domain.identity import content_id
from helioscribe.domain.review import DETECTED_AS

__all__ = ["OWN_IVORN", "edge_row", "event_id_of_ivorn", "hek_row", "hek_rows", "ivorn"]

OWN_IVORN = re.compile(r"ivo://[^/]+/.*_([0-9a-f]{32})")
"""Names that `ivorn` makes, of any institution."""

_NOWHERE = dict.fromkeys(("hpc_x", "hpc_y", "hgs_x", "hgs_y", "hgc_x", "hgc_y", "hrc_r", "hrc_a"), 0.0)
_NOT_IN_NAMES = re.compile(r"[ ,;:/\\{}\[\]`~=\".'<>&]")


def ivorn(event: Event, *, authority: str) -> str:
    """Return the name of an event in the Virtual Observatory, ``ivo://authority/FL_method_id``.

    An imported event keeps the name with which it came, and an event that people relabel its name.
    """
    found_as = event.attributes.get(DETECTED_AS, event.event_type)
    method = _NOT_IN_NAMES.sub("", event.frm_name)
    own = f"ivo://{authority}/{found_as}_{method}_{event.id.rpartition('-')[2]}"
    return str(event.attributes.get("kb_archivid", own))


def edge_row(
    first: Event, second: Event, kind: str, *, authority: str, by: str = "helioscribe", strength: str = ""
) -> dict[str, str]:
    """Return a row of HEK's ``association``: one event ``contains``, ``causes``, ... another, as somebody reported."""
    return {
        "first_id": first.id,
        "second_id": second.id,
        "first_ivorn": ivorn(first, authority=authority),
        "second_ivorn": ivorn(second, authority=authority),
        "first_event_type": first.event_type,
        "second_event_type": second.event_type,
        "reported_by": by,
        "edge_type": kind,
        "strength": strength,
    }


def event_id_of_ivorn(name: str) -> str:
    """Return the id of the event with a name in the Virtual Observatory, which may be ours or that of an import."""
    found = OWN_IVORN.fullmatch(name)
    return f"evt-{found[1]}" if found else content_id("evt", ivorn=name)


def hek_row(event: Event, *, authority: str, url: str = "") -> dict[str, Any]:
    """Return an event as a row of HEK's interface; for many events, `hek_rows` is much faster."""
    (row,) = hek_rows([event], authority=authority, page_of=lambda _: url)
    return row


def hek_rows(
    events: Sequence[Event], *, authority: str, page_of: Callable[[str], str] = lambda _: ""
) -> Iterator[dict[str, Any]]:
    """Yield events as rows of HEK's interface.

    Parameters
    ----------
    events
        The events.
    authority
        Name of the institution in the Virtual Observatory: ``ivo://authority/...``.
    page_of
        Returns the address of an event's page, given its id; empty text for none.

    Raises
    ------
    InvalidInputError
        If the position of an event cannot be understood, which imports prevent.
    """
    places = place_columns([event for event in events if not event.noposition])
    for event in events:
        yield _row(event, authority, page_of(event.id), _NOWHERE if event.noposition else next(places))


def _row(event: Event, authority: str, url: str, place: Mapping[str, Any]) -> dict[str, Any]:
    record = hek_record(event)
    known = _made_up(event, url, place) | record | {"kb_archivdate": record["frm_daterun"]}
    known |= {"revision": str(event.revision), "kb_archivid": ivorn(event, authority=authority)}
    known |= event.attributes
    if url and event.detector and not event.frm_url.startswith(("http:", "https:")):  # a page of the documentation
        known["frm_url"] = urljoin(url, f"../detectors/{event.detector}")
    writers, row = _empty(event.event_type)
    return row | {name: writers[name](value) for name, value in known.items() if name in writers}


@cache
def _empty(event_type: str) -> tuple[dict[str, Callable[[Any], Any]], dict[str, Any]]:
    """Return the functions that write each column of a class, by name, and a row without any values."""
    writers = {column.name: _writer(column) for column in columns_of(event_type)}
    return writers, {name: write(None) for name, write in writers.items()}


def _writer(column: Column) -> Callable[[Any], Any]:
    return _WRITERS.get(column.kind, _text)


def _number(value: Any) -> int | float | None:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _flag(value: Any) -> str:
    return "true" if value in (True, "true", "T") else "false"


def _references(value: Any) -> list[Any]:
    found: list[Any] = json.loads(value) if isinstance(value, str) and value else []
    return found


def _outline(value: Any) -> str:
    text = _text(value)
    return polygon(vertices(text)) if text and not text.startswith("POLYGON") else text


_WRITERS: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.NUMBER: _number,
    Kind.INTEGER: _number,
    Kind.FLAG: _flag,
    Kind.REFERENCES: _references,
    Kind.POLYGON: _outline,
}


def _made_up(event: Event, url: str, place: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "SOL_standard": f"SOL{event.event_starttime:%Y-%m-%dT%H:%M:%S}{_where(place)}",
        "kb_archivist": event.frm_identifier,
        "kb_archivurl": url,
        "comment_count": "0",
        "sum_overlap_scores": "0",
        "hcr_checked": "true",
        "search_frm_name": event.frm_name,
        "search_observatory": event.obs_observatory,
        "search_instrument": event.obs_instrument,
        "search_channelid": event.obs_channelid,
        "refs": json.dumps([{"ref_name": "Event", "ref_type": "html", "ref_url": url}] if url else []),
        **place,
    }


def _where(place: Mapping[str, Any]) -> str:
    # "SOL2011-08-09T07:48:00L296C073": start, Carrington longitude, colatitude (Leibacher et al. 2010, Sol. Phys. 263).
    if place is _NOWHERE:
        return ""
    return f"L{int(place['hgc_x'] % 360):03d}C{int(90 - place['hgs_y']):03d}"
