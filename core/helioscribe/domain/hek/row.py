"""Events as rows of HEK's interface, whole and in its types, and back.

`hek_record` is the record under HEK's names, with what is ours; a row is what HEK's own server would answer: all
columns of the class, positions in every frame, no column of ours. A row of HEK read and written again is the same row.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from helioscribe.domain.event import Event, hek_record
from helioscribe.domain.hek.places import place_columns, polygon, vertices
from helioscribe.domain.hek.schema import Column, Kind, columns_of
from helioscribe.domain.identity import content_id

__all__ = ["OWN_IVORN", "edge_row", "event_id_of_ivorn", "hek_row", "ivorn", "row_value"]

OWN_IVORN = re.compile(r"ivo://[^/]+/.*_([0-9a-f]{32})")
"""Names as `ivorn` makes them, of whatever institution."""

_NUMBERS = frozenset({Kind.NUMBER, Kind.INTEGER})
_NOT_IN_NAMES = re.compile(r"[ ,;:/\\{}\[\]`~=\".'<>&]")


def ivorn(event: Event, *, authority: str) -> str:
    """Return the name of an event in the Virtual Observatory, ``ivo://authority/FL_method_id``.

    An imported event keeps the one that it came with.
    """
    method = _NOT_IN_NAMES.sub("", event.frm_name)
    own = f"ivo://{authority}/{event.event_type}_{method}_{event.id.rpartition('-')[2]}"
    return str(event.attributes.get("kb_archivid", own))


def edge_row(
    first: Event, second: Event, kind: str, *, authority: str, by: str = "helioscribe", strength: str = ""
) -> dict[str, str]:
    """Return a row of HEK's ``association``: that one event ``contains``, ``causes``, ... another, and who says so."""
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
    """Return the id of the event that has a name: of ours by its last part, of others by what imports make of it."""
    found = OWN_IVORN.fullmatch(name)
    return f"evt-{found[1]}" if found else content_id("evt", ivorn=name)


def hek_row(event: Event, *, authority: str, url: str = "") -> dict[str, Any]:
    """Return the event as a row of HEK's interface.

    Parameters
    ----------
    event
        The event.
    authority
        Of the institution, for its names: ``ivo://authority/...``.
    url
        Page of the event; none if empty.

    Raises
    ------
    InvalidInputError
        If the record's place cannot be understood; none gets in with such a one.
    """
    record = hek_record(event)
    known = _made_up(event, url) | record | {"kb_archivdate": record["frm_daterun"], "revision": str(event.revision)}
    known |= {"kb_archivid": ivorn(event, authority=authority)} | dict(event.attributes)
    kinds, row = _empty(event.event_type)
    return row | {name: row_value(kinds[name], value) for name, value in known.items() if name in kinds}


@cache
def _empty(event_type: str) -> tuple[dict[str, Column], dict[str, Any]]:
    """Return the columns of a class by name, and a row of which nothing is known."""
    kinds = {column.name: column for column in columns_of(event_type)}
    return kinds, {name: row_value(column, None) for name, column in kinds.items()}


def row_value(column: Column, value: Any) -> Any:
    """Return a value as the column's type has it in JSON."""
    if column.kind in _NUMBERS:
        return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None
    if column.kind is Kind.REFERENCES:
        return json.loads(value) if isinstance(value, str) and value else []
    if column.kind is Kind.FLAG:
        return "true" if value in (True, "true", "T") else "false"
    if column.kind is Kind.POLYGON and value and not str(value).startswith("POLYGON"):
        return polygon(vertices(str(value)))
    return "" if value is None else str(value)


def _made_up(event: Event, url: str) -> dict[str, Any]:
    moment = event.event_starttime
    made: dict[str, Any] = {
        "SOL_standard": f"SOL{moment:%Y-%m-%dT%H:%M:%S}",
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
    }
    if event.noposition:
        return made | dict.fromkeys(("hpc_x", "hpc_y", "hgs_x", "hgs_y", "hgc_x", "hgc_y", "hrc_r", "hrc_a"), 0.0)
    places = place_columns(
        event.event_coordsys,
        event.event_coordunit,
        place=(event.event_coord1, event.event_coord2),
        box=((event.boundbox_c1ll, event.boundbox_c2ll), (event.boundbox_c1ur, event.boundbox_c2ur)),
        chain=str(event.attributes.get("bound_chaincode", "")),
        moment=moment,
    )
    return made | places | {"SOL_standard": made["SOL_standard"] + _where(places)}


def _where(places: Mapping[str, Any]) -> str:
    # "SOL2011-08-09T07:48:00L296C073": start, Carrington longitude, colatitude (Leibacher et al. 2010, Sol. Phys. 263).
    return f"L{int(places['hgc_x'] % 360):03d}C{int(90 - places['hgs_y']):03d}"
