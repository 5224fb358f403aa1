"""The training service, on this machine or on another: orders become jobs that one can watch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Protocol

from helioscribe.domain.dataset import DatasetFile, DatasetVersion, DatasetWish
from helioscribe.domain.job import Job
from helioscribe.domain.training_run import TrainingOrder, TrainingStatus
from helioscribe.domain.training_search import SearchPlan

__all__ = ["Training"]


class Training(Protocol):
    """What one can ask of training. Every method raises `UnavailableError` if the service does not answer."""

    def submit(self, order: TrainingOrder) -> Job:
        """Return the job of an order. The same order is the same job; one that failed or was cancelled goes on.

        Raises
        ------
        NotFoundError
            For an unknown detector or dataset.
        InvalidInputError
            If the detector cannot be trained so.
        """

    def watch(self, job_id: str, *, after: int = 0) -> Iterator[TrainingStatus]:
        """Yield the state of a job and what is new in its log, until it has ended. Raises `NotFoundError`.

        Parameters
        ----------
        job_id
            What to watch.
        after
            Number of the last entry that is known already.
        """

    def get(self, job_id: str) -> TrainingStatus:
        """Return a training job with its whole log. Raises `NotFoundError`."""

    def list_jobs(self, *, limit: int = 1000) -> list[Job]:
        """Return training jobs, newest first."""

    def cancel(self, job_id: str) -> Job:
        """Ask a job to stop; its last checkpoint is kept. Raises `NotFoundError`."""

    def resume(self, job_id: str) -> Job:
        """Let a job that failed or was cancelled go on from its last checkpoint. Raises `NotFoundError`."""

    def file(self, job_id: str, name: str) -> bytes:
        """Return a file of a run, such as ``report.html``. Raises `NotFoundError`."""

    def submit_search(self, plan: SearchPlan) -> SearchPlan:
        """Order every cell of a search and return it with their jobs; cells that failed are tried again.

        Raises as `submit` does, before anything is ordered.
        """

    def search(self, search_id: str) -> SearchPlan:
        """Return a search with the jobs of its cells. Raises `NotFoundError`."""

    def put_file(self, data: BinaryIO, *, path: str) -> DatasetFile:
        """Store a file of a dataset to be."""

    def add_dataset(self, dataset: DatasetVersion) -> str:
        """Enter a version whose files are stored; return its id. Raises `NotFoundError` if one of them is not."""

    def build_dataset(self, wish: DatasetWish) -> DatasetVersion:
        """Make a version of the catalogue's events and reviews, enter it and return it.

        The same state of the catalogue makes the same version.

        Raises
        ------
        InvalidInputError
            If nothing is chosen, or there are too few groups for the parts.
        """

    def datasets(self, name: str | None = None) -> list[DatasetVersion]:
        """Return all versions, by name."""
