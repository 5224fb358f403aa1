"""A backfill over many synthetic observations through the real queue: throughput, memory, and what live work waits.

Usage: ``python benchmarks/backfill_scale.py [OBSERVATIONS] [WORKERS]`` (100000 and 2 by default). Postgres, RabbitMQ and
every service run as processes of their own on this machine, artifacts lie in a folder. Every observation is an hour of a
quiet GOES sensor; the detector is the rise rule, so that what is measured is the platform and not a network.
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import numpy as np
from sqlalchemy import insert

from helioscribe.adapters.celery_queue import CeleryQueue
from helioscribe.adapters.product_codec import encode_product
from helioscribe.db import open_engine
from helioscribe.db.rows import observation_row
from helioscribe.db.tables import observations
from helioscribe.domain.backfill import BackfillOrder, BackfillProgress
from helioscribe.domain.identity import digest
from helioscribe.domain.observation import Observation, observation_id
from helioscribe.domain.product import LightCurve
from helioscribe.domain.times import TimeRange
from helioscribe.ports.artifacts import ArtifactStore, artifact_key
from helioscribe.runtime.backfills import Backfill
from helioscribe.runtime.wiring import open_artifacts, open_stores
from helioscribe.sdk.discovery import discover
from support.cluster import Cluster
from support.postgres import start_server
from support.rabbitmq import RabbitServer

BEGIN = datetime(2011, 1, 1, tzinfo=UTC)
DETECTOR = "xray-threshold"
SAY_EVERY = 30.0


def quiet(hour: int) -> LightCurve:
    """An hour of a sensor that sees nothing but its noise, once a minute."""
    n, rng = 60, np.random.default_rng(hour)
    flux = 1e-7 * (1 + 0.01 * rng.standard_normal((n, 2)))
    first = np.datetime64((BEGIN + timedelta(hours=hour, seconds=30)).replace(tzinfo=None), "ns")
    return LightCurve(
        observatory="GOES",
        instrument="XRS",
        times=first + np.arange(n) * np.timedelta64(60, "s"),
        exposure=np.full(n, 60.0),
        counts=flux,
        errors=0.01 * flux,
        energies=np.array([[1.55, 12.4], [3.1, 24.8]]),
        live_fraction=np.ones(n),
        attenuator=np.zeros(n, np.uint8),
        good=np.ones(n, bool),
        unit="W / m2",
    )


def observation(hour: int, artifacts: ArtifactStore) -> Observation:
    """Store the product of an hour and return its record."""
    product, start, raw = quiet(hour), BEGIN + timedelta(hours=hour), digest(b"%d" % hour)
    encoded = encode_product(product)
    sha256 = digest(encoded)
    key = artifact_key("products", sha256, ".safetensors")
    artifacts.put(key, encoded)
    return Observation(
        id=observation_id(raw),
        sha256=raw,
        size=1,
        name=f"{hour}.nc",
        archive="synthetic",
        observatory=product.observatory,
        instrument=product.instrument,
        channel="",
        level="2",
        product_kind=product.kind,
        time_range=TimeRange(start=start, end=start + timedelta(hours=1)),
        raw_key=key,
        product_key=key,
        product_sha256=sha256,
    )


def fill(database: str, artifacts: ArtifactStore, number: int) -> None:
    """Record observations, an hour apart."""
    engine = open_engine(database)
    for first in range(0, number, 1000):
        found = [observation_row(observation(hour, artifacts)) for hour in range(first, min(first + 1000, number))]
        with engine.begin() as connection:
            connection.execute(insert(observations), found)
    engine.dispose()


def resident(pid: int) -> float:
    """Memory of a process [MiB]."""
    text = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(next(line for line in text.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def main(number: int, workers: int) -> None:
    """Fill a catalogue, run the backfill, and say how it went."""
    folder = Path(tempfile.mkdtemp(prefix="backfill-"))
    rabbitmq = RabbitServer()
    with start_server() as postgres:
        cluster = Cluster(
            database=postgres.url(postgres.create()), broker=rabbitmq.url, bucket=folder.as_uri(), lease=30
        )
        try:
            rabbitmq.start()
            cluster.start()
            for extra in range(1, workers):
                cluster.processes[f"inference {extra}"] = cluster.another("inference")
            began = time.monotonic()
            fill(cluster.database, open_artifacts(cluster.bucket), number)
            print(f"recorded   {number} observations in {time.monotonic() - began:.0f} s")
            measure(cluster, number)
        finally:
            cluster.stop()
            rabbitmq.stop()


class Watch:
    """Looks at the memory of processes, and says now and then how far the backfill is."""

    def __init__(self, cluster: Cluster) -> None:
        self.pids = {name: process.pid for name, process in cluster.processes.items()}
        self.most: dict[str, float] = {}
        self._said = time.monotonic()

    def __call__(self, now: BackfillProgress) -> None:
        held = {name: resident(pid) for name, pid in self.pids.items()}
        self.most = {name: max(size, self.most.get(name, 0.0)) for name, size in held.items()}
        if time.monotonic() - self._said > SAY_EVERY:
            self._said = time.monotonic()
            left = f"{now.left:.0f} s left" if now.left is not None else ""
            print(f"  {now.observations:>7} observations  {now.rate:6.1f}/s  {left}  {listed(held)}", flush=True)


def listed(sizes: dict[str, float]) -> str:
    return "  ".join(f"{name} {size:.0f}" for name, size in sizes.items())


def measure(cluster: Cluster, number: int) -> None:
    """Run the backfill and print throughput, the most memory of each process, and that nothing is missing."""
    (manifest,) = (plugin.manifest for plugin in discover() if plugin.manifest and plugin.manifest.id == DETECTOR)
    span, queue = TimeRange(start=BEGIN, end=BEGIN + timedelta(hours=number)), CeleryQueue(cluster.broker)
    stores = open_stores(f"grpc://127.0.0.1:{cluster.ports['catalogue']}", token=cluster.worker_token)
    watch, began = Watch(cluster), time.monotonic()
    work = Backfill(
        catalogue=stores.catalogue,
        jobs=stores.jobs,
        models=stores.models,
        queue=queue,
        manifest=manifest,
        order=BackfillOrder(detector=DETECTOR, span=span, chunk=100, in_flight=8),
    )
    done = work.run(watch)
    print(
        f"backfill   {done.observations} observations in {time.monotonic() - began:.0f} s: {done.rate:.1f}/s, {done.failed} failed"
    )
    print(f"most memory [MiB]  {listed(watch.most)}")
    again = work.run()
    print(f"again      {again.observations} observations, {again.known} known, in {again.seconds:.0f} s")
    stores.close()
    queue.close()
    assert (done.observations, done.failed, again.known) == (number, 0, number)


if __name__ == "__main__":
    main(*(int(word) for word in (sys.argv[1:] + ["100000", "2"][len(sys.argv) - 1 :])))
