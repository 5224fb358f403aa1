"""Whatever breaks at whatever moment: every accepted file has its outcome, no event comes twice, nobody must help.

Each file holds one flare, so that one run, one detection and one event are right, and anything else is a fault of ours.
`make soak` runs all of it, longer; what runs without is meant for every change.
"""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from helioscribe.domain.job import JobKind
from support.world import LONG, Stream, World, settle

# One process runs them all: they share the servers that they hurt.
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.integration,
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("faults"),
]

FILES = 60 if LONG else 12
FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
_seeds = iter(range(10_000, 1_000_000, 1_000))


def kill(name: str) -> Callable[[World], None]:
    def fault(world: World) -> None:
        world.cluster.kill(name)
        time.sleep(1.0)
        world.cluster.spawn(name)

    return fault


def kill_all(world: World) -> None:
    for name in world.cluster.processes:
        world.cluster.kill(name)
    for name in list(world.cluster.processes):
        world.cluster.spawn(name)


def broker_restart(world: World) -> None:
    world.rabbitmq.kill()
    time.sleep(2.0)
    world.rabbitmq.start()


def broker_cut(world: World) -> None:
    world.broker.cut()
    time.sleep(10.0 if LONG else 3.0)
    world.broker.mend()


def postgres_crash(world: World) -> None:
    world.postgres.crash()
    time.sleep(3.0)
    world.postgres.start()


def s3_down(world: World) -> None:
    world.s3.cut()
    time.sleep(60.0 if LONG else 20.0)
    world.s3.mend()


def slow_network(world: World) -> None:
    world.s3.delay = world.broker.delay = 0.2
    time.sleep(20.0 if LONG else 5.0)
    world.s3.delay = world.broker.delay = 0.0


def doubled_and_reordered(world: World) -> None:
    queue, rng = world.queue(), random.Random(1)
    with world.cluster.client() as client:
        for _ in range(3):
            jobs = client.jobs.find(limit=4 * FILES)
            rng.shuffle(jobs)
            for job in jobs:
                queue.publish(job.kind, job.id)
            queue.publish(JobKind.DETECT, "of-nobody")
    queue.close()


def clock_jump(world: World) -> None:
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


SHORT: dict[str, Callable[[World], None]] = {
    "kill -9 inference": kill("inference"),
    "kill -9 ingest": kill("ingest"),
    "kill -9 association": kill("association"),
    "kill -9 catalogue": kill("catalogue"),
    "broker restart": broker_restart,
    "Postgres crash": postgres_crash,
    "messages doubled, reordered": doubled_and_reordered,
}
MORE: dict[str, Callable[[World], None]] = {
    "kill -9 everything of ours": kill_all,
    "broker unreachable": broker_cut,
    "S3 down": s3_down,
    "slow network": slow_network,
    "clock jump": clock_jump,
}
CHOSEN = SHORT | MORE if LONG else SHORT


@pytest.mark.parametrize("name", CHOSEN)
def test_nothing_is_lost_or_doubled(world: World, table: list[tuple[str, ...]], name: str) -> None:
    world.cluster.await_ready()
    with world.cluster.client() as client:
        with Stream(client, next(_seeds), FILES) as stream:
            stream.await_accepted(FILES // 3)
            flying = stream.in_flight()
            CHOSEN[name](world)
            mended = time.monotonic()
        outcome = settle(client, stream)
        table.append(_row(name, flying, outcome, time.monotonic() - mended))
    assert (outcome.accepted, outcome.lost, outcome.doubled) == (FILES, 0, 0), world.cluster.logs()


def test_a_full_disk_delays_work_and_loses_none(world: World, table: list[tuple[str, ...]], tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk], check=False).returncode:
        pytest.skip("needs the right to mount a small disk")
    usual, world.cluster.bucket = world.cluster.bucket, disk.as_uri() + "/artifacts"
    try:
        _respawn(world, "ingest", "inference")
        with world.cluster.client() as client:
            with Stream(client, next(_seeds), FILES) as stream:
                stream.await_accepted(FILES // 3)
                flying = stream.in_flight()
                _fill(disk / "ballast")
                time.sleep(10.0 if LONG else 3.0)
                (disk / "ballast").unlink()
                mended = time.monotonic()
            outcome = settle(client, stream)
            table.append(_row("full disk", flying, outcome, time.monotonic() - mended))
        assert (outcome.accepted, outcome.lost, outcome.doubled) == (FILES, 0, 0), world.cluster.logs()
    finally:
        world.cluster.bucket = usual
        _respawn(world, "ingest", "inference")
        subprocess.run(["umount", "-l", disk], check=True)


def _row(name, flying, outcome, recovery) -> tuple[str, ...]:
    return (name, str(outcome.accepted), str(flying), str(outcome.lost), str(outcome.doubled), f"{recovery:.1f}")


def _respawn(world: World, *names: str) -> None:
    for name in names:
        world.cluster.kill(name)
        world.cluster.spawn(name)
    world.cluster.await_ready()


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(bytes(1 << 16))
        except OSError:
            pass
