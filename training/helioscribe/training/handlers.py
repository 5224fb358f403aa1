"""What the training service does: orders become jobs, jobs become models."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event
from typing import Any, BinaryIO

from helioscribe.domain.dataset import DatasetFile, DatasetVersion, DatasetWish
from helioscribe.domain.errors import InvalidInputError, NotFoundError
from helioscribe.domain.identity import canonical_json, digest, plain_json
from helioscribe.domain.job import TERMINAL, Job, JobKind, JobState
from helioscribe.domain.model import ModelCard
from helioscribe.domain.product import Product
from helioscribe.domain.search import SearchPlan
from helioscribe.domain.training_run import EntryKind, RunEntry, TrainingOrder, TrainingStatus, file_of, time_left
from helioscribe.ports.artifacts import ArtifactStore
from helioscribe.ports.catalogue import Catalogue
from helioscribe.ports.embeddings import EmbeddingStore
from helioscribe.ports.jobs import JobStore
from helioscribe.ports.models import ModelRegistry
from helioscribe.ports.queue import Queue
from helioscribe.ports.run_log import RunLog
from helioscribe.runtime.runner import JobContext
from helioscribe.sdk.discovery import Plugin, find_plugin
from helioscribe.training.datasets import versions as datasets
from helioscribe.training.datasets.building import DatasetBuilder
from helioscribe.training.job_log import JobObserver, LoggedCheckpoints, keep_files
from helioscribe.training.measure import Measuring
from helioscribe.training.scripts.job import ScriptJob
from helioscribe.training.scripts.order import SCRIPT, ScriptOrder
from helioscribe.training.search import cell_order, get_plan, keep_plan
from helioscribe.training.settings import FitOptions
from helioscribe.training.train import resolved_options, train

__all__ = ["TrainingHandlers"]

_LOOK_EVERY = 0.3
_ATTEMPTS = 20  # long jobs meet restarts of their workers
_FILE_LIMIT = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingHandlers:
    """Takes orders, works on training jobs, and tells how they go: the `Training` port on this machine."""

    artifacts: ArtifactStore
    """Where data, checkpoints, weights and reports are."""

    catalogue: Catalogue
    """What datasets are made of."""

    embeddings: EmbeddingStore
    """Which images are in which cluster."""

    jobs: JobStore
    """Where work is recorded."""

    queue: Queue
    """How workers hear of it."""

    models: ModelRegistry
    """Where cards go."""

    run_log: RunLog
    """Where jobs write down how they go."""

    read: Callable[[Path], Product]
    """The platform's reader of files."""

    folder: Path
    """Where datasets are unpacked and runs write."""

    scripts: bool = False
    """Whether scripts are run: whoever may order trainings may then run any code in this process's place."""

    find: Callable[[str], Plugin] = find_plugin
    """Who knows the installed detectors."""

    stopping: Event = field(default_factory=Event)
    """Set when this process is to end: running jobs are put back, and go on elsewhere from their last checkpoint."""

    def submit(self, order: TrainingOrder) -> Job:
        """See `Training.submit`."""
        if order.detector == SCRIPT:
            return self._again(self._ordered_script(order))
        if order.measure:
            return self._again(self._ordered_measurement(order))
        plugin, options = self._checked(order)
        payload = {
            "detector": order.detector, "options": plain_json(order.options), "dataset": order.dataset,
            "device": order.device, "title": order.title, "epochs": FitOptions.of(options).epochs,
        }  # fmt: skip
        same = {"options": plain_json(options), "dataset": order.dataset, "device": order.device}
        key = digest(canonical_json({"detector": order.detector, "version": plugin.version, **same}).encode())
        job, _ = self.jobs.submit(JobKind.TRAIN, key, payload, max_attempts=_ATTEMPTS)
        return self._again(job)

    def watch(
        self, job_id: str, *, after: int = 0, check: Callable[[], None] = lambda: None
    ) -> Iterator[TrainingStatus]:
        """See `Training.watch`; `check` is called while nothing changes and may raise."""
        seen: Job | None = None
        log: list[RunEntry] = []
        while True:
            check()
            job = self._job(job_id)  # before the log: when it has ended, the log is whole
            new = self.run_log.read(job_id, after=log[-1].number if log else 0)
            log += new
            fresh = tuple(entry for entry in new if entry.number > after)
            if fresh or job != seen:
                yield TrainingStatus(job=job, entries=fresh, time_left=time_left(job, log))
                seen = job
            if job.state in TERMINAL:
                return
            time.sleep(_LOOK_EVERY)

    def get(self, job_id: str) -> TrainingStatus:
        """See `Training.get`."""
        job, log = self._job(job_id), self.run_log.read(job_id)
        return TrainingStatus(job=job, entries=tuple(log), time_left=time_left(job, log))

    def list_jobs(self, *, limit: int = 1000) -> list[Job]:
        """See `Training.list_jobs`."""
        return self.jobs.find(kind=JobKind.TRAIN, limit=limit)

    def cancel(self, job_id: str) -> Job:
        """See `Training.cancel`."""
        return self.jobs.cancel(self._job(job_id).id)

    def resume(self, job_id: str) -> Job:
        """See `Training.resume`."""
        return self._again(self._job(job_id))

    def file(self, job_id: str, name: str) -> bytes:
        """See `Training.file`."""
        entry = file_of(self.run_log.read(self._job(job_id).id), name)
        if entry is None:
            raise NotFoundError(f"job {job_id} has no file {name[:80]!r}")
        return self.artifacts.get(entry.key, limit=_FILE_LIMIT)

    def submit_search(self, plan: SearchPlan) -> SearchPlan:
        """See `Training.submit_search`."""
        orders = [cell_order(plan, cell) for cell in plan.cells]
        for order in orders:
            self._checked(order)
        cells = [
            replace(cell, job_id=self.submit(order).id) for cell, order in zip(plan.cells, orders, strict=True)
        ]
        ordered = replace(plan, cells=tuple(cells))
        keep_plan(ordered, self.artifacts)
        return ordered

    def search(self, search_id: str) -> SearchPlan:
        """See `Training.search`."""
        return get_plan(search_id, self.artifacts)

    def put_file(self, data: BinaryIO, *, path: str) -> DatasetFile:
        """See `Training.put_file`."""
        return datasets.put_file(data, path=path, artifacts=self.artifacts)

    def add_dataset(self, dataset: DatasetVersion) -> str:
        """See `Training.add_dataset`."""
        return datasets.add_version(dataset, self.artifacts)

    def build_dataset(self, wish: DatasetWish) -> DatasetVersion:
        """See `Training.build_dataset`."""
        builder = DatasetBuilder(catalogue=self.catalogue, embeddings=self.embeddings, artifacts=self.artifacts)
        version = builder.build(wish)
        self.add_dataset(version)
        return version

    def datasets(self, name: str | None = None) -> list[DatasetVersion]:
        """See `Training.datasets`."""
        return datasets.find_versions(name, self.artifacts)

    def run(self, context: JobContext) -> Mapping[str, Any]:
        """Work on a training job, from its last checkpoint if there is one."""
        job = context.job
        if job.payload["detector"] == SCRIPT:
            return self._run_script(context)
        if measure := str(job.payload.get("measure", "")):
            self._begin(job)
            return {"measured": self._measured(context, str(job.payload["detector"]), measure)}
        card = self._trained(context)
        done = {"model": card.name, "version": card.version, "sha256": card.sha256, "metrics": dict(card.metrics)}
        return done | {"measured": self._measured(context, card.name, card.version)}

    def _trained(self, context: JobContext) -> ModelCard:
        job = context.job
        dataset = str(job.payload["dataset"])
        version = datasets.get_version(dataset, self.artifacts) if dataset else None
        self._begin(job)
        with tempfile.TemporaryDirectory(prefix="run-", dir=self._scratch()) as folder:
            card = train(
                self.find(str(job.payload["detector"])),
                job.payload["options"],
                data=self._data(dataset),
                version=version,
                read=self.read,
                registry=self.models,
                artifacts=self.artifacts,
                folder=Path(folder),
                checkpoints=LoggedCheckpoints(job, run_log=self.run_log, artifacts=self.artifacts),
                observer=JobObserver(context, self.stopping.is_set),
                device=str(job.payload["device"]),
            )
            made = Path(folder)
            keep_files(job, made, made.iterdir(), run_log=self.run_log, artifacts=self.artifacts)
        return card

    def measuring(self, by: str) -> Measuring:
        """Return who measures versions on the benchmarks of their models, in somebody's name."""
        return Measuring(
            models=self.models, artifacts=self.artifacts, find=self.find, read=self.read, folder_of=self._data, by=by
        )

    def _measured(self, context: JobContext, name: str, version: str) -> dict[str, float]:
        check = JobObserver(context, self.stopping.is_set).check
        return self.measuring(context.job.worker).for_promotion(name, version, check)

    def _ordered_measurement(self, order: TrainingOrder) -> Job:
        self.models.card(order.detector, order.measure)
        benchmark = self.models.benchmark(order.detector)
        if benchmark is None:
            raise InvalidInputError(f"model {order.detector} has no benchmark; helioscribe models gate fixes one")
        payload = {
            "detector": order.detector, "measure": order.measure, "dataset": benchmark.dataset, "epochs": 0,
            "title": order.title or f"{order.measure} on {benchmark.metric}",
        }  # fmt: skip
        key = digest(canonical_json({**payload, "benchmark": benchmark.id, "title": ""}).encode())
        return self.jobs.submit(JobKind.TRAIN, key, payload, max_attempts=_ATTEMPTS)[0]

    def _ordered_script(self, order: TrainingOrder) -> Job:
        self._check_scripts()
        script = ScriptOrder.of(order.options)
        for version in filter(None, (script.code, order.dataset)):
            datasets.get_version(version, self.artifacts)
        options = {"code": script.code, "entry": script.entry, "arguments": [*script.arguments], "hours": script.hours}
        payload = {
            "detector": SCRIPT, "options": options, "dataset": order.dataset, "device": order.device,
            "title": order.title or script.entry, "epochs": 0,
        }  # fmt: skip
        key = digest(canonical_json({"script": options, "dataset": order.dataset}).encode())
        return self.jobs.submit(JobKind.TRAIN, key, payload, max_attempts=_ATTEMPTS)[0]

    def _run_script(self, context: JobContext) -> Mapping[str, Any]:
        self._check_scripts()
        self._begin(context.job)
        running = ScriptJob(
            job=context.job, run_log=self.run_log, artifacts=self.artifacts, dataset=self._data, folder=self._scratch()
        )
        return running.run(JobObserver(context, self.stopping.is_set).check)

    def _check_scripts(self) -> None:
        if not self.scripts:
            raise InvalidInputError("this training service runs no scripts; HELIOSCRIBE_SCRIPTS=1 lets it")

    def _checked(self, order: TrainingOrder) -> tuple[Plugin, Mapping[str, Any]]:
        plugin = self.find(order.detector)
        options = resolved_options(plugin, order.options)
        FitOptions.of(options)
        if order.dataset:
            datasets.get_version(order.dataset, self.artifacts)
        return plugin, options

    def _begin(self, job: Job) -> None:
        begun = [entry for entry in self.run_log.read(job.id) if entry.kind is EntryKind.BEGIN]
        values = {"worker": job.worker, "attempt": job.attempts}
        self.run_log.append(job.id, [RunEntry(kind=EntryKind.BEGIN, step=len(begun) + 1, values=values)])

    def _data(self, dataset_id: str) -> Path | None:
        if not dataset_id:
            return None
        version = datasets.get_version(dataset_id, self.artifacts)
        return datasets.folder_of(version, self.artifacts, cache=self.folder / "datasets")

    def _scratch(self) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder

    def _job(self, job_id: str) -> Job:
        job = self.jobs.get(job_id)
        if job.kind is not JobKind.TRAIN:
            raise NotFoundError(f"job {job_id} is no training, but {job.kind.value}")
        return job

    def _again(self, job: Job) -> Job:
        if job.state in (JobState.FAILED, JobState.CANCELLED):
            job = self.jobs.retry(job.id)
        if job.state is JobState.QUEUED:
            self.queue.publish(JobKind.TRAIN, job.id)
        return job
