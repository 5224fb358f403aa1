"""What can happen to the distributed platform: each fault is done to a `World`, lasts a while, and is over."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from helioscribe.domain.job import JobKind
from support.namespace import Namespace
from support.proxy import Proxy
from support.world import LONG, World

__all__ = ["MORE", "SHORT", "Fault"]

Fault = Callable[[World], None]

FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
_MOST_JOBS = 240


def _kill(name: str) -> Fault:
    def fault(world: World) -> None:
        world.cluster.kill(name)
        time.sleep(1.0)
        world.cluster.spawn(name)

    return fault


def _kill_all(world: World) -> None:
    for name in world.cluster.processes:
        world.cluster.kill(name)
    for name in list(world.cluster.processes):
        world.cluster.spawn(name)


def _broker_restart(world: World) -> None:
    world.rabbitmq.kill()
    time.sleep(2.0)
    world.rabbitmq.start()


def _broker_cut(world: World) -> None:
    world.broker.cut()
    time.sleep(10.0)
    world.broker.mend()


def _postgres_crash(world: World) -> None:
    world.postgres.crash()
    time.sleep(3.0)
    world.postgres.start()


def _s3_down(world: World) -> None:
    world.s3.cut()
    time.sleep(60.0)
    world.s3.mend()


def _delay(world: World) -> None:
    world.s3.delay = world.broker.delay = 0.2
    time.sleep(20.0)
    world.s3.delay = world.broker.delay = 0.0


def _thin_cable(world: World) -> None:
    """Inference on another host, behind a cable that lets 1 Mbit/s through and loses one packet in fifty."""
    with _another_host() as host, _reached(world, host) as addresses:
        world.cluster.kill("inference")
        world.cluster.processes["inference"] = world.cluster.another("inference", prefix=host.prefix, **addresses)
        host.thin(rate="1mbit", loss=0.02)
        time.sleep(30.0 if LONG else 8.0)
        host.mend()
        time.sleep(2.0)
        world.cluster.kill("inference")
    world.cluster.spawn("inference")


@contextmanager
def _another_host() -> Iterator[Namespace]:
    with ExitStack() as made:
        try:
            host = made.enter_context(Namespace())
        except OSError as error:
            pytest.skip(f"needs the right to make network namespaces: {error}")
        yield host


@contextmanager
def _reached(world: World, host: Namespace) -> Iterator[dict[str, str]]:
    """Let a host reach catalogue, broker and artifacts, and return the settings that name them there."""
    cluster = world.cluster
    catalogue = f"grpc://127.0.0.1:{cluster.ports['catalogue']}"
    urls = {"CATALOGUE": catalogue, "ARTIFACTS": cluster.bucket, "QUEUE": cluster.broker}
    with ExitStack() as opened:
        yield {f"HELIOSCRIBE_{name}": _through(opened, url, host) for name, url in urls.items()}


def _through(opened: ExitStack, url: str, host: Namespace) -> str:
    (port,) = re.findall(r"127\.0\.0\.1:(\d+)", url)
    proxy = opened.enter_context(closing(Proxy(int(port), host.near)))
    return url.replace(f"127.0.0.1:{port}", f"{host.near}:{proxy.port}")


def _doubled_and_reordered(world: World) -> None:
    queue, rng = world.queue(), random.Random(1)
    with world.cluster.client() as client:
        for _ in range(3):
            jobs = client.jobs.find(limit=_MOST_JOBS)
            rng.shuffle(jobs)
            for job in jobs:
                queue.publish(job.kind, job.id)
            queue.publish(JobKind.DETECT, "of-nobody")
    queue.close()


def _clock_jump(world: World) -> None:
    if not FAKETIME.exists():
        pytest.skip("no libfaketime: scripts/install-test-servers.sh installs it")
    names = ("inference", "ingest", "association", "catalogue")
    for name, jump in zip(names, ("+3d", "-7h", "+90m", "-2d"), strict=True):
        world.cluster.kill(name)
        world.cluster.spawn(name, LD_PRELOAD=str(FAKETIME), FAKETIME=jump, FAKETIME_DONT_FAKE_MONOTONIC="1")
    time.sleep(10.0)
    for name in names:
        world.cluster.kill(name)
        world.cluster.spawn(name)


SHORT: dict[str, Fault] = {
    "kill -9 of inference": _kill("inference"),
    "kill -9 of ingest": _kill("ingest"),
    "kill -9 of association": _kill("association"),
    "kill -9 of the catalogue": _kill("catalogue"),
    "RabbitMQ killed and started again": _broker_restart,
    "Postgres crashed and started again": _postgres_crash,
    "messages doubled three times, in any order": _doubled_and_reordered,
}
"""Tried with every change."""

MORE: dict[str, Fault] = {
    "everything of ours killed at once": _kill_all,
    "broker unreachable for ten seconds": _broker_cut,
    "S3 away for a minute": _s3_down,
    "0.2 s of delay to broker and S3, for twenty seconds": _delay,
    "inference behind 1 Mbit/s and 2 % loss": _thin_cable,
    "clocks of all services jump, by hours and days, and back": _clock_jump,
}
"""Tried by ``make soak``, too."""
