"""What every `Training` does: the handlers themselves, and the service over gRPC, on memory and on SQLite."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest

from helioscribe.adapters.local_queue import LocalQueue
from helioscribe.adapters.memory.artifacts import MemoryArtifacts
from helioscribe.domain.benchmark import Benchmark
from helioscribe.domain.dataset import DatasetFile, DatasetVersion, DatasetWish, SplitBy
from helioscribe.domain.errors import InvalidInputError, NotFoundError, PluginError
from helioscribe.domain.identity import digest
from helioscribe.domain.job import JobKind, JobState
from helioscribe.domain.query import EventQuery
from helioscribe.domain.training_run import EntryKind, TrainingOrder
from helioscribe.ports.artifacts import artifact_key
from helioscribe.runtime.runner import JobRunner
from helioscribe.training.handlers import TrainingHandlers
from helioscribe.training.job_log import JobObserver
from helioscribe.training.reports.search import look_at, search_page
from helioscribe.training.search import make_plan
from support import tiny_training
from support.factories import at, make_change, make_event, make_observation, span
from support.tiny_training import TinyProgram, light_curve, tiny_plugin

pytest.importorskip("torch")
pytestmark = pytest.mark.parametrize(
    ("stores", "place"), [("memory", "here"), ("sqlite", "remote")], indirect=True, ids=["memory", "remote-sqlite"]
)

SCRIPT = TrainingOrder(detector="script", options={"code": "x", "entry": "train.py"})
ORDER = TrainingOrder(detector="tiny", options={"epochs": 3}, title="a first try")


class Place:
    """A training service, as one reaches it, and what is behind it."""

    def __init__(self, stores, folder) -> None:
        self.stores, self.queue, self.artifacts = stores, LocalQueue(), MemoryArtifacts()
        self.handlers = TrainingHandlers(
            artifacts=self.artifacts, catalogue=stores.catalogue, embeddings=stores.embeddings, jobs=stores.jobs, queue=self.queue, models=stores.models,
            run_log=stores.run_log, read=None, folder=folder, find=self._find,
        )  # fmt: skip
        self.service = self.handlers

    @staticmethod
    def _find(name):
        if name != "tiny":
            raise NotFoundError(f"no detector {name}")
        return tiny_plugin()

    def work(self, worker: str = "one") -> None:
        """Do what waits, here and now."""
        handlers = {JobKind.TRAIN: self.handlers.run}
        runner = JobRunner(
            jobs=self.stores.jobs, queue=LocalQueue(), handlers=handlers, worker=worker, lease=30.0
        )
        for job in self.stores.jobs.find(kind=JobKind.TRAIN):
            runner.run(job.id)


@contextmanager
def _served(place: Place) -> Iterator[None]:
    from helioscribe.adapters.rpc import RpcTraining, open_channel
    from helioscribe.runtime.server import Server
    from helioscribe.runtime.settings import Settings
    from helioscribe.training import servicer

    server = Server(Settings(address="127.0.0.1:0"), scopes=servicer.SCOPES)
    servicer.register(server.grpc, place.handlers)
    server.start(*servicer.SERVICES)
    caller = open_channel(f"grpc://127.0.0.1:{server.port}")
    place.service = RpcTraining(caller)
    yield
    caller.close()
    server.grpc.stop(None).wait()


@pytest.fixture
def place(request, stores, tmp_path) -> Iterator[Place]:
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    place = Place(stores, tmp_path / "scratch")
    if request.param == "remote":
        with _served(place):
            yield place
    else:
        yield place
    torch.set_num_threads(threads)


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
    for ask in (place.service.get, place.service.cancel, place.service.resume, lambda job: list(place.service.watch(job))):
        with pytest.raises(NotFoundError):
            ask("job-nope")


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
    twin = Place(place.stores.__class__(**{**_ports(place.stores), **_fresh()}), tmp_path / "twin")
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


def _ports(stores):
    return {name: getattr(stores, name) for name in ("catalogue", "embeddings", "desk", "clock")}


def _fresh():
    from helioscribe.adapters.memory import MemoryJobs, MemoryModels, MemoryRunLog

    return {"jobs": MemoryJobs(), "models": MemoryModels(), "run_log": MemoryRunLog()}


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


def test_datasets_by_content(place):
    file = place.service.put_file(io.BytesIO(b"x" * 3_000_000), path="a/b.fits")
    assert file == DatasetFile(path="a/b.fits", sha256=digest(b"x" * 3_000_000), size=3_000_000)
    version = DatasetVersion(name="jets", files=(file,), lineage={"labels": "Solar Jet Hunter"})
    assert place.service.add_dataset(version) == place.service.add_dataset(version) == version.id
    other = DatasetVersion(name="jets", files=(file,), lineage={"labels": "reviews"})
    place.service.add_dataset(other)
    assert {one.id for one in place.service.datasets("jets")} == {version.id, other.id}
    assert place.service.datasets("flares") == []
    missing = DatasetFile(path="c", sha256="1" * 64, size=1)
    with pytest.raises(NotFoundError, match="file c"):
        place.service.add_dataset(DatasetVersion(name="jets", files=(missing,)))
    with pytest.raises(InvalidInputError, match="no path below"):
        DatasetFile(path="../c", sha256="1" * 64, size=1)


def test_a_program_gets_the_files_of_its_dataset(place, monkeypatch):
    seen = {}

    def prepare(self, options, *, data, read):
        seen["text"] = (data / "sub" / "a.txt").read_text()
        return original(self, options, data=None, read=read)

    original = TinyProgram.prepare
    monkeypatch.setattr(TinyProgram, "prepare", prepare)
    file = place.service.put_file(io.BytesIO(b"counts"), path="sub/a.txt")
    dataset = place.service.add_dataset(DatasetVersion(name="tiny", files=(file,), lineage={"labels": "reviews"}))
    job = place.service.submit(TrainingOrder(detector="tiny", options={"epochs": 1}, dataset=dataset))
    place.work()
    done = place.service.get(job.id).job
    assert seen["text"] == "counts"
    card = place.stores.models.card("tiny", done.result["version"])
    assert card.dataset["dataset"] == {"version": dataset, "name": "tiny", "files": 1, "from": {"labels": "reviews"}}
    assert dataset.encode() in place.service.file(job.id, "report.html")


def test_a_dataset_is_made_of_the_catalogue(place):
    days = [make_observation(f"day {day}", time_range=span(1440 * day, 1440 * day + 60)) for day in range(4)]
    for day, one in enumerate(days):
        place.stores.catalogue.add_observation(one)
        place.artifacts.put(artifact_key("raw", one.sha256), f"day {day}".encode())
        event = make_event(1440 * day, 1440 * day + 9, event_peaktime=None, id=f"evt-{day}", observation_ids=(one.id,))
        place.stores.catalogue.apply([make_change(event)], associated=[])
    wish = DatasetWish(
        name="flares", detector="tiny", query=EventQuery(time_range=span(0, 4000)), split=SplitBy.TIME,
        shares=(0.5, 0.5), gap=2.0, seed=7,
    )  # fmt: skip
    made = place.service.build_dataset(wish)
    assert made in place.service.datasets("flares")
    assert made.lineage["query"] == {"time_range": "2022-03-28T00:00:00/2022-03-30T18:40:00"}
    assert {part: one["observations"] for part, one in made.lineage["parts"].items()} == {"train": 2, "validation": 1}
    assert place.service.build_dataset(wish).id == made.id
    with pytest.raises(InvalidInputError, match="chooses no observation"):
        place.service.build_dataset(replace(wish, query=EventQuery(event_types=("CE",))))


def test_a_detector_without_a_program_is_told_at_once(place, monkeypatch):
    monkeypatch.setattr(Place, "_find", staticmethod(lambda name: tiny_plugin(training="")))
    place.handlers = replace(place.handlers, find=Place._find)
    with pytest.raises((InvalidInputError, PluginError), match="cannot be trained"):
        place.handlers.submit(ORDER)


def with_benchmark(place, folder) -> Benchmark:
    """A benchmark of the tiny detector, and a reader of its file."""

    def read(path):
        return light_curve([float(word) for word in path.read_text().split()])

    place.handlers = replace(place.handlers, read=read)
    counts = " ".join(str(count) for count in np.sin(np.arange(60) / 3)).encode()
    file = place.service.put_file(io.BytesIO(counts), path="one.txt")
    dataset = place.service.add_dataset(DatasetVersion(name="labelled", files=(file,)))
    made = Benchmark(name="tiny", dataset=dataset, metric="all/default", at=at(), by="alice")
    place.stores.models.fix_benchmark(made)
    return made


def test_what_is_trained_is_measured_on_the_benchmark(place, tmp_path):
    with pytest.raises(NotFoundError):
        place.service.submit(TrainingOrder(detector="tiny", measure="1"))
    models, first = place.stores.models, place.service.submit(ORDER)
    place.work()
    old = place.service.get(first.id).job.result
    assert old["measured"] == {}, "no benchmark is fixed yet"
    models.promote("tiny", old["version"], by="alice")
    with pytest.raises(InvalidInputError, match="tiny has no benchmark"):
        place.service.submit(TrainingOrder(detector="tiny", measure=old["version"]))
    benchmark = with_benchmark(place, tmp_path)
    second = place.service.submit(TrainingOrder(detector="tiny", options={"seed": 7}))
    place.work()
    new = place.service.get(second.id).job.result
    assert set(new["measured"]) == {old["version"], new["version"]}
    assert {one.version: one.value for one in models.measurements("tiny")} == new["measured"]
    assert {one.by for one in models.measurements("tiny")} == {"one"}
    with pytest.raises(InvalidInputError, match="no metric 'all/nothing'"):
        place.handlers.measuring("alice").fix(replace(benchmark, metric="all/nothing"))
    kept = models.benchmark("tiny")
    assert kept is not None
    assert kept.metric == "all/default", "what cannot be measured is not fixed"
    better = new["measured"][new["version"]] >= new["measured"][old["version"]]
    assert better, "both find the one flare"
    assert "all/default" in models.promote("tiny", new["version"], by="alice").reason
    measured = place.service.submit(TrainingOrder(detector="tiny", measure=old["version"]))
    place.work()
    assert place.service.get(measured.id).job.result["measured"] == new["measured"]
    assert measured.payload["dataset"] == benchmark.dataset


def test_a_search_is_a_job_a_cell_and_its_results_a_page(place):
    plan = make_plan(ORDER, {"space": {"learning_rate": [0.01, 0.001], "optimizer": ["adam", "sgd"]}})
    ordered = place.service.submit_search(plan)
    assert ordered.id == plan.id
    assert len({cell.job_id for cell in ordered.cells}) == len(place.service.list_jobs()) == 4
    assert all(one.best is None for one in look_at(ordered, place.service))
    place.work()
    assert place.service.search(plan.id) == ordered == place.service.submit_search(plan)
    found = look_at(ordered, place.service)
    assert [one.best for one in found] == sorted(one.best for one in found)
    assert found[0].options == {"learning_rate": 0.01, "optimizer": "adam"}
    page = search_page(ordered, found)
    assert page.count("<svg") == 2
    assert page.count("<tr") == 5
    with pytest.raises(NotFoundError):
        place.service.search("search-nope")


def test_a_search_with_a_cell_that_cannot_be_orders_nothing(place):
    plan = make_plan(ORDER, {"space": {"epochs": [1, 0]}})
    with pytest.raises(InvalidInputError, match="epochs"):
        place.service.submit_search(plan)
    assert place.service.list_jobs() == []
