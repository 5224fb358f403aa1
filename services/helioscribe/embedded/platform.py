"""All services in one process: SQLite, a local folder and threads, through the same handlers as on many machines."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from typing import BinaryIO, Self, cast

from helioscribe.adapters.local_queue import LocalQueue
from helioscribe.catalogue.courier import Courier
from helioscribe.catalogue.handlers import AssociationHandler, Reaper
from helioscribe.catalogue.reruns import Reruns
from helioscribe.catalogue.sides import ModelFollower
from helioscribe.domain.detection import Parameters
from helioscribe.domain.errors import DeadlineError, HelioscribeError
from helioscribe.domain.event import Event
from helioscribe.domain.failure import Failure
from helioscribe.domain.identity import content_id
from helioscribe.domain.job import TERMINAL, Job, JobError, JobKind, JobState
from helioscribe.domain.times import format_utc, utc_now
from helioscribe.embedded.training import reader
from helioscribe.inference.chunks import work as detect
from helioscribe.inference.handlers import InferenceHandlers
from helioscribe.inference.host import DetectorHost
from helioscribe.inference.options import Serving
from helioscribe.inference.repository import GraphRepository
from helioscribe.ingest.handlers import IngestHandlers
from helioscribe.ingest.readers import Reading
from helioscribe.ports.catalogue import EventQuery
from helioscribe.runtime.detect_jobs import again
from helioscribe.runtime.runner import JobRunner
from helioscribe.runtime.service import repeat
from helioscribe.runtime.settings import Settings
from helioscribe.runtime.wiring import Platform, connect
from helioscribe.training.handlers import TrainingHandlers
from helioscribe.training.workshop import Workshop

__all__ = ["Accepted", "Embedded", "Outcome", "Progress"]

Progress = Callable[[str, float], None]
"""Told the name of a step and how far it is, 0 to 1."""

_LOOK_EVERY = 0.02
_MOST_EVENTS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A file that is on its way."""

    job: Job
    """The ingest job."""

    known: bool
    """Whether the file was ingested before: what failed then is tried again, and models may have changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one file."""

    name: str
    """Of the file."""

    observation_id: str = ""
    """Empty if the file could not be read."""

    detections: tuple[Job, ...] = ()
    """The detection jobs, ended."""

    errors: tuple[JobError, ...] = ()
    """What went wrong; empty if all is well."""

    skipped: str = ""
    """Why no detector looked at it, where one should have; empty if one did."""


class Embedded:
    """The platform on one machine. Use it as a context manager.

    Several processes may share a home: whoever holds the lease of a job does it.

    Parameters
    ----------
    home
        Folder of its data; made if missing.
    work
        Whether to do jobs; otherwise they wait for a process that does.
    long
        Whether training and backfills are among them.
    """

    def __init__(self, home: Path, *, work: bool = True, long: bool = False) -> None:
        self.home = home
        self.settings = Settings.embedded(home)
        home.mkdir(parents=True, exist_ok=True)
        self.platform: Platform = connect(self.settings)
        self.host = DetectorHost(
            models=self.platform.models, artifacts=self.platform.artifacts, serving=Serving.of(self.settings)
        )
        shared = {name: getattr(self.platform, name) for name in ("artifacts", "catalogue", "jobs", "queue", "models")}
        self.ingest = IngestHandlers(
            **shared, manifests=self.host.manifests, limit=self.settings.upload_limit,
            reading=Reading.of(self.settings),
        )  # fmt: skip
        self.inference = InferenceHandlers(**shared, embeddings=self.platform.embeddings, host=self.host)
        self.backfills = self.inference.backfills()
        self.graphs = GraphRepository(self.host, self.platform.models)
        shop = Workshop(
            scripts=True,  # of whoever calls the commands, on a machine of their own
            **shared, embeddings=self.platform.embeddings, run_log=self.platform.run_log,
            read=reader(self.settings), folder=home.resolve() / "training",
        )  # fmt: skip
        self.training = TrainingHandlers(shop)
        self._upkeep()
        if work:
            self._start(long=long)

    def _upkeep(self) -> None:
        """Put together what makes events of detections, brings lost work back and tells subscribers."""
        stores = self.platform
        sides = ModelFollower(stores.catalogue, stores.models)
        self.association = AssociationHandler(catalogue=stores.catalogue, sides=sides)
        self.reaper = Reaper(
            jobs=stores.jobs, queue=stores.queue, catalogue=stores.catalogue, sides=sides, reruns=self._reruns()
        )
        self.courier = Courier.of(stores.catalogue, stores.subscriptions, inside=self.settings.webhooks_inside)
        self._stopping = Flag()
        self._regular = [
            Thread(target=repeat, args=(action, self.settings.reap_every, self._stopping), name=name, daemon=True)
            for name, action in (("reaper", self.reaper.tick), ("courier", self.courier.tick))
        ]

    def _start(self, *, long: bool) -> None:
        runner = JobRunner(
            jobs=self.platform.jobs,
            queue=self.platform.queue,
            handlers={
                JobKind.INGEST: self.ingest.run,
                JobKind.DETECT: partial(detect, self.inference),
                JobKind.ASSOCIATE: self.association.run,
                JobKind.TRAIN: self.training.run,
                JobKind.BACKFILL: self.backfills.run,
            },
            worker=self.settings.worker_name,
            lease=self.settings.lease,
        )
        queue = cast("LocalQueue", self.platform.queue)
        threads = {JobKind.DETECT: self.settings.concurrency, JobKind.TRAIN: int(long), JobKind.BACKFILL: int(long)}
        for kind in runner.handlers:
            queue.consume(kind, runner.run, threads=threads.get(kind, 1))
        for thread in self._regular:
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let running jobs end and close everything; jobs that wait are done by the next process on this home.

        Training ends at its next batch and a backfill at its next look; both go on in the next process that does long
        work.
        """
        self._stopping.set()
        for one in (self.training, self.backfills):
            one.stopping.set()
        for thread in self._regular:
            if thread.is_alive():
                thread.join(timeout=10)
        self.platform.close()
        self.host.pool.close()

    def accept(
        self,
        data: BinaryIO,
        *,
        name: str,
        archive: str = "file",
        detectors: Sequence[str] | None = None,
        parameters: Parameters | None = None,
    ) -> Accepted:
        """Take a file in; the same file again gives the same job.

        Parameters
        ----------
        data
            Its bytes.
        name
            For people.
        archive
            Where it came from.
        detectors
            Who shall look at it; everyone who can by default.
        parameters
            Settings for the one detector that is named.

        Raises
        ------
        InvalidInputError
            If there are no bytes, or too many.
        """
        settings = {detectors[0]: parameters} if detectors and parameters else {}
        job = self.ingest.accept(data, name=name, archive=archive, detectors=detectors, parameters=settings)
        return Accepted(job=again(self.platform.jobs, self.platform.queue, job), known=job.state in TERMINAL)

    def refuse(self, name: str, error: HelioscribeError) -> Outcome:
        """Enter a file that did not even come to be accepted in the failure ledger."""
        failure = Failure(
            stage=JobKind.INGEST.value, subject=name, sha256="", code=error.code, message=error.message, at=utc_now()
        )
        self.platform.catalogue.add_failure(failure)
        return Outcome(name=name, errors=(JobError(code=error.code, message=error.message),))

    def wait(
        self, accepted: Accepted, *, timeout: float = 3600.0, progress: Progress = lambda _name, _share: None
    ) -> Outcome:
        """Wait until a file has its outcome: ingested, looked at by every detector, its events recorded.

        Raises
        ------
        DeadlineError
            If that takes longer than `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        job = self._ended(accepted.job.id, deadline, progress)
        name = str(job.payload.get("name", ""))
        if job.error is not None and job.state is not JobState.DONE:
            return Outcome(name=name, errors=(job.error,))
        # Entries of the time before the file was there, or was whole.
        self.platform.catalogue.clear_failure(stage=JobKind.INGEST.value, subject=name)
        started = [self.platform.jobs.get(child) for child in job.result.get("jobs", ())]
        current = [self._current(child) if accepted.known else child for child in started]
        detections = tuple(self._ended(child.id, deadline, progress) for child in current)
        while any(child.result.get("detections") for child in detections) and self._pending():
            _pause(deadline)
        return Outcome(
            name=name,
            observation_id=str(job.result.get("observation_id", "")),
            detections=detections,
            errors=tuple(d.error for d in detections if d.error is not None and d.state is not JobState.DONE),
            skipped=str(job.result.get("skipped", "")),
        )

    def retry(self, job_id: str) -> Outcome:
        """Do a job that failed or was cancelled again, and wait for what becomes of it. Raises as `wait` does."""
        job = self.platform.jobs.retry(job_id)
        self.platform.queue.publish(job.kind, job.id, priority=job.priority)
        if job.kind is JobKind.INGEST:
            return self.wait(Accepted(job=job, known=False))
        ended = self._ended(job.id, time.monotonic() + 3600.0, lambda _name, _share: None)
        failed = ended.error is not None and ended.state is not JobState.DONE
        return Outcome(name=ended.id, errors=(ended.error,) if failed and ended.error else ())

    def follow_models(self) -> None:
        """Wait until events follow from the runs that count after a promotion or rollback. Raises as `wait` does."""
        self.association.sides.follow()
        pending = self.platform.catalogue.pending_detections(limit=1)
        if pending:
            job, _ = self.platform.jobs.submit(JobKind.ASSOCIATE, content_id("models", at=format_utc(utc_now())), {})
            self.platform.queue.publish(job.kind, job.id)
            self._ended(job.id, time.monotonic() + 3600.0, lambda _name, _share: None)

    def look_again(self, *, timeout: float = 3600.0) -> int:
        """Have looked at again what only withdrawn models saw, and wait for it; return how many observations.

        Raises
        ------
        DeadlineError
            If that takes longer than `timeout` seconds; the work goes on in the next process on this home.
        """
        deadline, seen = time.monotonic() + timeout, 0
        reruns = self._reruns()
        while jobs := reruns.tick():
            for job_id in jobs:
                seen += len(self._ended(job_id, deadline, lambda _name, _share: None).payload["observation_ids"])
        while seen and self._pending():
            _pause(deadline)
        return seen

    def events(self, outcome: Outcome) -> list[Event]:
        """Return the events that rest on a file."""
        if not outcome.observation_id:
            return []
        query = EventQuery(observation_id=outcome.observation_id, limit=_MOST_EVENTS)
        return list(self.platform.catalogue.search(query))

    def _reruns(self) -> Reruns:
        return Reruns(self.platform.catalogue, self.platform.models, self.platform.jobs, self.platform.queue)

    def _current(self, job: Job) -> Job:
        # With another model serving by now, the run is another job.
        payload = job.payload
        return self.inference.submit(payload["observation_id"], payload["detector"], payload.get("parameters", {}))

    def _pending(self) -> bool:
        return bool(self.platform.catalogue.pending_detections(limit=1))

    def _ended(self, job_id: str, deadline: float, progress: Progress) -> Job:
        while (job := self.platform.jobs.get(job_id)).state not in TERMINAL:
            progress(str(job.payload.get("detector", job.kind.value)), job.progress)
            _pause(deadline)
        return job


def _pause(deadline: float) -> None:
    if time.monotonic() > deadline:
        raise DeadlineError("the work did not end in time; the next process on this home goes on with it")
    time.sleep(_LOOK_EVERY)
