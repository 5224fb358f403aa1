"""Several processes share one database."""

import multiprocessing
import signal
import time
from concurrent.futures import ProcessPoolExecutor

import pytest

from helioscribe.db import SqlCatalogue, SqlJobs, migrate, open_engine
from helioscribe.domain.job import JobKind, JobState
from support.factories import make_change, make_detection, make_event, make_observation, make_run

SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture(params=["sqlite", "postgres"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/x.db"
    return request.getfixturevalue("postgres_url")


def a_day(url: str, writer: int) -> int:
    """What one process does: everything that the others do too, and some events of its own."""
    engine = open_engine(url)
    migrate(engine)
    catalogue, jobs = SqlCatalogue(engine), SqlJobs(engine)
    catalogue.add_observation(make_observation())
    new = catalogue.record_run(make_run(detections=tuple(make_detection(t, t + 5) for t in range(0, 200, 10))))
    for number in range(10):
        event = make_event(writer * 100 + number, 2000)
        catalogue.apply([make_change(event)], associated=())
        job, _ = jobs.submit(JobKind.DETECT, str(number), {})
        if jobs.claim(job.id, worker=str(writer), lease=60) is not None:
            jobs.finish(job.id, worker=str(writer), result={"by": writer})
    engine.dispose()
    return new


def test_nothing_is_lost_and_nothing_doubled(url: str) -> None:
    with ProcessPoolExecutor(3, mp_context=SPAWN) as pool:
        new = list(pool.map(a_day, [url] * 3, range(3)))
    engine = open_engine(url)
    catalogue = SqlCatalogue(engine)
    assert sorted(new) == [0, 0, 20]
    assert len(catalogue.pending_detections()) == 20
    assert [change.cursor for change in catalogue.watch()] == list(range(1, 31))
    finished = SqlJobs(engine).find(states=(JobState.DONE,))
    assert len(finished) == 10
    assert all(job.attempts == 1 for job in finished)
    engine.dispose()


def write_for_ever(url: str) -> None:
    catalogue = SqlCatalogue(open_engine(url))
    number = 0
    while True:
        first, second = make_event(number, number + 1), make_event(number + 0.5, number + 1)
        catalogue.apply([make_change(first), make_change(second)], associated=())
        number += 1


def test_a_process_killed_while_it_writes_leaves_whole_transactions(url: str) -> None:
    engine = open_engine(url)
    migrate(engine)
    process = SPAWN.Process(target=write_for_ever, args=(url,))
    process.start()
    catalogue, deadline = SqlCatalogue(engine), time.monotonic() + 60
    while len(catalogue.watch()) < 20 and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    catalogue.apply([make_change(make_event(id="evt-after"))], associated=())
    log = catalogue.watch(limit=100_000)
    assert len(log) % 2 == 1
    assert [change.cursor for change in log] == list(range(1, len(log) + 1))
    assert log[-1].event.id == "evt-after"
    engine.dispose()
