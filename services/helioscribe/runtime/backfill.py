"""A detector over everything that the catalogue has of a span of time: chunks as jobs, behind all live work.

Nothing is kept beside the catalogue. Whoever runs the same backfill again goes on where it was: what a serving version
has looked at is left out, and a chunk that is under way or done is the same job.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from helioscribe.domain.coverage import CoverageState
from helioscribe.domain.detection import Method, Parameters
from helioscribe.domain.errors import CancelledError, NotFoundError
from helioscribe.domain.identity import canonical_json, digest
from helioscribe.domain.job import TERMINAL, Job, JobKind, JobState, Priority
from helioscribe.domain.model import ModelCard
from helioscribe.domain.observation import Observation
from helioscribe.domain.times import TimeRange
from helioscribe.ports.catalogue import Catalogue
from helioscribe.ports.jobs import JobStore
from helioscribe.ports.models import ModelRegistry
from helioscribe.ports.queue import Queue
from helioscribe.runtime.detect_jobs import resolved
from helioscribe.sdk.manifest import DetectorManifest

__all__ = ["Backfill", "BackfillProgress"]

_WINDOW = timedelta(days=1)
_MOST = 5000
_LOOK_EVERY = 0.2


@dataclass(slots=True, kw_only=True)
class BackfillProgress:
    """How far a backfill is."""

    share: float = 0.0
    """Of the span of time, 0 to 1, that needs no more work."""

    observations: int = 0
    """Looked at by this run."""

    known: int = 0
    """Had been looked at before."""

    detections: int = 0
    """Found by this run."""

    failed: int = 0
    """Observations that could not be used; the ledger says why."""

    seconds: float = 0.0
    """Since it began."""

    @property
    def rate(self) -> float:
        """Observations a second."""
        return self.observations / self.seconds if self.seconds else 0.0

    @property
    def left(self) -> float | None:
        """Seconds until the end, if the rest is like what is done; None while nobody can tell."""
        return self.seconds * (1 - self.share) / self.share if self.share else None


@dataclass(frozen=True, slots=True)
class _Chunk:
    job: Job
    share: float  # of the span, once it is done


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """Submits chunks, a few at a time, and waits for them."""

    catalogue: Catalogue
    """What there is."""

    jobs: JobStore
    """Where chunks are recorded."""

    queue: Queue
    """How workers hear of them."""

    models: ModelRegistry
    """Which version of the detector's model serves."""

    manifest: DetectorManifest
    """The detector."""

    span: TimeRange
    """Of observations, by their start."""

    parameters: Parameters = field(default_factory=dict)
    """For the detector; its own and its model's by default."""

    chunk: int = 32
    """Observations a job. A worker that has begun one does nothing else before its end."""

    in_flight: int = 8
    """Chunks that wait or run at the same time: what the stores and the queue must bear."""

    def run(self, tell: Callable[[BackfillProgress], None] = lambda _progress: None) -> BackfillProgress:
        """Do it, and return what came of it.

        Parameters
        ----------
        tell
            Called whenever a chunk has ended.

        Raises
        ------
        InvalidInputError
            If the detector does not take the parameters.
        CancelledError
            If somebody cancelled a chunk.
        """
        self.manifest.resolve_parameters(self.parameters)
        progress, began = BackfillProgress(), time.monotonic()
        under_way: list[_Chunk] = []
        for chunk in self._chunks(progress):
            under_way.append(chunk)
            while len(under_way) >= self.in_flight:
                self._collect(under_way, progress, began, tell)
        while under_way:
            self._collect(under_way, progress, began, tell)
        progress.share, progress.seconds = 1.0, time.monotonic() - began
        tell(progress)
        return progress

    def _chunks(self, progress: BackfillProgress) -> Iterator[_Chunk]:
        card, length = self._serving(), self.span.end - self.span.start
        wanted = resolved(self.manifest, card, self.parameters)
        methods: dict[str, bool] = {}
        for window in _windows(self.span):
            fitting = [found for found in self._observations(window) if self._fits(found)]
            done = self._looked_at(window, card, wanted, methods) if fitting else set()
            progress.known += sum(found.id in done for found in fitting)
            left = [found.id for found in fitting if found.id not in done]
            before, part = (window.start - self.span.start) / length, (window.end - window.start) / length
            for first in range(0, len(left), self.chunk):
                ids = left[first : first + self.chunk]
                job = self._submit(ids, card)
                if job.state is JobState.DONE:  # by an earlier run; some of it could not be used
                    progress.known += len(ids)
                    continue
                yield _Chunk(job, before + part * (first + len(ids)) / len(left))

    def _serving(self) -> ModelCard | None:
        if not self.manifest.models:
            return None
        try:
            return self.models.resolve(self.manifest.id)
        except NotFoundError:
            return None  # the worker that takes the first chunk installs the weights that ship with the plugin

    def _observations(self, window: TimeRange) -> Iterator[Observation]:
        found = self.catalogue.observations(time_range=window, limit=_MOST)
        if len(found) < _MOST or window.end - window.start <= timedelta(seconds=1):
            last = window.end == self.span.end
            yield from (one for one in found if _begins_in(one, window, last=last))
            return
        middle = window.start + (window.end - window.start) / 2
        for half in (TimeRange(start=window.start, end=middle), TimeRange(start=middle, end=window.end)):
            yield from self._observations(half)

    def _fits(self, found: Observation) -> bool:
        return self.manifest.input.accepts(
            product=found.product_kind, instrument=found.instrument, channel=found.channel
        )

    def _looked_at(
        self, window: TimeRange, card: ModelCard | None, wanted: Parameters, methods: dict[str, bool]
    ) -> set[str]:
        looked = set[str]()
        for span in self.catalogue.coverage(detector=self.manifest.id, time_range=window):
            if span.span.state is CoverageState.FAILED or not span.method_id:
                continue
            if span.method_id not in methods:
                runs = self.catalogue.runs(observation_id=span.observation_id, detector=self.manifest.id)
                methods |= {run.method.id: self._is_ours(run.method, card, wanted) for run in runs}
            if methods.get(span.method_id):
                looked.add(span.observation_id)
        return looked

    def _is_ours(self, method: Method, card: ModelCard | None, wanted: Parameters) -> bool:
        model = card.sha256 if card else ""
        return (method.version, method.model_sha256, dict(method.parameters)) == (
            self.manifest.version, model, dict(wanted),
        )  # fmt: skip

    def _submit(self, ids: Sequence[str], card: ModelCard | None) -> Job:
        payload = {
            "observation_ids": list(ids),
            "detector": self.manifest.id,
            "parameters": dict(self.parameters),
        }
        model = card.sha256 if card else ""
        key = digest(canonical_json({**payload, "version": self.manifest.version, "model": model}).encode())
        job, _ = self.jobs.submit(JobKind.DETECT, key, payload, priority=Priority.BACKFILL)
        if job.state in (JobState.FAILED, JobState.CANCELLED):
            job = self.jobs.retry(job.id)
        if job.state is JobState.QUEUED:
            self.queue.publish(JobKind.DETECT, job.id, priority=Priority.BACKFILL)
        return job

    def _collect(
        self,
        under_way: list[_Chunk],
        progress: BackfillProgress,
        began: float,
        tell: Callable[[BackfillProgress], None],
    ) -> None:
        oldest = under_way[0]
        job = self.jobs.get(oldest.job.id)
        if job.state not in TERMINAL:
            time.sleep(_LOOK_EVERY)
            return
        if job.state is JobState.CANCELLED:
            raise CancelledError(f"chunk {job.id} was cancelled; the same backfill again goes on")
        del under_way[0]
        _count(progress, job)
        progress.share = oldest.share
        progress.seconds = time.monotonic() - began
        tell(progress)


def _count(progress: BackfillProgress, job: Job) -> None:
    if job.state is JobState.DONE:
        progress.observations += int(job.result.get("observations", 0))
        progress.detections += int(job.result.get("detections", 0))
        progress.failed += int(job.result.get("failed", 0))
    else:
        progress.failed += len(job.payload["observation_ids"])


def _windows(span: TimeRange) -> Iterator[TimeRange]:
    start = span.start
    while start < span.end:
        end = min(start + _WINDOW, span.end)
        yield TimeRange(start=start, end=end)
        start = end


def _begins_in(found: Observation, window: TimeRange, *, last: bool) -> bool:
    start = found.time_range.start
    return window.start <= start < window.end or (last and start == window.end)
