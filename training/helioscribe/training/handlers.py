"""What the training service does: orders become jobs, jobs become models."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event
from typing import Any, BinaryIO

from helioscribe.domain.dataset import DatasetFile, DatasetVersion, DatasetWish
from helioscribe.domain.errors import NotFoundError
from helioscribe.domain.job import TERMINAL, Job, JobKind, JobState
from helioscribe.domain.product import Product
from helioscribe.domain.search import SearchPlan
from helioscribe.domain.training_run import RunEntry, TrainingOrder, TrainingStatus, file_of, time_left
from helioscribe.ports.artifacts import ArtifactStore
from helioscribe.ports.catalogue import Catalogue
from helioscribe.ports.embeddings import EmbeddingStore
from helioscribe.ports.jobs import JobStore
from helioscribe.ports.models import ModelRegistry
from helioscribe.ports.queue import Queue
from helioscribe.ports.run_log import RunLog
from helioscribe.runtime.job_context import JobContext
from helioscribe.sdk.discovery import Plugin, find_plugin
from helioscribe.training.datasets import versions as datasets
from helioscribe.training.datasets.building import DatasetBuilder
from helioscribe.training.measure import Measuring
from helioscribe.training.orders import Orders
from helioscribe.training.search import cell_order, get_plan, keep_plan
from helioscribe.training.work import Work

__all__ = ["TrainingHandlers"]

_LOOK_EVERY = 0.3
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
        return self._again(self._orders.enter(order))

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
            self._orders.check(order)
        cells = [replace(cell, job_id=self.submit(order).id) for cell, order in zip(plan.cells, orders, strict=True)]
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
        return self._work.run(context)

    def measuring(self, by: str) -> Measuring:
        """Return who measures versions on the benchmarks of their models, in somebody's name."""
        return self._work.measuring(by)

    @property
    def _orders(self) -> Orders:
        return Orders(
            artifacts=self.artifacts, jobs=self.jobs, models=self.models, find=self.find, scripts=self.scripts
        )

    @property
    def _work(self) -> Work:
        return Work(
            artifacts=self.artifacts, models=self.models, run_log=self.run_log, read=self.read, folder=self.folder,
            scripts=self.scripts, find=self.find, stopping=self.stopping,
        )  # fmt: skip

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
