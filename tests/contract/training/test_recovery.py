"""What breaks goes on from where it was, to the same weights."""

from dataclasses import replace

import numpy as np
import pytest

from helioscribe.adapters.memory import MemoryJobs, MemoryModels, MemoryRunLog
from helioscribe.domain.job import JobState
from helioscribe.domain.training_run import EntryKind, TrainingOrder
from helioscribe.training.job_log import JobObserver
from support import tiny_training
from support.tiny_training import TinyProgram
from support.training_place import BOTH, ORDER, TrainingPlace

pytestmark = BOTH


class Interrupted(TinyProgram):
    """Breaks in the batches of the second epoch."""

    calls = 0

    def loss(self, network, batch):
        type(self).calls += 1
        if type(self).calls > 6:
            raise RuntimeError("power failure")
        return super().loss(network, batch)


def test_what_failed_goes_on_elsewhere_to_the_same_weights(place, monkeypatch, tmp_path):
    whole = place.service.submit(ORDER)
    place.work()
    expected = place.service.get(whole.id).job.result["sha256"]
    elsewhere = replace(place.stores, jobs=MemoryJobs(), models=MemoryModels(), run_log=MemoryRunLog())
    twin = TrainingPlace(elsewhere, tmp_path / "twin")
    job = twin.handlers.submit(ORDER)
    Interrupted.calls = 0
    with monkeypatch.context() as broken:
        broken.setattr(tiny_training, "create_program", Interrupted)
        twin.work()
    failed = twin.handlers.get(job.id)
    assert failed.job.state is JobState.FAILED
    assert "power failure" in failed.job.error.message
    assert [entry.step for entry in failed.entries if entry.kind is EntryKind.EPOCH] == [1]
    assert twin.handlers.resume(job.id).state is JobState.QUEUED
    twin.work("two")
    done = twin.handlers.get(job.id)
    assert done.job.result["sha256"] == expected
    assert [entry.values["worker"] for entry in done.entries if entry.kind is EntryKind.BEGIN] == ["one", "two"]
    assert [entry.step for entry in done.entries if entry.kind is EntryKind.EPOCH] == [1, 2, 3]


@pytest.mark.parametrize("step", ["data", "training", "export", "done"])
def test_what_dies_at_any_step_goes_on_to_the_same_weights_and_one_card(place, monkeypatch, step):
    real, died = JobObserver.step, []

    def dying(self, name, share):
        if name == step and not died:
            died.append(name)
            raise RuntimeError("killed")
        real(self, name, share)

    order = TrainingOrder(detector="tiny", options={"epochs": 1})
    monkeypatch.setattr(JobObserver, "step", dying)
    job = place.service.submit(order)
    place.work()
    assert place.service.get(job.id).job.error is not None
    place.service.resume(job.id)
    place.stores.clock.advance(600)  # what the platform itself broke is tried again after a while
    place.work("two")
    done = place.service.get(job.id).job
    assert (done.state, died) == (JobState.DONE, [step])
    [card] = place.stores.models.cards("tiny")
    assert card.version == done.result["version"]


def test_a_loss_that_is_no_number_fails_with_its_place(place, monkeypatch):
    monkeypatch.setattr(TinyProgram, "loss", lambda self, network, batch: (network(batch["x"]).mean() * np.nan, {}))
    job = place.service.submit(ORDER)
    place.work()
    failed = place.service.get(job.id).job
    assert (failed.state, failed.error.code) == (JobState.FAILED, "permanent")
    assert "the loss is nan in epoch 1, batch 1" in failed.error.message


def test_a_worker_that_ends_puts_its_job_back(place):
    job = place.service.submit(ORDER)
    place.handlers.stopping.set()
    place.work()
    assert place.service.get(job.id).job.state is JobState.QUEUED
