"""Several clients, each a process of its own: what they wait for, without a pause and at a fixed rate, and who works."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from http.client import HTTPConnection
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from made import percentiles, some_queries, timed

from helioscribe.domain.query import EventQuery
from helioscribe.runtime.wiring import open_stores

Ask = Callable[[EventQuery], object]
SPAWN = get_context("spawn")
MEETING: dict[str, Any] = {}
TICK = os.sysconf("SC_CLK_TCK")


def under_load(
    opened: Any, count: int, clients: int, servers: dict[str, int], *, per_s: float | None = None
) -> dict[str, Any]:
    """Let clients ask `count` questions each, all together `per_s` a second or, without it, as fast as answers come.

    Parameters
    ----------
    opened
        Opens a client within its process: a context manager that yields what asks.
    count, clients
        How many.
    servers
        Processes to watch, with those that they started, by name.
    per_s
        Rate of all clients together. An answer's time then counts from when the question was due.
    """
    barrier = SPAWN.Barrier(clients + 1)
    with ProcessPoolExecutor(clients, mp_context=SPAWN, initializer=meet_at, initargs=(barrier,)) as pool:
        every = clients / per_s if per_s else 0.0
        parts = [pool.submit(one_client, opened, count, number, every) for number in range(clients)]
        barrier.wait()
        before = {name: busy(pid) for name, pid in servers.items()}
        spent, busy_clients, walls = zip(*(part.result() for part in parts), strict=True)
    flat = [one for part in spent for one in part]
    cost = {name: round((busy(pid) - before[name]) / len(flat) * 1e3, 2) for name, pid in servers.items()}
    cost |= {"client": round(sum(busy_clients) / len(flat) * 1e3, 2)}
    rate = {"clients": clients, "per_s": round(len(flat) / max(walls)), "load": round(os.getloadavg()[0], 1)}
    return percentiles(flat) | rate | {"cpu_ms": cost}


def meet_at(barrier: Any) -> None:
    """Let this process know where all clients wait for each other before they begin."""
    MEETING["all"] = barrier


def one_client(opened: Any, count: int, number: int, every: float) -> tuple[list[float], float, float]:
    """Ask when all the others do; return how long each answer took, processor time, and all together [s]."""
    with opened() as ask:
        for query in some_queries(20, seed=100 + number):
            ask(query)
        questions, spent = some_queries(count, seed=200 + number), []
        MEETING["all"].wait()
        begin, used = time.perf_counter(), time.process_time()
        for place, query in enumerate(questions):
            due = begin + every * (place + number / 8)
            if every:
                time.sleep(max(0.0, due - time.perf_counter()))
            late = max(0.0, time.perf_counter() - due) if every else 0.0
            spent.append(late + timed(partial(ask, query)))
        return spent, time.process_time() - used, time.perf_counter() - begin


@contextmanager
def by_grpc(address: str) -> Iterator[Ask]:
    """Ask as our client does."""
    with closing(open_stores(address)) as far:
        yield lambda query: list(far.catalogue.search(query))


@contextmanager
def by_http(site: str, path: str) -> Iterator[Ask]:
    """Ask ``/api/events`` or ``/hek/her``, on one connection."""
    with closing(HTTPConnection(site.removeprefix("http://"))) as connection:

        def ask(query: EventQuery) -> object:
            connection.request("GET", f"{path}?{urlencode(WRITTEN[path](query))}")
            return json.load(connection.getresponse())

        yield ask


def as_hek(query: EventQuery) -> dict[str, Any]:
    """Return a question as HEK's clients write it."""
    box, span = query.box, query.time_range
    assert box is not None
    assert span is not None
    return {
        "cosec": 2,
        "cmd": "search",
        "type": "column",
        "event_type": query.event_types[0].lower(),
        "result_limit": 500,
        "event_coordsys": "helioprojective",
        "x1": box.x1,
        "x2": box.x2,
        "y1": box.y1,
        "y2": box.y2,
        "event_starttime": span.start.isoformat()[:19],
        "event_endtime": span.end.isoformat()[:19],
    }


def as_ours(query: EventQuery) -> dict[str, Any]:
    """Return a question as the API has it."""
    box, span = query.box, query.time_range
    assert box is not None
    assert span is not None
    return {
        "type": query.event_types[0],
        "start": span.start.isoformat(),
        "end": span.end.isoformat(),
        "limit": 500,
        "frame": "helioprojective",
        "box": f"{box.x1},{box.y1},{box.x2},{box.y2}",
    }


WRITTEN = {"/hek/her": as_hek, "/api/events": as_ours}


def busy(pid: int) -> float:
    """Return the processor time that a process and those that it started have used [s]."""
    total = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            number, _, rest = stat.read_text(encoding="ascii", errors="replace").partition(" (")
        except OSError:  # it has ended meanwhile
            continue
        found = rest.rpartition(") ")[2].split()
        if pid in (int(number), int(found[1])):
            total += (int(found[11]) + int(found[12])) / TICK
    return total
