"""The training service, on this machine or another one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Protocol

from helioscribe.domain.dataset import DatasetFile, DatasetVersion, DatasetWish
from helioscribe.domain.job import Job
from helioscribe.domain.training_run import TrainingOrder, TrainingStatus
from helioscribe.domain.training_search import SearchPlan

__all__ = ["Training"]


class Training(Protocol):
    """The training service. Every method raises `UnavailableError` if it does not answer."""

    def submit(self, order: TrainingOrder) -> Job:
        """Submit an order and return its job. The same order is the same job; if it had failed, it is continued.

        Raises
        ------
        NotFoundError
            For an unknown detector or dataset.
        InvalidInputError
            If the detector cannot be trained with these options.
        """

    def watch(self, job_id: str, *, after: int = 0) -> Iterator[TrainingStatus]:
        """Yield the state of a job with new entries of its log, until the job has ended. Raises `NotFoundError`.

        Parameters
        ----------
        job_id
            Id of the job.
        after
            Number of the last known entry of the log.
        """

    def get(self, job_id: str) -> TrainingStatus:
        """Return a training job with its whole log. Raises `NotFoundError`."""

    def list_jobs(self, *, limit: int = 1000) -> list[Job]:
        """Return training jobs, newest first."""

    def cancel(self, job_id: str) -> Job:
        """Cancel a job; its last checkpoint is kept. Raises `NotFoundError`."""

    def resume(self, job_id: str) -> Job:
        """Continue a failed or cancelled job from its last checkpoint. Raises `NotFoundError`."""

    def file(self, job_id: str, name: str) -> bytes:
        """Return a file of a run, such as ``report.html``. Raises `NotFoundError`."""

    def submit_search(self, plan: SearchPlan) -> SearchPlan:
        """Submit all combinations of settings of a search and return it with the jobs; failed ones are tried again.

        Raises the errors of `submit`, before anything is submitted.
        """

    def search(self, search_id: str) -> SearchPlan:
        """Return a search with its jobs. Raises `NotFoundError`."""

    def put_file(self, data: BinaryIO, *, path: str) -> DatasetFile:
        """Store a file for a dataset; `path` is its path in the dataset."""

    def add_dataset(self, dataset: DatasetVersion) -> str:
        """Add a dataset version and return its id. Raises `NotFoundError` if one of its files is not stored."""

    def build_dataset(self, wish: DatasetWish) -> DatasetVersion:
        """Make a dataset version from the catalogue's events and reviews, add it and return it.

        The same state of the catalogue gives the same version.

        Raises
        ------
        InvalidInputError
            If there are no events, or too few groups for the parts.
        """

    def datasets(self, name: str | None = None) -> list[DatasetVersion]:
        """Return all versions, or those of one dataset, sorted by name."""
