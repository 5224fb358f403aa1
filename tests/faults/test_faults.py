"""Whatever breaks at whatever moment: every accepted file has its outcome, no event comes twice, nobody must help.

Each file holds one flare, so that one run, one detection and one event are right, and anything else is a fault of ours.
`make soak` runs all of it, longer; what runs without is meant for every change.
"""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from helioscribe.adapters.rpc import RpcTraining, open_channel
from helioscribe.domain.errors import HelioscribeError
from helioscribe.domain.job import TERMINAL, JobState
from helioscribe.domain.training_run import EntryKind, TrainingOrder
from support.faults import MORE, SHORT, Fault
from support.records import Records
from support.waiting import eventually
from support.world import LONG, Outcome, Stream, World, settle

# One process runs them all: they share the servers that they hurt.
pytestmark = [pytest.mark.e2e, pytest.mark.integration, pytest.mark.timeout(600), pytest.mark.xdist_group("faults")]

FILES = 60 if LONG else 12
CHOSEN = SHORT | MORE if LONG else SHORT
_seeds = iter(range(10_000, 1_000_000, 1_000))


@pytest.mark.parametrize("name", CHOSEN)
def test_nothing_is_lost_or_doubled(world: World, table: list[tuple[str, ...]], name: str) -> None:
    world.cluster.await_ready()
    outcome = _streamed(world, table, name, CHOSEN[name])
    assert (outcome.accepted, outcome.lost, outcome.doubled) == (FILES, 0, 0), world.cluster.logs()


def test_a_full_disk_delays_work_and_loses_none(world: World, table: list[tuple[str, ...]], tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if (
        os.geteuid()
        or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk], check=False).returncode
    ):
        pytest.skip("needs the right to mount a small disk")
    usual, world.cluster.bucket = world.cluster.bucket, disk.as_uri() + "/artifacts"

    def fill(_world: World) -> None:
        _fill(disk / "ballast")
        time.sleep(10.0 if LONG else 3.0)
        (disk / "ballast").unlink()

    try:
        _respawn(world, "ingest", "inference")
        outcome = _streamed(world, table, "disk of the artifacts full", fill)
        assert (outcome.accepted, outcome.lost, outcome.doubled) == (FILES, 0, 0), world.cluster.logs()
    finally:
        world.cluster.bucket = usual
        _respawn(world, "ingest", "inference")
        subprocess.run(["umount", "-l", disk], check=True)


def test_records_survive_the_web_service(world: World, table: list[tuple[str, ...]]) -> None:
    world.cluster.await_ready()
    address = f"http://127.0.0.1:{world.cluster.http_port}"
    with Records(address, world.cluster.token, next(_seeds), 3 * FILES) as records:
        eventually(lambda: len(records.accepted) >= FILES)
        world.cluster.kill("web")
        time.sleep(1.0)
        world.cluster.spawn("web")
        mended, before = time.monotonic(), len(records.accepted)
        eventually(lambda: len(records.accepted) > before)
        recovery = time.monotonic() - mended
    with world.cluster.client() as client:
        outcome = records.settle(client)
    table.append(_row("kill -9 of the web service, records sent", 1, outcome, recovery))
    assert records.cut, "the web service was never missed"
    assert (outcome.accepted, outcome.lost, outcome.doubled) == (3 * FILES, 0, 0), world.cluster.logs()


@pytest.mark.skipif(not LONG, reason="tests/e2e/test_training.py kills a training; make soak does it under load")
def test_training_survives_its_worker(world: World, table: list[tuple[str, ...]]) -> None:
    world.cluster.await_ready()
    order = TrainingOrder(detector="stix-lstm", options={"epochs": 4, "sequences": 96, "trees": 4})
    caller = open_channel(f"grpc://127.0.0.1:{world.cluster.ports['training']}", token=world.cluster.token)
    service = RpcTraining(caller)
    try:
        job = service.submit(order)
        eventually(lambda: EntryKind.EPOCH in {entry.kind for entry in service.get(job.id).entries}, seconds=120)
        files = _streamed(world, table, "kill -9 of training", lambda found: _respawn(found, "training"))
        eventually(lambda: _job_ended(service, job.id), seconds=240)
        assert service.get(job.id).job.state is JobState.DONE, world.cluster.logs()
        assert (files.accepted, files.lost, files.doubled) == (FILES, 0, 0), world.cluster.logs()
    finally:
        caller.close()


def _job_ended(service: RpcTraining, job_id: str) -> bool:
    try:
        return service.get(job_id).job.state in TERMINAL
    except HelioscribeError:
        return False


def _streamed(world: World, table: list[tuple[str, ...]], name: str, fault: Fault) -> Outcome:
    """Let files stream in, break something while a third of them is on its way, and count what came of all."""
    with world.cluster.client() as client:
        with Stream(client, next(_seeds), FILES) as stream:
            stream.await_accepted(FILES // 3)
            flying = stream.in_flight()
            fault(world)
            mended, flying = time.monotonic(), max(flying, stream.in_flight())
        outcome = settle(client, stream)
    table.append(_row(name, flying, outcome, time.monotonic() - mended))
    return outcome


def _row(name: str, flying: int, outcome: Outcome, recovery: float) -> tuple[str, ...]:
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
