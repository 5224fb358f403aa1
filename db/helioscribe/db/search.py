"""Searches and counts events, within a transaction of the caller."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from typing import cast as typed

from sqlalchemy import (
    JSON,
    BindParameter,
    ColumnElement,
    Connection,
    Dialect,
    Double,
    Integer,
    Select,
    String,
    bindparam,
    cast,
    column,
    exists,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    tuple_,
    union_all,
)

from helioscribe.db import rows
from helioscribe.db.conditions import condition_clause
from helioscribe.db.ready import Ready
from helioscribe.db.reviews import reviewed_so
from helioscribe.db.search_region import box_clause, cone_clause
from helioscribe.db.tables import event_observations, events, revisions
from helioscribe.db.types import JsonText
from helioscribe.db.word_index import letters_clause, letters_of
from helioscribe.db.words import word_clause
from helioscribe.domain.conditions import GOES_COLUMN, Condition, Operator
from helioscribe.domain.event import Event
from helioscribe.domain.query import DATE_LENGTHS, CountBy, EventQuery, Order
from helioscribe.domain.reach import REACHES
from helioscribe.domain.search_region import SearchBox
from helioscribe.domain.times import TimeRange
from helioscribe.ports.catalogue import Revision

__all__ = ["count", "find_page", "newest_changes", "page_of"]

Clause = ColumnElement[bool]


def _read(stored: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a column of the result. JSON is read as text, which is faster."""
    found: ColumnElement[Any] = column(stored.key or "", stored.type)
    return cast(found, JsonText) if isinstance(stored.type, JSON) else found


_RECORD = tuple(_read(events.c[name]) for name in rows.EVENT)
_TIME = events.c.event_starttime.type
_EARLIEST = datetime.min.replace(tzinfo=UTC)
_LATEST = datetime.max.replace(tzinfo=UTC)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_SPAN = TimeRange(start=_EPOCH, end=_EPOCH)
_BOX = SearchBox(x1=0.0, y1=0.0, x2=0.0, y2=0.0)
_MOST_TYPES = 3
_UPWARDS = (Operator.EQUAL, Operator.MORE, Operator.AT_LEAST)
_FEW = 10_000
"""So many events are sorted rather than looked for in the log, where rare ones may lie far back."""
_GREAT = 10.0
"""Flux of GOES class M1 [1e-6 W/m2]. Only one flare in ten is as strong, so that an index on the class pays."""


def find_page(connection: Connection, query: EventQuery, *, limit: int) -> list[Event]:
    """Return the first events that match a query, in its order."""
    page, values = page_of(query, limit, connection.dialect, letters=letters_of(connection, query.words))
    return [rows.event_from(row) for row in page.rows(connection, values)]


def page_of(
    query: EventQuery, limit: int, dialect: Dialect, *, letters: str | None = None
) -> tuple[Ready, dict[str, Any]]:
    """Return the statement of `find_page` and its values; `letters` as `letters_of` returns it."""
    page = _page_of(_shape(query, limit), dialect, by_letters=letters is not None)
    return page, _values(query) | ({} if letters is None else {"letters": letters})


@lru_cache(maxsize=256)
def _page_of(shape: EventQuery, dialect: Dialect, *, by_letters: bool) -> Ready:
    """Return the statement for a query and all others that differ from it only in numbers.

    To put it together takes longer than most searches.
    """
    key, limit = _key(shape.order), literal_column(str(shape.limit), Integer)
    parts: list[Select[Any]] = []
    for clauses in _parts(shape, dialect.name, in_order=shape.order is Order.START, by_letters=by_letters):
        # Each part is read in order only as far as the page can reach. Drivers keep short statements ready, hence "*".
        part = select(literal_column("events.*"), key.label("sort_key")).select_from(events)
        first = part.where(*clauses, *_onwards(shape, key)).order_by(*_directed(shape, key, events.c.id)).limit(limit)
        parts.append(select(literal_column("*")).select_from(first.subquery()))
    page = select(*_RECORD).select_from(union_all(*parts).subquery("found"))
    page = page.order_by(*_directed(shape, column("sort_key"), column("id"))).limit(limit)
    # How rare what is looked for is says whether to read in order until the page is full, or to sort what fits.
    by_values = bool(shape.words) or shape.order is not Order.START or any(map(_rare, shape.conditions))
    return Ready.of(page, dialect, by_values=by_values)


def newest_changes(connection: Connection, query: EventQuery) -> list[Revision]:
    """Return the last change of each event that matches a query, newest first; its order and page are ignored."""
    letters, asked = letters_of(connection, query.words), replace(query, order=Order.START, after=None)
    shape, values = _shape(asked, max(query.limit, 0)), _values(asked) | {"letters": letters}
    parts = list(_parts(shape, connection.dialect.name, in_order=False, by_letters=letters is not None))
    fitting = union_all(*(select(events.c.id).where(*clauses) for clauses in parts))
    log = revisions.c
    some = select(func.count()).select_from(fitting.limit(_FEW).subquery())
    if shape.time_range is None and connection.scalar(some, values) == _FEW:
        # The log is read backwards until the page is full.
        fits = or_(*(exists().where(events.c.id == log.event_id, *clauses) for clauses in parts))
    else:
        fits = log.event_id.in_(fitting)
    return [
        Revision(cursor=row[0], at=row[1], reason=row[2], event=rows.event_from(row[3:]))
        for row in _newest(fits, shape.limit, connection.dialect).rows(connection, values)
    ]


def _newest(fits: Clause, limit: int, dialect: Dialect) -> Ready:
    log = revisions.c
    # Of an event's lines in the log, only the last one has no record of its own.
    last = select(log.cursor, log.at, log.reason, log.event_id).where(log.event.is_(null()), fits)
    line = last.order_by(log.cursor.desc()).limit(literal_column(str(limit), Integer)).subquery("line").c
    chosen = select(line.cursor, line.at, line.reason, *_RECORD).where(line.event_id == events.c.id)
    return Ready.of(chosen.order_by(line.cursor.desc()), dialect, by_values=True)


def _directed(query: EventQuery, *columns: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    return [column.desc() if query.descending else column for column in columns]


def _shape(query: EventQuery, limit: int) -> EventQuery:
    """Return a query without the numbers that are parameters of the statement; `_values` returns these."""
    box = None if query.box is None or query.box.everywhere else replace(_BOX, frame=query.box.frame)
    after = query.after and (_EPOCH if query.by_time else 0.0, "")
    return replace(query, time_range=query.time_range and _SPAN, box=box, after=after, limit=limit)


def _values(query: EventQuery) -> dict[str, Any]:
    first, last = _beyond(query)
    values: dict[str, Any] = {"latest": last} | {f"earliest{number}": first for number in range(len(REACHES))}
    if query.time_range is not None:
        start, end = query.time_range.start, query.time_range.end
        values |= {"start": start, "end": end, "latest": min(end, last)}
        values |= {f"earliest{number}": max(_before(start, reach), first) for number, reach in enumerate(REACHES)}
    if query.box is not None:
        values |= {name: getattr(query.box, name) for name in ("x1", "y1", "x2", "y2")}
    if query.after is not None:
        values |= {"after_key": query.after[0], "after_id": query.after[1]}
    return values


def _beyond(query: EventQuery) -> tuple[datetime, datetime]:
    """Return limits for the start of events on later pages; they help databases to use the index on the start."""
    if query.after is None or query.order is not Order.START:
        return _EARLIEST, _LATEST
    start = typed("datetime", query.after[0])
    return (_EARLIEST, start) if query.descending else (start, _LATEST)


def _before(moment: datetime, reach: timedelta) -> datetime:
    return moment - min(reach, moment - _EARLIEST)


def count(connection: Connection, query: EventQuery, by: Sequence[CountBy]) -> dict[tuple[str, ...], int]:
    """Return the number of events that match a query, by group."""
    dialect = connection.dialect.name
    groups = [_group(one, dialect).label(one.name) for one in by]
    letters = letters_of(connection, query.words)
    parts = _parts(_shape(query, 0), dialect, in_order=False, by_letters=letters is not None)
    found = union_all(*(select(literal(1).label("one"), *groups).where(*part) for part in parts)).subquery("found")
    names = [found.c[one.name] for one in by]
    chosen = select(func.count(), *names).select_from(found).group_by(*names)
    found_rows = connection.execute(chosen, _values(query) | {"letters": letters})
    return {tuple(map(_named_group, by, row[1:])): row[0] for row in found_rows}


def _group(by: CountBy, dialect: str) -> ColumnElement[Any]:
    if by not in DATE_LENGTHS:
        group: ColumnElement[Any] = events.c[by.value]
        return group
    start = events.c.event_starttime
    if dialect == "postgresql":  # texts take twice as long as moments
        return func.date_trunc(by.value, func.timezone("UTC", start))
    return func.substr(func.replace(start, " ", "T"), 1, DATE_LENGTHS[by], type_=String())


def _named_group(by: CountBy, value: Any) -> str:
    return value.isoformat()[: DATE_LENGTHS[by]] if isinstance(value, datetime) else value


def _key(order: Order) -> ColumnElement[Any]:
    event = events.c
    match order:
        case Order.START:
            return event.event_starttime
        case Order.END:
            return event.event_endtime
        case Order.RUN:
            return event.frm_daterun
        case Order.PROBABILITY:
            return func.coalesce(event.event_probability, literal(-1.0, Double()), type_=Double())
        case Order.GOES_CLASS:
            return func.coalesce(event.goes_class, literal(-1.0, Double()), type_=Double())


def _given(name: str, kind: Any) -> BindParameter[Any]:
    """Return the parameter for a value of `_values`."""
    return bindparam(name, type_=kind, required=False)


def _onwards(query: EventQuery, key: ColumnElement[Any]) -> Iterator[Clause]:
    if query.after is not None:
        here = tuple_(_given("after_key", key.type), _given("after_id", events.c.id.type))
        beyond = tuple_(key, events.c.id)
        yield beyond < here if query.descending else beyond > here


def _parts(query: EventQuery, dialect: str, *, in_order: bool, by_letters: bool) -> Iterator[list[Clause]]:
    """Yield the conditions of selections that have no event in common; together they make the search.

    There is one for each class of duration, and for each event type if there are few types, so that each selection
    reads one short range of an index. Without a span of time or an order by start, there is a single selection.
    """
    rare = [clause for condition in query.conditions for clause in _rare(condition)]
    if by_letters:
        rare.append(letters_clause())
    common = [*rare, *_named(query), *reviewed_so(query.reviewed), *_placed(query), *_worded(query, dialect)]
    types, whole = query.event_types, query.time_range is None and not in_order
    if whole or query.observation_id is not None or rare:
        of_types = [events.c.event_type.in_(types)] if types else []
        yield [*common, *of_types, *_in_time(query, None)]
        return
    if len(types) > _MOST_TYPES:
        common.append(events.c.event_type.in_(types))
    of_type = [[events.c.event_type == one] for one in types] if 0 < len(types) <= _MOST_TYPES else [[]]
    for chosen in of_type:
        for reach in range(len(REACHES)):
            yield [*chosen, events.c.reach == reach, *_in_time(query, reach), *common]


def _rare(condition: Condition) -> list[Clause]:
    """Return an indexed condition that follows from a condition that few events meet, to be added to it."""
    column, equal = condition.column, condition.operator is Operator.EQUAL
    if column == "ar_noaanum" and equal and condition.value.isdecimal():
        return [events.c.noaa == min(int(condition.value), 2**31 - 1)]
    if column == GOES_COLUMN and condition.operator in _UPWARDS and (condition.goes_class or 0.0) >= _GREAT:
        return [events.c.goes_class >= literal(condition.goes_class, Double())]
    if column == "kb_archivid" and equal:
        return [events.c.id == condition.value]
    if column == "kb_archivid" and condition.operator is Operator.LIKE:
        # Ids are lower-case letters and digits after a hyphen, which every collation puts before "zzz".
        begin = condition.value.partition("%")[0].lower()
        return [events.c.id >= begin, events.c.id <= f"{begin}zzz"] if begin else []
    return []


def _in_time(query: EventQuery, reach: int | None) -> Iterator[Clause]:
    """Yield the conditions on times that follow from span and page, for one class of duration or for all."""
    start, end = events.c.event_starttime, events.c.event_endtime
    if query.time_range is not None or (query.after is not None and query.order is Order.START):
        yield start <= _given("latest", _TIME)
        if reach is not None:
            yield start >= _given(f"earliest{reach}", _TIME)
    if query.time_range is not None and query.contained:
        yield start >= _given("start", _TIME)
        yield end <= _given("end", _TIME)
    elif query.time_range is not None:
        yield end >= _given("start", _TIME)


def _named(query: EventQuery) -> Iterator[Clause]:
    event = events.c
    names: dict[ColumnElement[Any], tuple[Any, ...]] = {
        event.detector: query.detectors,
        event.frm_name: query.frm_names,
        event.frm_versionnumber: query.versions,
        event.obs_instrument: query.instruments,
        event.status: tuple(status.value for status in query.statuses),
    }
    yield from (name.in_(values) for name, values in names.items() if values)
    if query.probability is not None:
        yield event.event_probability >= query.probability
    if query.observation_id is not None:
        links = select(event_observations.c.event_id)
        yield event.id.in_(links.where(event_observations.c.observation_id == query.observation_id))


def _placed(query: EventQuery) -> Iterator[Clause]:
    if query.box is not None:
        yield box_clause(query.box.frame)
    if query.cone is not None:
        yield cone_clause(query.cone)


def _worded(query: EventQuery, dialect: str) -> Iterator[Clause]:
    for word in query.words:
        yield word_clause(word, dialect)
    for condition in query.conditions:
        yield condition_clause(condition, dialect)
