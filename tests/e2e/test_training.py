"""Training that is killed goes on to the same weights: on one machine, and on another worker of the distributed platform."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from helioscribe.adapters.rpc import RpcTraining, open_channel
from helioscribe.db import SqlRunLog, open_engine
from helioscribe.domain.errors import HelioscribeError
from helioscribe.domain.job import JobState
from helioscribe.domain.training_run import EntryKind, TrainingOrder

pytest.importorskip("torch")
pytest.importorskip("helioscribe_stix_lstm")
pytestmark = pytest.mark.e2e

SETTINGS = {"epochs": 4, "sequences": 96, "hidden_size": 24, "num_layers": 2, "trees": 4}


def spawn(home, *more):
    settings = [word for name, value in SETTINGS.items() for word in ("--set", f"{name}={value}")]
    command = [
        sys.executable,
        "-c",
        "from helioscribe.embedded.cli import main; main()",
        "train",
        "stix-lstm",
        *settings,
        "--json",
    ]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen([*command, "--home", str(home), *more], stdout=subprocess.PIPE, env=environment)


def epochs(home):
    """Steps that are in the log of the only job of a home."""
    engine = open_engine(f"sqlite:///{home}/catalogue.sqlite")
    try:
        from helioscribe.db import SqlJobs

        jobs = SqlJobs(engine).find()
        return [one.step for job in jobs for one in SqlRunLog(engine).read(job.id) if one.kind is EntryKind.EPOCH]
    except HelioscribeError:
        return []
    finally:
        engine.dispose()


def test_a_killed_command_goes_on_when_it_is_given_again(tmp_path):
    whole = spawn(tmp_path / "whole")
    killed = spawn(tmp_path / "killed")
    deadline = time.monotonic() + 120
    while not epochs(tmp_path / "killed"):
        assert time.monotonic() < deadline
        assert killed.poll() is None
        time.sleep(0.05)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    before = epochs(tmp_path / "killed")
    assert 1 <= len(before) < SETTINGS["epochs"]
    expected = json.loads(whole.communicate(timeout=240)[0])
    again = json.loads(spawn(tmp_path / "killed").communicate(timeout=240)[0])
    assert again["sha256"] == expected["sha256"]
    assert epochs(tmp_path / "killed") == list(range(1, SETTINGS["epochs"] + 1))


@pytest.mark.integration
def test_another_worker_goes_on_where_one_was_killed(cluster):
    """Over Postgres, RabbitMQ and S3; the weights are those of an undisturbed run."""
    caller = open_channel(f"grpc://127.0.0.1:{cluster.ports['training']}", token=cluster.token)
    service = RpcTraining(caller)
    try:
        job = service.submit(TrainingOrder(detector="stix-lstm", options=SETTINGS))
        for status in service.watch(job.id):
            if any(entry.kind is EntryKind.EPOCH for entry in status.entries):
                break
        cluster.kill("training")
        cluster.spawn("training")
        done = _ended(service, job.id)
        assert done.job.state is JobState.DONE, cluster.logs()
        begun = [entry.values["worker"] for entry in done.entries if entry.kind is EntryKind.BEGIN]
        assert len(set(begun)) == 2
        undisturbed = service.submit(TrainingOrder(detector="stix-lstm", options=SETTINGS, device="cpu"))
        assert undisturbed.id != job.id
        assert _ended(service, undisturbed.id).job.result["sha256"] == done.job.result["sha256"]
        assert b"stix-lstm" in service.file(job.id, "model_card.md")
    finally:
        caller.close()


def _ended(service, job_id, timeout=240.0):
    deadline = time.monotonic() + timeout
    while True:
        try:
            *_, last = service.watch(job_id)
            return service.get(last.job.id)
        except HelioscribeError:
            assert time.monotonic() < deadline
            time.sleep(0.3)
