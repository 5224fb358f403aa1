"""What is measured: events like HEK's, questions like its clients', and how long things take."""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from helioscribe.domain.event import Event
from helioscribe.domain.query import EventQuery
from helioscribe.domain.search_region import SearchBox
from helioscribe.domain.times import TimeRange

FIRST = datetime(2010, 5, 1, tzinfo=UTC)
DAYS = 16 * 365
TYPES = ("FL", "AR", "CH", "FI", "FE", "SS", "SG", "CJ", "EF", "LP", "CE", "OT", "FA", "CW")
HOURS = {"AR": (4, 48), "CH": (4, 48), "SS": (4, 48), "FI": (2, 242)}


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


def resident() -> int:
    """Return the memory of this process [bytes]."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
