"""Repeats runs of withdrawn models with the model that serves now."""

from __future__ import annotations

from helioscribe.domain.identity import content_id
from helioscribe.domain.job import JobKind, JobOrder, Priority
from helioscribe.domain.model import Alias
from helioscribe.ports.catalogue import Catalogue
from helioscribe.ports.jobs import JobStore
from helioscribe.ports.models import ModelRegistry
from helioscribe.ports.queue import Queue
from helioscribe.runtime.ordering import order

__all__ = ["Reruns"]

_PAGE = 1000
_CHUNK = 32


class Reruns:
    """Queues runs on observations that only withdrawn models have processed, with the lowest priority.

    The catalogue knows which these are, so that nothing is lost if a process dies. They are looked up at the start and
    whenever a version is withdrawn.

    Parameters
    ----------
    catalogue
        Knows which runs count.
    models
        Knows which versions are withdrawn, and which one serves.
    jobs, queue
        Where the jobs are submitted.
    """

    def __init__(self, catalogue: Catalogue, models: ModelRegistry, jobs: JobStore, queue: Queue) -> None:
        self._catalogue, self._models, self._jobs, self._queue = catalogue, models, jobs, queue
        self._known: dict[str, frozenset[str]] = {}
        self._after: dict[str, str] = {}

    def tick(self) -> list[str]:
        """Queue the next thousand observations of each detector, and return the ids of the jobs."""
        for detector, versions in self._models.sidelined().items():
            if versions and self._known.get(detector) != versions:
                self._after[detector] = ""
            self._known[detector] = versions
        return [job for detector in list(self._after) for job in self._page(detector)]

    def _page(self, detector: str) -> list[str]:
        unseen = self._catalogue.unseen(detector, after=self._after[detector], limit=_PAGE)
        if not unseen:
            del self._after[detector]
            return []
        serving = self._models.aliases(detector).get(Alias.CHAMPION, "")
        submitted = [
            self._submit(detector, serving, unseen[first : first + _CHUNK]) for first in range(0, len(unseen), _CHUNK)
        ]
        self._after[detector] = unseen[-1]
        return submitted

    def _submit(self, detector: str, serving: str, observation_ids: list[str]) -> str:
        key = content_id("again", detector=detector, model=serving, observations=observation_ids)
        payload = {"observation_ids": observation_ids, "detector": detector, "again": True}
        chunk = JobOrder(kind=JobKind.DETECT, key=key, payload=payload, priority=Priority.BACKFILL)
        return order(self._jobs, self._queue, chunk).id
