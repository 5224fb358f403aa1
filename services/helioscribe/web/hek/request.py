"""What a client of HEK asks, read from the query of a URL."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

from helioscribe.domain.conditions import Condition, Operator
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import EVENT_CLASSES
from helioscribe.domain.hek.schema import columns
from helioscribe.domain.query import EventQuery, Order
from helioscribe.domain.search_region import Frame, SearchBox
from helioscribe.domain.times import TimeRange, parse_utc

__all__ = ["HekRequest", "ShowTests", "lowered"]

T = TypeVar("T", bound=StrEnum)

_CONDITION = re.compile(r"(param|sparam|value|op|operator)(\d{1,3})")
_CLASS_PREFIX = re.compile(r"[a-z]{2}\.")
_CALLBACK = re.compile(r"[A-Za-z_$][\w$.]{0,63}", re.ASCII)
_ALIASES = {
    f"ar_intens{name}": f"intens{name}" for name in ("kurt", "max", "mean", "min", "skew", "total", "unit", "var")
}
"""Names that sunpy sends and HEK's own specification does not have."""

_WHOLE = re.compile(r"[+-]?\d{1,9}", re.ASCII)
_DEFAULT_LIMIT = 100
_MOST = 1000
_LAST_PAGE = 100_000
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_SORTS = {
    "event_starttime": Order.START,
    "event_endtime": Order.END,
    "frm_daterun": Order.RUN,
    "kb_archivdate": Order.RUN,
    "event_probability": Order.PROBABILITY,
    "fl_goescls": Order.GOES_CLASS,
}


class ShowTests(StrEnum):
    """Whether events that are marked as tests are answered."""

    HIDE = "hide"
    ONLY = "only"
    SHOW = "show"


@dataclass(frozen=True, slots=True, kw_only=True)
class HekRequest:
    """A search."""

    query: EventQuery
    """What the catalogue looks for; its limit is that of a page."""

    derived: tuple[Condition, ...]
    """Conditions on columns that are made up for the answer."""

    contained_types: tuple[str, ...]
    """Classes of ``type=contains``: which lies in which; empty for a plain search."""

    page: int
    """From 1."""

    names: tuple[str, ...]
    """Columns to answer; all if empty."""

    only_required: bool
    """Answer the columns that the class requires."""

    tests: ShowTests
    """What becomes of events marked as tests."""

    callback: str
    """Function to call with the answer (JSONP); none if empty."""

    @property
    def ivorn(self) -> str:
        """The one event that is asked for by its name; empty if it is a search for others."""
        names = [one.value for one in self.derived if (one.column, one.operator) == ("kb_archivid", Operator.EQUAL)]
        return names[0] if names else ""

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> HekRequest:
        """Read a query, its names in lower case.

        Raises
        ------
        InvalidInputError
            For what HEK's interface does not have, with the name of the parameter.
        """
        conditions = _conditions(parameters)
        derived = tuple(one for one in conditions if one.column in _MADE_UP)
        order, descending = _order(parameters)
        returned = tuple(name.strip().lower() for name in parameters.get("return", "").split(",") if name.strip())
        return cls(
            query=EventQuery(
                time_range=_time_range(parameters),
                contained=parameters.get("temporalmode", "").lower() == "strict",
                event_types=_types(parameters.get("event_type", "**")),
                box=_box(parameters),
                conditions=tuple(one for one in conditions if one not in derived),
                order=order,
                descending=descending,
                limit=min(_whole(parameters, "result_limit", _DEFAULT_LIMIT, low=1), _MOST),
            ),
            derived=derived,
            contained_types=_contains(parameters),
            page=min(max(_whole(parameters, "page", 1), 1), _LAST_PAGE),
            names=tuple(_column(name) for name in returned if name not in ("required", "optional")),
            only_required="required" in returned and "optional" not in returned,
            tests=_choice(parameters, "showtests", ShowTests, ShowTests.HIDE),
            callback=_callback(parameters.get("callback", "")),
        )


_MADE_UP = frozenset(
    name.lower()
    for name in (
        "kb_archivid",
        "SOL_standard",
        "hpc_x",
        "hpc_y",
        "hgs_x",
        "hgs_y",
        "hgc_x",
        "hgc_y",
        "hrc_r",
        "hrc_a",
        "hpc_radius",
        "kb_archivdate",
        "kb_archivist",
        "kb_archivurl",
        "search_frm_name",
        "search_observatory",
        "search_instrument",
        "search_channelid",
    )
)
"""Columns that no record holds; `hek_row` makes them."""


def lowered(parameters: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return parameters with their names in lower case; of those that are given twice, the last one."""
    return {name.lower(): value for name, value in parameters}


def _conditions(parameters: Mapping[str, str]) -> tuple[Condition, ...]:
    parts: dict[int, dict[str, str]] = {}
    for name, value in parameters.items():
        if found := _CONDITION.fullmatch(name):
            key = {"sparam": "param", "operator": "op"}.get(found[1], found[1])
            parts.setdefault(int(found[2]), {})[key] = value
    return tuple(_condition(number, parts[number]) for number in sorted(parts) if parts[number].get("param"))


def _condition(number: int, part: Mapping[str, str]) -> Condition:
    operator = part.get("op", "=").strip().lower()
    if operator not in set(Operator):
        raise InvalidInputError(f"op{number}: expected one of {' '.join(Operator)}, got {operator!r:.20}")
    # "ch.area_atdiskcenter" is a column of one class
    column = _CLASS_PREFIX.sub("", part["param"].strip().lower())
    return Condition(column=_ALIASES.get(column, column), operator=Operator(operator), value=part.get("value", ""))


def _time_range(parameters: Mapping[str, str]) -> TimeRange | None:
    start, end = parameters.get("event_starttime", ""), parameters.get("event_endtime", "")
    if not start and not end:
        return None
    first = parse_utc(start) if start else _FIRST
    last = parse_utc(end) if end else _LAST
    if last < first:
        raise InvalidInputError(f"event_endtime {end!r:.30} lies before event_starttime {start!r:.30}")
    return TimeRange(start=first, end=last)


def _types(text: str) -> tuple[str, ...]:
    codes = [code.strip().upper() for code in text.split(",") if code.strip()]
    if "**" in codes or not codes:
        return ()
    if unknown := sorted(set(codes) - set(EVENT_CLASSES)):
        raise InvalidInputError(f"event_type {unknown[0]!r:.20}: expected ** or some of {','.join(EVENT_CLASSES)}")
    return tuple(dict.fromkeys(codes))


def _contains(parameters: Mapping[str, str]) -> tuple[str, ...]:
    kind = parameters.get("type", "column").lower()
    if kind not in ("column", "contains"):
        raise InvalidInputError(f"type: expected column or contains, got {kind!r:.20}")
    given = [parameters[name] for name in ("event_type1", "event_type2") if parameters.get(name)]
    if kind == "column":
        return ()
    if not given:
        raise InvalidInputError("type=contains: expected event_type1, and perhaps event_type2")
    return tuple(",".join(_types(one)) or "**" for one in given)


def _box(parameters: Mapping[str, str]) -> SearchBox | None:
    if not any(parameters.get(name) for name in ("x1", "x2", "y1", "y2")):
        return None
    frame = _choice(parameters, "event_coordsys", Frame, Frame.HELIOPROJECTIVE)
    wide = 5000.0 if frame is Frame.HELIOPROJECTIVE else 360.0
    x1, x2 = sorted((_real(parameters, "x1", -wide), _real(parameters, "x2", wide)))
    y1, y2 = sorted((_real(parameters, "y1", -wide), _real(parameters, "y2", wide)))
    return SearchBox(frame=frame, x1=x1, y1=y1, x2=x2, y2=y2)


def _order(parameters: Mapping[str, str]) -> tuple[Order, bool]:
    column = parameters.get("sort_by", "event_starttime").lower() or "event_starttime"
    if column not in _SORTS:
        raise InvalidInputError(f"sort_by: expected one of {', '.join(_SORTS)}, got {column!r:.40}")
    return _SORTS[column], parameters.get("sort_order", "asc").lower().startswith("desc")


def _column(name: str) -> str:
    known = {column.lower(): column for column in columns()}
    if name not in known:
        raise InvalidInputError(f"return: no column {name!r:.40}; /schema lists them")
    return known[name]


def _callback(text: str) -> str:
    if text and not _CALLBACK.fullmatch(text):
        raise InvalidInputError("callback: expected the name of a function")
    return text


def _choice(parameters: Mapping[str, str], name: str, kind: type[T], default: T) -> T:
    text = parameters.get(name, "").strip().lower() or default.value
    if text not in set(kind):
        raise InvalidInputError(f"{name}: expected one of {', '.join(kind)}, got {text!r:.40}")
    return kind(text)


def _whole(parameters: Mapping[str, str], name: str, default: int, *, low: int | None = None) -> int:
    text = parameters.get(name, "").strip()
    number = default if not text else int(text) if _WHOLE.fullmatch(text) else None
    if number is None or (low is not None and number < low):
        raise InvalidInputError(f"{name}: expected a whole number{f' from {low}' if low else ''}, got {text!r:.20}")
    return number


def _real(parameters: Mapping[str, str], name: str, default: float) -> float:
    text = parameters.get(name, "").strip()
    try:
        return float(text) if text else default
    except ValueError:
        raise InvalidInputError(f"{name}: expected a number, got {text!r:.20}") from None
