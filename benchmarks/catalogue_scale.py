"""The catalogue at the size of a century: searches, pages, imports and streams, each beside the plain way.

Usage: ``python benchmarks/catalogue_scale.py --database sqlite:////tmp/big.db --rows 2000000`` (or a Postgres URL of an
empty database). Every ratio is measured in one run, in turns. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, registry

from helioscribe.catalogue import servicer
from helioscribe.db import SqlCatalogue, migrate, open_engine, rows, search, tables
from helioscribe.domain.event import Event
from helioscribe.domain.places import SearchBox
from helioscribe.domain.query import EventQuery
from helioscribe.domain.times import TimeRange
from helioscribe.runtime.server import Server
from helioscribe.runtime.settings import Settings
from helioscribe.runtime.wiring import open_artifacts, open_stores
from helioscribe.web.http_server import HttpServer, listen
from helioscribe.web.site import make_site

FIRST = datetime(2010, 5, 1, tzinfo=UTC)
DAYS = 16 * 365
TYPES = ("FL", "AR", "CH", "FI", "FE", "SS", "SG", "CJ", "EF", "LP", "CE", "OT", "FA", "CW")
HOURS = {"AR": (4, 48), "CH": (4, 48), "SS": (4, 48), "FI": (2, 242)}
ORDERED = "ORDER BY event_starttime, id"


def made(number: int, rng: random.Random, moment: datetime) -> Event:
    """Return one event of a mix like HEK's: many flares, few waves, filaments that live for days."""
    kind = TYPES[min(13, int(rng.expovariate(1 / 3)))]
    low, high = HOURS.get(kind, (0.05, 1.05))
    x, y, wide = rng.uniform(-900, 900), rng.uniform(-900, 900), rng.uniform(5, 65)
    return Event(
        id=f"evt-{rng.getrandbits(128):032x}",
        event_type=kind,
        event_starttime=moment,
        event_endtime=moment + timedelta(hours=rng.uniform(low, high)),
        event_peaktime=moment,
        event_coordsys="UTC-HPC-TOPO",
        event_coordunit="arcsec,arcsec",
        event_coord1=x,
        event_coord2=y,
        boundbox_c1ll=x - wide,
        boundbox_c2ll=y - wide,
        boundbox_c1ur=x + wide,
        boundbox_c2ur=y + wide,
        noposition=False,
        event_probability=rng.random(),
        frm_name=f"module {number % 23}",
        frm_institute="An institute",
        frm_contact="someone@example.org",
        frm_url="https://example.org/method",
        frm_paramset="threshold=0.5; window=12",
        frm_versionnumber=1.0,
        frm_specificid=str(number),
        frm_daterun=moment,
        obs_observatory="SDO",
        obs_instrument=("AIA", "HMI", "STIX", "EIT")[number % 4],
        obs_channelid="171",
        obs_meanwavel=1.71e-6,
        attributes={"fl_goescls": f"C{rng.uniform(1, 9):.1f}"} if kind == "FL" else {"intensmean": rng.random()},
    )


def many(count: int, seed: int = 0) -> Iterator[Event]:
    """Yield events nearly in order of time, as feeds come; five of them last for months or years."""
    rng = random.Random(seed)
    for number in range(count):
        moment = FIRST + timedelta(days=DAYS * (number + rng.uniform(-20, 20)) / count)
        found = made(number, rng, moment)
        if number % max(count // 5, 1) == 7:
            found = replace(found, event_endtime=moment + timedelta(days=rng.choice((90, 400, 3000))))
        yield found


def some_queries(count: int, seed: int = 1) -> list[EventQuery]:
    """Return questions such as HEK is asked: one class, one day, a box, 500 records."""
    rng = random.Random(seed)
    found = []
    for _ in range(count):
        start = FIRST + timedelta(days=rng.uniform(30, DAYS - 400))
        x, y = rng.uniform(-900, 900), rng.uniform(-900, 900)
        box = SearchBox(x1=x - 150, y1=y - 150, x2=x + 150, y2=y + 150)
        span = TimeRange(start=start, end=start + timedelta(days=1))
        found.append(EventQuery(time_range=span, event_types=(rng.choice(TYPES[:8]),), box=box, limit=500))
    return found


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


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """Return median and 99th percentile [ms]."""
    ordered = sorted(seconds)
    p99 = ordered[min(len(ordered) - 1, round(0.99 * (len(ordered) - 1)))]
    return {"p50_ms": round(statistics.median(ordered) * 1e3, 3), "p99_ms": round(p99 * 1e3, 3), "n": len(ordered)}


def timed(action: Callable[[], Any]) -> float:
    """Return how long an action takes [s]."""
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def captured(engine: Engine, query: EventQuery) -> tuple[str, Any]:
    """Return the statement and values that a search sends to the database."""
    page, values = search.page_of(query, query.limit, engine.dialect)
    return page.text, page.given(values)


def in_the_database(engine: Engine, count: int) -> dict[str, Any]:
    """Time the typical search, statement to rows, ours and the plain one in turns."""
    queries = some_queries(count)
    ours = [captured(engine, query) for query in queries]
    found: dict[str, list[float]] = {"ours": [], "plain": []}
    with engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        cursor = raw.cursor()
        for warm in (True, False):
            for number, (query, (statement, values)) in enumerate(zip(queries, ours, strict=True)):
                spent = timed(lambda s=statement, v=values: cursor.execute(s, v).fetchall())
                if not warm:
                    found["ours"].append(spent)
                if number % 10 == 0:
                    written, named = plain_search(query)
                    spent = timed(lambda w=written, n=named: connection.execute(text(w), n).all())
                    if not warm:
                        found["plain"].append(spent)
        if engine.dialect.name == "postgresql":
            found |= {"ours_executed": executed(raw, ours), "plain_executed": executed(raw, ours_plain(queries[::10]))}
    result: dict[str, Any] = {name: percentiles(seconds) for name, seconds in found.items()}
    kind = "_executed" if "ours_executed" in result else ""
    ratio = result[f"plain{kind}"]["p99_ms"] / result[f"ours{kind}"]["p99_ms"]
    return result | {"ratio_p99": round(ratio, 1)}


def ours_plain(queries: Sequence[EventQuery]) -> list[tuple[str, Any]]:
    """Return the plain statements in the words of psycopg."""
    return [(re.sub(r":(\w+)", r"%(\1)s", sql), values) for sql, values in map(plain_search, queries)]


def executed(raw: Any, statements: Sequence[tuple[str, Any]]) -> list[float]:
    """Return how long Postgres says that it takes to run statements [s], without planning and without the client."""
    spent = []
    for statement, values in statements:
        (plan,) = raw.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}", values).fetchone()
        spent.append(plan[0]["Execution Time"] / 1e3)
    return spent


def through_the_port(catalogue: Any, count: int, clients: int) -> dict[str, Any]:
    """Time the typical search from question to events, by several clients at once."""
    queries = some_queries(count * clients, seed=2)

    def ask(client: int) -> list[float]:
        mine = queries[client::clients]
        return [timed(lambda one=query: list(catalogue.search(one))) for query in mine]

    list(catalogue.search(queries[0]))
    with ThreadPoolExecutor(clients) as pool:
        begin = time.perf_counter()
        spent = [one for part in pool.map(ask, range(clients)) for one in part]
        wall = time.perf_counter() - begin
    return percentiles(spent) | {"clients": clients, "per_s": round(len(spent) / wall)}


def through_grpc(url: str, count: int, clients: int) -> dict[str, Any]:
    """Time the typical search through a server in a process of its own."""
    here, there = get_context("spawn").Pipe()
    server = get_context("spawn").Process(target=serve, args=(url, there))
    server.start()
    far = open_stores(f"grpc://127.0.0.1:{here.recv()}")
    try:
        return through_the_port(far.catalogue, count, clients) | {"streaming": streaming(far.catalogue)}
    finally:
        far.close()
        here.send("stop")
        server.join()


def serve(url: str, pipe: Any) -> None:
    """Serve a catalogue until told to stop."""
    stores, server = open_stores(url), Server(Settings(address="127.0.0.1:0"), scopes=servicer.SCOPES)
    names = ("catalogue", "jobs", "models", "embeddings", "run_log", "desk")
    servicer.register(server.grpc, **{name: getattr(stores, name) for name in names})
    server.start(*servicer.SERVICES)
    pipe.send(server.port)
    pipe.recv()
    server.stop(grace=0)
    stores.close()


def through_http(url: str, count: int, clients: int) -> dict[str, Any]:
    """Time what clients of HEK ask, a page of 500 flares of some weeks, through a web server in a process of its own."""
    here, there = get_context("spawn").Pipe()
    server = get_context("spawn").Process(target=serve_web, args=(url, there))
    server.start()
    port, rng = here.recv(), random.Random(3)
    starts = [FIRST + timedelta(days=rng.uniform(30, DAYS - 400)) for _ in range(count * clients)]

    def ask(moment: datetime) -> int:
        span = {"event_starttime": moment.isoformat()[:19], "event_endtime": (moment + timedelta(21)).isoformat()[:19]}
        query = {"cosec": 2, "cmd": "search", "type": "column", "event_type": "fl", "result_limit": 500} | span
        with urlopen(f"http://127.0.0.1:{port}/hek/her?{urlencode(query)}") as answer:  # our own
            return len(json.load(answer)["result"])

    try:
        rows_of = ask(starts[0])
        with ThreadPoolExecutor(clients) as pool:
            spent = list(pool.map(lambda moment: timed(lambda: ask(moment)), starts))
        return percentiles(spent) | {"clients": clients, "rows": rows_of}
    finally:
        here.send("stop")
        server.join()


def serve_web(url: str, pipe: Any) -> None:
    """Serve the pages of a catalogue until told to stop."""
    stores, memory = open_stores(url), open_stores("memory:")
    site = make_site(
        catalogue=stores.catalogue, jobs=stores.jobs, models=stores.models, embeddings=memory.embeddings,
        artifacts=open_artifacts("memory:"), detectors=list,
    )  # fmt: skip
    server = HttpServer.start(site, listen("127.0.0.1", 0))
    pipe.send(server.port)
    pipe.recv()
    server.stop()
    stores.close()


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


def mapped(name: str) -> type[Any]:
    """Return a class of the ORM for a table."""
    kind = type(name, (), {})
    registry().map_imperatively(kind, tables.metadata.tables[name])
    return kind


def imports(engine: Engine, count: int) -> dict[str, Any]:
    """Time the import of events into the full table, by `import_events`, again, and by the ORM."""
    kind, line = mapped("events"), mapped("revisions")
    catalogue = SqlCatalogue(engine)
    seeds = random.Random()
    fresh = [list(many(count, seed=seeds.getrandbits(40))) for _ in range(4)]

    def by_orm(found: list[Event]) -> None:
        begin = 10**12 + hash(found[0].id) % 10**11
        with Session(engine) as session:
            for number, one in enumerate(found):
                session.add(kind(**rows.event_rows([one])[0]))
                values = {"event_id": one.id, "revision": 1, "at": one.frm_daterun, "reason": "imported"}
                session.add(line(cursor=begin + number, **values))
            session.commit()

    ours = [timed(lambda part=part: catalogue.import_events(part)) for part in fresh[:2]]
    again = timed(lambda: catalogue.import_events(fresh[0]))
    orm = [timed(lambda part=part: by_orm(part)) for part in fresh[2:]]
    with engine.begin() as connection:
        connection.execute(text(f"DELETE FROM revisions WHERE cursor >= {10**12}"))
    return {
        "rows_per_s": round(count / min(ours)),
        "again_per_s": round(count / again),
        "orm_per_s": round(count / min(orm)),
        "ratio": round(min(orm) / min(ours), 1),
    }


def streaming(catalogue: Any) -> dict[str, Any]:
    """Time ten years of flares from first to last, and how much memory that takes."""
    span = TimeRange(start=FIRST, end=FIRST + timedelta(days=3652))
    before, count, begin, busy = resident(), 0, time.perf_counter(), time.process_time()
    for _ in catalogue.search(EventQuery(time_range=span, event_types=("FL",), limit=1_000_000)):
        count += 1
    spent, busy = time.perf_counter() - begin, time.process_time() - busy
    rates = {"events": count, "per_s": round(count / spent), "per_cpu_s": round(count / busy)}
    return rates | {"grown_MiB": round((resident() - before) / 2**20, 1)}


def resident() -> int:
    """Return the memory of this process [bytes]."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def filled(engine: Engine, count: int) -> dict[str, Any]:
    """Import the events, and copy them into a table with the plain index."""
    spent = timed(lambda: SqlCatalogue(engine).import_events(many(count)))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE events_plain AS SELECT * FROM events"))
        connection.execute(text("CREATE INDEX ix_plain ON events_plain (event_type, event_starttime)"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return {"rows": count, "import_s": round(spent, 1), "import_per_s": round(count / spent)}


def main() -> None:
    """Run everything on one database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True, help="URL of an empty database")
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--queries", type=int, default=400)
    parser.add_argument("--filled", action="store_true", help="the database is that of an earlier run")
    arguments = parser.parse_args()
    engine = open_engine(arguments.database)
    migrate(engine)
    catalogue = SqlCatalogue(engine)
    result: dict[str, Any] = {"database": engine.dialect.name, "load": os.getloadavg()}
    steps: dict[str, Callable[[], Any]] = {
        "fill": lambda: "earlier" if arguments.filled else filled(engine, arguments.rows),
        "search_in_database": lambda: in_the_database(engine, arguments.queries),
        "search_one_client": lambda: through_the_port(catalogue, arguments.queries, 1),
        "search_eight_clients": lambda: through_the_port(catalogue, arguments.queries // 4, 8),
        "hek_one_client": lambda: through_http(arguments.database, 50, 1),
        "hek_eight_clients": lambda: through_http(arguments.database, 10, 8),
        "grpc_eight_clients": lambda: through_grpc(arguments.database, arguments.queries // 4, 8),
        "paging": lambda: paging(engine) if arguments.rows >= 1_000_000 else "too few rows",
        "streaming": lambda: streaming(catalogue),
        "imports": lambda: imports(engine, 20_000),
    }
    for name, step in steps.items():
        result[name] = step()
        print(name, result[name], file=sys.stderr, flush=True)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
