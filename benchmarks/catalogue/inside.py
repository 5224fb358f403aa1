"""Searches and pages inside the database, each beside the plain way: overlap and box as conditions, OFFSET."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from typing import Any

from made import percentiles, some_queries, timed
from sqlalchemy import Engine, text

from helioscribe.db import SqlCatalogue, rows, search
from helioscribe.domain.query import EventQuery

ORDERED = "ORDER BY event_starttime, id"


def plain_search(query: EventQuery) -> tuple[str, dict[str, Any]]:
    """Return what one writes first: overlap and box as conditions, with an index on class and start."""
    assert query.time_range is not None
    assert query.box is not None
    names = ", ".join(rows.EVENT)
    where = (
        "event_type = :type AND event_starttime <= :end AND event_endtime >= :start AND status IN ('open', 'closed') "
        "AND hpc_x1 <= :x2 AND hpc_x2 >= :x1 AND hpc_y1 <= :y2 AND hpc_y2 >= :y1"
    )
    values = {"type": query.event_types[0], "start": query.time_range.start, "end": query.time_range.end}
    values |= {name: getattr(query.box, name) for name in ("x1", "y1", "x2", "y2")}
    return f"SELECT {names} FROM events_plain WHERE {where} {ORDERED} LIMIT 500", values


def captured(engine: Engine, query: EventQuery) -> tuple[str, Any]:
    """Return the statement and values that a search sends to the database."""
    page, values = search.page_of(query, query.limit, engine.dialect)
    return page.text, page.given(values)


def in_the_database(engine: Engine, count: int) -> dict[str, Any]:
    """Time the typical search, statement to rows, ours and the plain one in turns."""
    queries = some_queries(count)
    ours = [captured(engine, query) for query in queries]
    with engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        in_turns(connection, queries, ours)
        found = in_turns(connection, queries, ours)
        if engine.dialect.name == "postgresql":
            plain = [in_psycopg(query) for query in queries[::10]]
            found |= {"ours_executed": executed(raw, ours), "plain_executed": executed(raw, plain)}
    result: dict[str, Any] = {name: percentiles(seconds) for name, seconds in found.items()}
    kind = "_executed" if "ours_executed" in result else ""
    return result | {"ratio_p99": round(result[f"plain{kind}"]["p99_ms"] / result[f"ours{kind}"]["p99_ms"], 1)}


def in_turns(connection: Any, queries: Sequence[EventQuery], ours: Sequence[tuple[str, Any]]) -> dict[str, list[float]]:
    """Return how long each search takes [s], and each tenth in the plain way."""
    cursor = connection.connection.driver_connection.cursor()
    found: dict[str, list[float]] = {"ours": [], "plain": []}
    for number, (query, (statement, values)) in enumerate(zip(queries, ours, strict=True)):
        found["ours"].append(timed(lambda s=statement, v=values: cursor.execute(s, v).fetchall()))
        if number % 10 == 0:
            written, named = plain_search(query)
            found["plain"].append(timed(lambda w=written, n=named: connection.execute(text(w), n).all()))
    return found


def in_psycopg(query: EventQuery) -> tuple[str, Any]:
    """Return the plain statement in the words of psycopg."""
    statement, values = plain_search(query)
    return re.sub(r":(\w+)", r"%(\1)s", statement), values


def executed(raw: Any, statements: Sequence[tuple[str, Any]]) -> list[float]:
    """Return how long Postgres says that it takes to run statements [s], without planning and without the client."""
    spent = []
    for statement, values in statements:
        (plan,) = raw.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}", values).fetchone()
        spent.append(plan[0]["Execution Time"] / 1e3)
    return spent


def paging(engine: Engine) -> dict[str, Any]:
    """Time the page after the hundred thousandth flare, by keyset and by OFFSET, in turns."""
    chosen = f"SELECT id, event_starttime FROM events_plain WHERE event_type = 'FL' {ORDERED}"
    names = ", ".join(rows.EVENT)
    deep = f"SELECT {names} FROM events_plain WHERE event_type = 'FL' {ORDERED} LIMIT 500 OFFSET 100000"
    last = SqlCatalogue(engine).event(engine.connect().execute(text(f"{chosen} LIMIT 1 OFFSET 99999")).one()[0])
    query = EventQuery(event_types=("FL",), limit=500).following(last)
    statement, values = captured(engine, query)
    ours, offset = [], []
    with engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        cursor = raw.cursor()
        for _ in range(8):
            ours.append(timed(lambda: cursor.execute(statement, values).fetchall()))
            offset.append(timed(lambda: connection.execute(text(deep)).all()))
    keyset, plain = statistics.median(ours[1:]), statistics.median(offset[1:])
    return {"keyset_ms": round(keyset * 1e3, 2), "offset_ms": round(plain * 1e3, 2), "ratio": round(plain / keyset, 1)}
