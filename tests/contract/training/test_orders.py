"""Orders become jobs, jobs become models, and whoever asks is told."""

import threading

import pytest

from helioscribe.domain.errors import InvalidInputError, NotFoundError, PluginError
from helioscribe.domain.job import JobKind, JobState
from helioscribe.domain.training_run import EntryKind, TrainingOrder
from support.tiny_training import tiny_plugin
from support.training_place import BOTH, ORDER

pytestmark = BOTH

SCRIPT = TrainingOrder(detector="script", options={"code": "x", "entry": "train.py"})


def test_an_order_becomes_a_model_with_a_log_and_files(place):
    job = place.service.submit(ORDER)
    assert (job.kind, job.state, job.payload["title"]) == (JobKind.TRAIN, JobState.QUEUED, "a first try")
    assert place.service.get(job.id).time_left is None
    place.work()
    status = place.service.get(job.id)
    assert (status.job.state, status.job.error) == (JobState.DONE, None)
    assert status.time_left == 0
    assert [entry.kind for entry in status.entries[:4]] == [EntryKind.BEGIN, *[EntryKind.EPOCH] * 3]
    assert [entry.step for entry in status.entries[1:4]] == [1, 2, 3]
    assert status.entries[1].values["train_loss"] > status.entries[3].values["train_loss"]
    card = place.stores.models.card("tiny", status.job.result["version"])
    assert card.sha256 == status.job.result["sha256"]
    names = {entry.name for entry in status.entries if entry.kind is EntryKind.FILE}
    assert {"model_card.md", "metrics.json", "history.json"} <= names
    assert card.version in place.service.file(job.id, "model_card.md").decode()
    with pytest.raises(NotFoundError, match="no file 'nope'"):
        place.service.file(job.id, "nope")
    assert len(list(place.artifacts.keys("checkpoints/"))) == 1


def test_the_same_order_is_the_same_job(place):
    job = place.service.submit(ORDER)
    explicit = TrainingOrder(detector="tiny", options={"epochs": 3, "seed": 1}, title="in other words")
    assert place.service.submit(explicit).id == job.id
    assert place.service.submit(TrainingOrder(detector="tiny", options={"epochs": 3, "seed": 2})).id != job.id
    assert len(place.service.list_jobs()) == 2
    assert [one.id for one in place.service.list_jobs(limit=1)] != [job.id]


def test_scripts_are_refused_unless_the_operator_allows_them(place):
    with pytest.raises(InvalidInputError, match="runs no scripts; HELIOSCRIBE_SCRIPTS=1 lets it"):
        place.service.submit(SCRIPT)


def test_wrong_orders_are_refused_at_once(place):
    for options, message in ({"epoch": 3}, "no setting 'epoch'"), ({"epochs": 0}, "epochs: expected more than 0"):
        with pytest.raises(InvalidInputError, match=message):
            place.service.submit(TrainingOrder(detector="tiny", options=options))
    with pytest.raises(NotFoundError, match="nope"):
        place.service.submit(TrainingOrder(detector="nope"))
    with pytest.raises(NotFoundError, match="dataset"):
        place.service.submit(TrainingOrder(detector="tiny", dataset="../../etc/passwd"))
    assert place.service.list_jobs() == []
    for ask in (
        place.service.get,
        place.service.cancel,
        place.service.resume,
        lambda job: list(place.service.watch(job)),
    ):
        with pytest.raises(NotFoundError):
            ask("job-nope")


def test_a_detector_without_a_program_is_told_at_once(place):
    place.change(find=lambda name: tiny_plugin(training=""))
    with pytest.raises((InvalidInputError, PluginError), match="cannot be trained"):
        place.handlers.submit(ORDER)


def test_watching_follows_a_job_to_its_end(place):
    job = place.service.submit(ORDER)
    worker = threading.Thread(target=place.work)
    seen = []
    for status in place.service.watch(job.id):
        if not seen:
            worker.start()
        seen.append(status)
    worker.join()
    assert seen[0].job.state is JobState.QUEUED
    assert seen[-1].job.state is JobState.DONE
    numbers = [entry.number for status in seen for entry in status.entries]
    assert numbers == list(range(1, len(numbers) + 1))
    later = [entry for status in place.service.watch(job.id, after=2) for entry in status.entries]
    assert [entry.number for entry in later] == numbers[2:]


def test_cancelling_and_going_on(place):
    job = place.service.submit(ORDER)
    assert place.service.cancel(job.id).state is JobState.CANCELLED
    place.work()
    assert place.service.get(job.id).entries == ()
    assert place.service.submit(ORDER).state is JobState.QUEUED
    place.work()
    assert place.service.get(job.id).job.state is JobState.DONE
    assert place.service.cancel(job.id).state is JobState.DONE
    assert place.service.resume(job.id).state is JobState.DONE
