"""What clients wait for: in Python, over gRPC and over HTTP, one of them or several at once, each on its own."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

from loads import SPAWN, WRITTEN, by_grpc, by_http, under_load
from made import DAYS, FIRST, percentiles, resident, some_queries, timed

from helioscribe.domain.query import EventQuery
from helioscribe.domain.times import TimeRange
from helioscribe.runtime.wiring import open_stores

RATES = (100, 300)
"""Questions a second of all clients together, beside as many as they get answers."""


def asked(catalogue: Any, queries: Sequence[EventQuery]) -> list[float]:
    """Return how long each search takes, from the question to the events [s]."""
    return [timed(lambda one=query: list(catalogue.search(one))) for query in queries]


def through_the_port(catalogue: Any, count: int, clients: int) -> dict[str, Any]:
    """Time the typical search by several threads of this process."""
    queries = some_queries(count * clients, seed=2)
    list(catalogue.search(queries[0]))
    with ThreadPoolExecutor(clients) as pool:
        begin = time.perf_counter()
        spent = list(pool.map(lambda number: asked(catalogue, queries[number::clients]), range(clients)))
        wall = time.perf_counter() - begin
    return summary(spent, wall)


def summary(spent: Sequence[Sequence[float]], wall: float) -> dict[str, Any]:
    """Return what several clients waited for, and how many answers they got a second together."""
    flat = [one for part in spent for one in part]
    return percentiles(flat) | {"clients": len(spent), "per_s": round(len(flat) / wall)}


def through_grpc(url: str, count: int, clients: int, processes: int) -> dict[str, Any]:
    """Time the typical search by clients in processes of their own, and the stream of ten years to one of them."""
    with catalogue_service(url, processes) as (address, pid):
        opened, servers = partial(by_grpc, address), {"catalogue": pid}
        found = {"processes": processes, "without_a_pause": under_load(opened, count, clients, servers)}
        for rate in RATES:
            found[f"at_{rate}_per_s"] = under_load(opened, count, clients, servers, per_s=rate)
        with ProcessPoolExecutor(1, mp_context=SPAWN) as pool:
            return found | {"streaming": pool.submit(streamed, address).result()}


def searches_by_http(url: str, count: int, clients: int) -> dict[str, Any]:
    """Time the typical search over HTTP by clients in processes of their own."""
    with catalogue_service(url, 1) as (address, pid), web_service(address) as (site, web):
        servers, found = {"catalogue": pid, "web": web}, {}
        for path in WRITTEN:
            opened = partial(by_http, site, path)
            found[path] = {"without_a_pause": under_load(opened, count, clients, servers)} | {
                f"at_{rate}_per_s": under_load(opened, count, clients, servers, per_s=rate) for rate in RATES[:1]
            }
        return found


def streamed(address: str) -> dict[str, Any]:
    """Time the stream from a service."""
    with closing(open_stores(address)) as far:
        return streaming(far.catalogue)


def streaming(catalogue: Any) -> dict[str, Any]:
    """Time ten years of flares from first to last, and how much memory that takes."""
    span = TimeRange(start=FIRST, end=FIRST + timedelta(days=3652))
    before, count, begin, busy = resident(), 0, time.perf_counter(), time.process_time()
    for _ in catalogue.search(EventQuery(time_range=span, event_types=("FL",), limit=1_000_000)):
        count += 1
    spent, busy = time.perf_counter() - begin, time.process_time() - busy
    rates = {"events": count, "per_s": round(count / spent), "per_cpu_s": round(count / busy)}
    return rates | {"grown_MiB": round((resident() - before) / 2**20, 1)}


def through_http(url: str, count: int, clients: int) -> dict[str, Any]:
    """Time what clients of HEK ask: a page of 500 flares of some weeks."""
    rng = random.Random(3)
    starts = [FIRST + timedelta(days=rng.uniform(30, DAYS - 400)) for _ in range(count * clients)]
    with catalogue_service(url, 1) as (address, _), web_service(address) as (site, _):
        rows = hek(site, starts[0])
        with ThreadPoolExecutor(clients) as pool:
            spent = list(pool.map(lambda moment: timed(lambda: hek(site, moment)), starts))
    return percentiles(spent) | {"clients": clients, "rows": rows}


def hek(site: str, moment: datetime) -> int:
    """Ask as HEK's clients do, and return how many rows come."""
    span = {"event_starttime": moment.isoformat()[:19], "event_endtime": (moment + timedelta(21)).isoformat()[:19]}
    query = {"cosec": 2, "cmd": "search", "type": "column", "event_type": "fl", "result_limit": 500} | span
    with urlopen(f"{site}/hek/her?{urlencode(query)}") as answer:  # our own
        return len(json.load(answer)["result"])


@contextmanager
def catalogue_service(url: str, processes: int) -> Iterator[tuple[str, int]]:
    """Run the catalogue service with so many processes, and yield its address and process once all of them answer."""
    port = random.randrange(20_000, 30_000)
    monitors = [port + 1 + number for number in range(processes)]
    settings = {
        "CATALOGUE": url,
        "QUEUE": "memory://",
        "ADDRESS": f"127.0.0.1:{port}",
        "MONITOR_ADDRESS": f"127.0.0.1:{monitors[0]}",
        "CATALOGUE_PROCESSES": str(processes),
    }
    with service("helioscribe.catalogue.app", settings, [f"http://127.0.0.1:{one}/livez" for one in monitors]) as pid:
        yield f"grpc://127.0.0.1:{port}", pid


@contextmanager
def web_service(catalogue: str) -> Iterator[tuple[str, int]]:
    """Run the web service before a catalogue, and yield its address and process."""
    site = f"127.0.0.1:{random.randrange(30_000, 40_000)}"
    settings = {"CATALOGUE": catalogue, "HTTP_ADDRESS": site, "HTTP_RATE": "1000000"}
    with service("helioscribe.web.app", settings, [f"http://{site}/healthz"]) as pid:
        yield f"http://{site}", pid


@contextmanager
def service(module: str, settings: dict[str, str], answering: Sequence[str]) -> Iterator[int]:
    """Run a service from when all addresses answer to the end, and yield the number of its process."""
    environment = os.environ | {f"HELIOSCRIBE_{name}": value for name, value in settings.items()}
    process = subprocess.Popen([sys.executable, "-m", module], env=environment, stdout=subprocess.DEVNULL)
    try:
        for address in answering:
            patiently(lambda address=address: urlopen(address).close())
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def patiently(action: Callable[[], object]) -> None:
    """Try until it goes well, for a minute."""
    deadline = time.monotonic() + 60
    while True:
        try:
            action()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
