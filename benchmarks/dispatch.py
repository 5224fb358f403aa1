"""What a job costs beside its work: core time of message, lease, heartbeat and end, against that of detectors.

    python benchmarks/dispatch.py [--jobs 500] [DETECTOR=FILE...]

Detection jobs with nothing to do go through the embedded platform's runner and SQLite job store, then through Celery on
RabbitMQ to a worker that asks the catalogue service, which has Postgres behind it: one by one with an end between them,
one by one as fast as they come, and ordered together. Beside them, what a detector's job on an observed file takes.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from helioscribe.adapters.celery_queue import CeleryQueue
from helioscribe.adapters.local_queue import LocalQueue
from helioscribe.domain.job import JobKind, JobOrder, JobState
from helioscribe.domain.serving import USUAL
from helioscribe.embedded.platform import Embedded
from helioscribe.ports.jobs import JobStore
from helioscribe.ports.queue import Queue
from helioscribe.runtime.job_context import JobContext
from helioscribe.runtime.ordering import place
from helioscribe.runtime.runner import JobRunner
from helioscribe.runtime.wiring import open_stores
from helioscribe.runtime.worker import consume
from support.cluster import Cluster
from support.postgres import start_server
from support.rabbitmq import RabbitServer

ROUNDS = 3
IDLE = 3.0
REST = 0.02
WAYS = ("alone", "one by one", "together")
"""Jobs that no worker may take together; as fast as they can be ordered; a hundred in an order."""


def rest(_: JobContext) -> Mapping[str, Any]:
    """Last as long as a short job, at no cost."""
    time.sleep(REST)
    return {}


def orders(count: int, round_: str, *, alike: bool) -> list[JobOrder]:
    """Return orders of jobs, which a worker may take together if they are `alike`, as those of one detector are."""
    payloads = [{"observation_id": f"{round_} {number}", "detector": "rest"} for number in range(count)]
    made = (payload if alike else {"number": payload["observation_id"]} for payload in payloads)
    return [JobOrder(kind=JobKind.DETECT, key=str(payload), payload=payload) for payload in made]


def submit(jobs: JobStore, queue: Queue, count: int, round_: str, way: str) -> list[str]:
    """Submit jobs in one of `WAYS` and return their ids."""
    made = orders(count, f"{way} {round_}", alike=way != "alone")
    size = 100 if way == "together" else 1
    return [job.id for first in range(0, count, size) for job in place(jobs, queue, made[first : first + size])]


def empty_jobs(embedded: Embedded, jobs: int, round_: str, way: str) -> float:
    """Return the core time of one job with nothing to do in one process [s]."""
    queue, store = LocalQueue(), embedded.platform.jobs
    runner = JobRunner(jobs=store, queue=queue, handlers={JobKind.DETECT: rest}, worker="bench")
    queue.consume(JobKind.DETECT, runner.run, threads=2)
    begun = time.process_time()
    submit(store, queue, jobs, round_, way)
    queue.join()
    took = time.process_time() - begun
    queue.close()
    return took / jobs


def typical(platform: Embedded, file: str, detector: str) -> float:
    """Return the core time of a detector's job on an observed file: reading its product, and the run [s]."""
    with Path(file).open("rb") as data:
        observation = platform.wait(platform.accept(data, name=Path(file).name, detectors=[])).observation_id
    if not observation:
        raise SystemExit(f"{file}: no observation")

    def look() -> float:
        begun = time.process_time()
        platform.inference.look(observation, detector, {}, check=lambda: None, priority=USUAL)
        return time.process_time() - begun

    look()
    return statistics.median(look() for _ in range(ROUNDS))


class Distributed:
    """Postgres, RabbitMQ, the catalogue service and one Celery worker, whose jobs have nothing to do."""

    def __init__(self, cluster: Cluster, postgres: int, broker: int) -> None:
        cluster.spawn("catalogue")
        with cluster.client() as client:
            cluster.await_answer(client.catalogue.failures)
        address = f"grpc://127.0.0.1:{cluster.ports['catalogue']}"
        self.stores, self.queue = open_stores(address, token=cluster.worker_token), CeleryQueue(cluster.broker)
        words = [sys.executable, __file__, "--worker", address, cluster.worker_token, cluster.broker]
        self._worker = cluster.processes["worker"] = subprocess.Popen(words)
        self._parts = {
            "worker": self._worker.pid,
            "catalogue": cluster.processes["catalogue"].pid,
            "Postgres": postgres,
            "RabbitMQ": broker,
        }

    def close(self) -> None:
        self.stores.close()
        self.queue.close()

    def used(self) -> dict[str, float]:
        """Return the core time so far, by part [s]."""
        return {name: tree_time(pid) for name, pid in self._parts.items()} | {"submitter": time.process_time()}

    def jobs(self, count: int, round_: str, way: str) -> dict[str, float]:
        """Return the core time of one job, by part [s]; what the parts use when nothing is to be done is taken off."""
        before, begun = self.used(), time.monotonic()
        time.sleep(IDLE)
        idle = {name: (used - before[name]) / (time.monotonic() - begun) for name, used in self.used().items()}
        before, begun = self.used(), time.monotonic()
        submit(self.stores.jobs, self.queue, count, round_, way)
        while self.stores.jobs.find(states=(JobState.QUEUED, JobState.RUNNING), limit=1):
            time.sleep(0.5)
        took = time.monotonic() - begun
        return {name: (used - before[name] - idle[name] * took) / count for name, used in self.used().items()}


def tree_time(pid: int) -> float:
    """Return the core time of a process and its children, also of those that have ended [s]."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    children = [
        child for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    ]
    return own + sum(tree_time(int(child)) for child in children)


def work(address: str, token: str, broker: str) -> None:
    """Be the worker."""
    stores = open_stores(address, token=token)
    handlers = {JobKind.DETECT: rest}
    runner = JobRunner(jobs=stores.jobs, queue=CeleryQueue(broker), handlers=handlers, worker="bench")
    consume(broker, runner, kinds=[JobKind.DETECT], concurrency=2)


def distributed(jobs: int) -> dict[str, dict[str, float]]:
    """Return the core time of a job with nothing to do between services, by way and part: medians over rounds [s]."""
    rabbitmq = RabbitServer()
    with start_server() as postgres:
        cluster = Cluster(database=postgres.url(postgres.create()), broker=rabbitmq.url, bucket="memory:", lease=30)
        try:
            rabbitmq.start()
            cluster.prepare()
            platform = Distributed(cluster, postgres.process.pid, rabbitmq.pid)
            platform.jobs(50, "warm", "one by one")
            rounds = {way: [platform.jobs(jobs, f"{number}", way) for number in range(ROUNDS)] for way in WAYS}
            platform.close()
        finally:
            cluster.stop()
            rabbitmq.stop()
    return {
        way: {part: statistics.median(one[part] for one in found) for part in found[0]} for way, found in rounds.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="*", metavar="DETECTOR=FILE", help="typical jobs")
    parser.add_argument("--jobs", type=int, default=500)
    parser.add_argument("--worker", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.worker:
        work(*asked.worker)
        return
    with tempfile.TemporaryDirectory() as home, Embedded(Path(home)) as here:
        here.host.install_models()
        within = {
            way: statistics.median(empty_jobs(here, asked.jobs, str(n), way) for n in range(ROUNDS)) for way in WAYS
        }
        works = [(*word.split("=", 1), typical(here, *reversed(word.split("=", 1)))) for word in asked.files]
    parts = distributed(asked.jobs)
    print(
        "core time of a job with nothing to do [ms], in one process and between services, and how long work must be for 5 %"
    )
    for way in WAYS:
        alone, between = within[way] * 1e3, sum(parts[way].values()) * 1e3
        said = "  ".join(f"{name} {used * 1e3:.2f}" for name, used in parts[way].items())
        print(f"{way:11}{alone:6.2f} {between:6.2f}   {19 * alone:4.0f} {19 * between:4.0f}   {said}")
        for detector, file, busy in works:
            shares = (f"{cost / (cost + busy * 1e3):.1%}" for cost in (alone, between))
            print(f"    {detector} on {Path(file).name}, {busy * 1e3:.0f} ms: {' and '.join(shares)}")


if __name__ == "__main__":
    main()
