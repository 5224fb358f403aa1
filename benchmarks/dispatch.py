"""What a job costs beside its work: core time of message, lease, heartbeat and end, against that of detectors.

    python benchmarks/dispatch.py [--jobs 500] [DETECTOR=FILE...]

Jobs with nothing to do go through the embedded platform's runner and SQLite job store, as detection jobs do,
then through Celery on RabbitMQ to a worker that asks the catalogue service, which has Postgres behind it.
Beside them, what a detector's job on an observed file takes.
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
from helioscribe.domain.job import JobKind, JobState
from helioscribe.domain.serving import USUAL
from helioscribe.embedded.platform import Embedded
from helioscribe.runtime.runner import JobContext, JobRunner
from helioscribe.runtime.wiring import open_stores
from helioscribe.runtime.worker import consume
from support.cluster import Cluster
from support.postgres import start_server
from support.rabbitmq import RabbitServer

ROUNDS = 3
IDLE = 3.0


def nothing(_: JobContext) -> Mapping[str, Any]:
    """Do nothing."""
    return {}


def empty_jobs(embedded: Embedded, jobs: int, round_: int) -> float:
    """Return the core time of one job with nothing to do [s]."""
    platform = embedded.platform
    runner = JobRunner(jobs=platform.jobs, catalogue=platform.catalogue, handlers={JobKind.DETECT: nothing}, worker="bench")
    begun = time.process_time()
    submitted = [platform.jobs.submit(JobKind.DETECT, f"{round_}-{number}", {})[0] for number in range(jobs)]
    for job in submitted:
        runner.run(job.id)
    return (time.process_time() - begun) / jobs


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
            cluster.await_answer(client.failures)
        address = f"grpc://127.0.0.1:{cluster.ports['catalogue']}"
        self.stores, self.queue = open_stores(address, token=cluster.worker_token), CeleryQueue(cluster.broker)
        words = [sys.executable, __file__, "--worker", address, cluster.worker_token, cluster.broker]
        self._worker = cluster.processes["worker"] = subprocess.Popen(words)
        self._parts = {
            "worker": self._worker.pid, "catalogue": cluster.processes["catalogue"].pid, "Postgres": postgres, "RabbitMQ": broker,
        }  # fmt: skip

    def close(self) -> None:
        self.stores.close()
        self.queue.close()

    def used(self) -> dict[str, float]:
        """Return the core time so far, by part [s]."""
        return {name: tree_time(pid) for name, pid in self._parts.items()} | {"submitter": time.process_time()}

    def jobs(self, count: int, round_: str) -> dict[str, float]:
        """Return the core time of one job, by part [s]; what the parts use when nothing is to be done is taken off."""
        before, begun = self.used(), time.monotonic()
        time.sleep(IDLE)
        idle = {name: (used - before[name]) / (time.monotonic() - begun) for name, used in self.used().items()}
        before, begun = self.used(), time.monotonic()
        ids = [self.stores.jobs.submit(JobKind.DETECT, f"{round_} {number}", {})[0].id for number in range(count)]
        for one in ids:
            self.queue.publish(JobKind.DETECT, one)
        while not all(self.stores.jobs.get(one).state is JobState.DONE for one in (ids[0], ids[-1])):
            time.sleep(0.5)
        took = time.monotonic() - begun
        return {name: (used - before[name] - idle[name] * took) / count for name, used in self.used().items()}


def tree_time(pid: int) -> float:
    """Return the core time of a process and its children, also of those that have ended [s]."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    children = [child for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
    return own + sum(tree_time(int(child)) for child in children)


def work(address: str, token: str, broker: str) -> None:
    """Be the worker."""
    stores = open_stores(address, token=token)
    handlers = {JobKind.DETECT: nothing}
    runner = JobRunner(jobs=stores.jobs, catalogue=stores.catalogue, handlers=handlers, worker="bench")
    consume(broker, runner, kinds=[JobKind.DETECT], concurrency=2)


def distributed(jobs: int) -> dict[str, float]:
    """Return the core time of a job with nothing to do between services, by part: medians over rounds [s]."""
    rabbitmq = RabbitServer()
    with start_server() as postgres:
        cluster = Cluster(database=postgres.url(postgres.create()), broker=rabbitmq.url, bucket="memory:", lease=30)
        try:
            rabbitmq.start()
            cluster.prepare()
            platform = Distributed(cluster, postgres.process.pid, rabbitmq.pid)
            platform.jobs(50, "warm")
            rounds = [platform.jobs(jobs, f"round {number}") for number in range(ROUNDS)]
            platform.close()
        finally:
            cluster.stop()
            rabbitmq.stop()
    return {name: statistics.median(found[name] for found in rounds) for name in rounds[0]}


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
        alone = statistics.median(empty_jobs(here, asked.jobs, round_) for round_ in range(ROUNDS))
        works = [(*word.split("=", 1), typical(here, *reversed(word.split("=", 1)))) for word in asked.files]
    parts = distributed(asked.jobs)
    between = sum(parts.values())
    print(f"a job with nothing to do: {alone * 1e3:.2f} ms of core time in one process, {between * 1e3:.2f} ms between services:")
    print("  " + "  ".join(f"{name} {used * 1e3:.2f} ms" for name, used in parts.items()))
    for detector, file, busy in works:
        shares = (f"{cost / (cost + busy):.1%}" for cost in (alone, between))
        print(f"  {detector} on {Path(file).name}: {busy * 1e3:.0f} ms; the job around it {' and '.join(shares)}")
    print(f"5 % is reached by work of {19 * alone * 1e3:.0f} and {19 * between * 1e3:.0f} ms")


if __name__ == "__main__":
    main()
