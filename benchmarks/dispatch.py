"""What a job costs beside its work: core time of message, lease, heartbeat and end, against that of detectors.

    python benchmarks/dispatch.py [--jobs 500]

Jobs with nothing to do go through the embedded platform's runner and SQLite job store, as detection jobs do, beside a
detector's run; then through Celery on RabbitMQ to a worker that asks the catalogue service, which has Postgres behind it.
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

import numpy as np

from helioscribe.adapters.celery_queue import CeleryQueue
from helioscribe.domain.identity import digest
from helioscribe.domain.job import JobKind, JobState
from helioscribe.domain.product import LightCurve
from helioscribe.embedded.platform import Embedded
from helioscribe.inference.host import Source
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


def day_of_curves() -> LightCurve:
    """Return a synthetic day of STIX with noise and a flare."""
    n, noise = 21_600, np.random.default_rng(1)
    counts = noise.poisson(40, (n, 5)).astype(float)
    counts[9_000:9_200] += 400
    return LightCurve(
        observatory="Solar Orbiter", instrument="STIX",
        times=np.datetime64("2022-03-28", "ns") + np.arange(n) * np.timedelta64(4, "s"),
        exposure=np.full(n, 4.0), counts=counts, errors=np.sqrt(counts + 1),
        energies=np.array([(4, 10), (10, 15), (15, 25), (25, 50), (50, 84)], float), live_fraction=np.ones(n),
        attenuator=np.zeros(n, np.uint8), good=np.ones(n, bool), light_travel_time=338.4,
    )  # fmt: skip


def detection(embedded: Embedded, detector: str, product: LightCurve) -> float:
    """Return the core time of one run of a detector [s]."""
    begun = time.process_time()
    embedded.host.run(detector, product, source=Source(observation_ids=(), input_sha256=digest(b"bench")))
    return time.process_time() - begun


class Distributed:
    """Postgres, RabbitMQ, the catalogue service and one Celery worker, whose jobs have nothing to do."""

    def __init__(self, cluster: Cluster, postgres: int, broker: int) -> None:
        cluster.spawn("catalogue")
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
    children = (Path(f"/proc/{pid}/task/{task}/children").read_text().split() for task in os.listdir(f"/proc/{pid}/task"))
    return own + sum(tree_time(int(child)) for found in children for child in found)


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


def embedded(jobs: int) -> None:
    """Show what a job costs in one process, beside a detector's run."""
    product = day_of_curves()
    with tempfile.TemporaryDirectory() as home, Embedded(Path(home), work=False) as one:
        one.host.install_models()
        detection(one, "stix-lstm", product)
        empty, full = [], []
        for round_ in range(ROUNDS):
            empty.append(empty_jobs(one, jobs, round_))
            full.append(detection(one, "stix-lstm", product))
    cost, busy = statistics.median(empty), statistics.median(full)
    show("a job with nothing to do, in one process", cost)
    print(f"stix-lstm on a day: {busy * 1e3:.0f} ms; the job around it is {cost / (cost + busy):.2%} of both")


def show(what: str, cost: float) -> None:
    print(f"{what}: {cost * 1e3:.2f} ms of core time; 5 % is reached by work of {19 * cost * 1e3:.0f} ms")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=500)
    parser.add_argument("--worker", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.worker:
        work(*asked.worker)
        return
    embedded(asked.jobs)
    parts = distributed(asked.jobs)
    show("a job with nothing to do, between services", sum(parts.values()))
    print("  " + "  ".join(f"{name} {used * 1e3:.2f} ms" for name, used in parts.items()))


if __name__ == "__main__":
    main()
