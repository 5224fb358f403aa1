"""What the training service does: orders become jobs, jobs become models."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, BinaryIO

from helioscribe.domain.dataset import DatasetFile, DatasetVersion, DatasetWish
from helioscribe.domain.errors import NotFoundError
from helioscribe.domain.job import TERMINAL, Job, JobKind, JobState
from helioscribe.domain.training_run import RunEntry, TrainingOrder, TrainingStatus, file_of, time_left
from helioscribe.domain.training_search import SearchPlan
from helioscribe.runtime.job_context import JobContext
from helioscribe.training.datasets import versions as datasets
from helioscribe.training.datasets.building import DatasetBuilder
from helioscribe.training.measure import Measuring
from helioscribe.training.orders import Orders
from helioscribe.training.search import cell_order, get_plan, keep_plan
from helioscribe.training.work import Work
from helioscribe.training.workshop import Workshop

__all__ = ["TrainingHandlers"]

_LOOK_EVERY = 0.3
_FILE_LIMIT = 1 << 30


class TrainingHandlers:
    """Takes orders, works on training jobs, and tells how they go: the `Training` port on this machine.

    Parameters
    ----------
    shop
        What it works with.
    """

    def __init__(self, shop: Workshop) -> None:
        self._shop, self._orders, self._work = shop, Orders(shop), Work(shop)
        self.stopping = shop.stopping

    def submit(self, order: TrainingOrder) -> Job:
        """See `Training.submit`."""
        return self._again(self._orders.enter(order))

    def watch(
        self, job_id: str, *, after: int = 0, check: Callable[[], None] | None = None
    ) -> Iterator[TrainingStatus]:
        """See `Training.watch`; `check` is called while nothing changes and may raise, by default `Queue.check`."""
        check = check or self._shop.queue.check
        seen: Job | None = None
        log: list[RunEntry] = []
        while True:
            check()
            job = self._job(job_id)  # before the log: when it has ended, the log is whole
            new = self._shop.run_log.read(job_id, after=log[-1].number if log else 0)
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
        job, log = self._job(job_id), self._shop.run_log.read(job_id)
        return TrainingStatus(job=job, entries=tuple(log), time_left=time_left(job, log))

    def list_jobs(self, *, limit: int = 1000) -> list[Job]:
        """See `Training.list_jobs`."""
        return self._shop.jobs.find(kind=JobKind.TRAIN, limit=limit)

    def cancel(self, job_id: str) -> Job:
        """See `Training.cancel`."""
        return self._shop.jobs.cancel(self._job(job_id).id)

    def resume(self, job_id: str) -> Job:
        """See `Training.resume`."""
        return self._again(self._job(job_id))

    def file(self, job_id: str, name: str) -> bytes:
        """See `Training.file`."""
        entry = file_of(self._shop.run_log.read(self._job(job_id).id), name)
        if entry is None:
            raise NotFoundError(f"job {job_id} has no file {name[:80]!r}")
        return self._shop.artifacts.get(entry.key, limit=_FILE_LIMIT)

    def submit_search(self, plan: SearchPlan) -> SearchPlan:
        """See `Training.submit_search`."""
        orders = [cell_order(plan, cell) for cell in plan.cells]
        for order in orders:
            self._orders.check(order)
        cells = [replace(cell, job_id=self.submit(order).id) for cell, order in zip(plan.cells, orders, strict=True)]
        ordered = replace(plan, cells=tuple(cells))
        keep_plan(ordered, self._shop.artifacts)
        return ordered

    def search(self, search_id: str) -> SearchPlan:
        """See `Training.search`."""
        return get_plan(search_id, self._shop.artifacts)

    def put_file(self, data: BinaryIO, *, path: str) -> DatasetFile:
        """See `Training.put_file`."""
        return datasets.put_file(data, path=path, artifacts=self._shop.artifacts)

    def add_dataset(self, dataset: DatasetVersion) -> str:
        """See `Training.add_dataset`."""
        return datasets.add_version(dataset, self._shop.artifacts)

    def build_dataset(self, wish: DatasetWish) -> DatasetVersion:
        """See `Training.build_dataset`."""
        shop = self._shop
        builder = DatasetBuilder(catalogue=shop.catalogue, embeddings=shop.embeddings, artifacts=shop.artifacts)
        version = builder.build(wish)
        self.add_dataset(version)
        return version

    def datasets(self, name: str | None = None) -> list[DatasetVersion]:
        """See `Training.datasets`."""
        return datasets.find_versions(name, self._shop.artifacts)

    def run(self, context: JobContext) -> Mapping[str, Any]:
        """Work on a training job, from its last checkpoint if there is one."""
        return self._work.run(context)

    def measuring(self, by: str) -> Measuring:
        """Return who measures versions on the benchmarks of their models, in somebody's name."""
        return self._work.measuring(by)

    def _job(self, job_id: str) -> Job:
        job = self._shop.jobs.get(job_id)
        if job.kind is not JobKind.TRAIN:
            raise NotFoundError(f"job {job_id} is no training, but {job.kind.value}")
        return job

    def _again(self, job: Job) -> Job:
        if job.state in (JobState.FAILED, JobState.CANCELLED):
            job = self._shop.jobs.retry(job.id)
        if job.state is JobState.QUEUED:
            self._shop.queue.publish(JobKind.TRAIN, job.id)
        return job
