"""The whole platform in one process, with SQLite, a local folder and threads.

It uses the same handlers as the services of the distributed platform.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
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
from helioscribe.embedded.outcome import Accepted, Outcome
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

__all__ = ["Embedded", "Progress"]

Progress = Callable[[str, float], None]
"""Called with the name of a step and the share of it that is done, 0 to 1."""

_LOOK_EVERY = 0.02
_HOUR = 3600.0
_MOST_EVENTS = 100_000


class Embedded:
    """The whole platform in this process. Use it as a context manager.

    Several processes may use the same home folder at the same time; each job is done by the process that has its lease.

    Examples
    --------
    >>> with Embedded(Path("home")) as embedded, Path("goes.nc").open("rb") as data:  # doctest: +SKIP
    ...     outcome = embedded.wait(embedded.accept(data, name="goes.nc"))
    ...     events = embedded.events(outcome)

    Parameters
    ----------
    home
        Folder of the platform's data; made if missing.
    work
        Whether this process does jobs. If not, they wait for a process that does.
    long
        Whether it also does long jobs: trainings and backfills.
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
            **shared, manifests=self.host.manifests, limit=self.settings.upload_limit, reading=Reading.of(self.settings)
        )
        self.inference = InferenceHandlers(**shared, embeddings=self.platform.embeddings, host=self.host)
        self.backfills = self.inference.backfills()
        self.graphs = GraphRepository(self.host, self.platform.models)
        shop = Workshop(
            scripts=True,  # whoever can call the commands can run any program here anyway
            **shared,
            embeddings=self.platform.embeddings,
            run_log=self.platform.run_log,
            read=reader(self.settings),
            folder=home.resolve() / "training",
        )
        self.training = TrainingHandlers(shop)
        self._upkeep()
        if work:
            self._start(long=long)

    def _upkeep(self) -> None:
        """Make the parts that turn detections into events, requeue lost jobs and notify subscribers."""
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
            stopping=self._stopping,
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
        """Wait for running jobs and close everything. Waiting jobs are left to the next process with this home.

        Trainings and backfills stop early; the next process that does long jobs resumes them.
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
        """Accept a file and queue its processing. The same file again gives the same job.

        Parameters
        ----------
        data
            Content of the file.
        name
            Name to show to people.
        archive
            Name of the archive that it came from.
        detectors
            Ids of the detectors to run; by default, all that read such data.
        parameters
            Parameters of the first detector in `detectors`; ignored without `detectors`.

        Raises
        ------
        InvalidInputError
            If the file is empty or larger than the limit.
        """
        settings = {detectors[0]: parameters} if detectors and parameters else {}
        job = self.ingest.accept(data, name=name, archive=archive, detectors=detectors, parameters=settings)
        return Accepted(job=again(self.platform.jobs, self.platform.queue, job), known=job.state in TERMINAL)

    def refuse(self, name: str, error: HelioscribeError) -> Outcome:
        """Record a failure for a file that could not be opened or downloaded, and return it as an outcome."""
        failure = Failure(
            stage=JobKind.INGEST.value, subject=name, sha256="", code=error.code, message=error.message, at=utc_now()
        )
        self.platform.catalogue.add_failure(failure)
        return Outcome(name=name, errors=(JobError(code=error.code, message=error.message),))

    def wait(self, accepted: Accepted, *, timeout: float = _HOUR, progress: Progress | None = None) -> Outcome:
        """Wait until a file is ingested, every detector has run on it and its events are recorded.

        Parameters
        ----------
        accepted
            What `accept` returned.
        timeout
            Longest time to wait [s].
        progress
            Called with the present step.

        Raises
        ------
        DeadlineError
            If it takes longer than `timeout`.
        """
        deadline = time.monotonic() + timeout
        job = self._ended(accepted.job.id, deadline, progress)
        name = str(job.payload.get("name", ""))
        if job.error is not None and job.state is not JobState.DONE:
            return Outcome(name=name, errors=(job.error,))
        # A former attempt may have failed, such as one with a file that was not complete yet.
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
        """Do a failed or cancelled job again and wait until it ends. Raises as `wait` does."""
        job = self.platform.jobs.retry(job_id)
        self.platform.queue.publish(job.kind, job.id, priority=job.priority)
        if job.kind is JobKind.INGEST:
            return self.wait(Accepted(job=job, known=False))
        ended = self._ended(job.id, time.monotonic() + _HOUR)
        failed = ended.error is not None and ended.state is not JobState.DONE
        return Outcome(name=ended.id, errors=(ended.error,) if failed and ended.error else ())

    def follow_models(self) -> None:
        """Wait until the events are up to date after a promotion or rollback. Raises as `wait` does."""
        self.association.sides.follow()
        pending = self.platform.catalogue.pending_detections(limit=1)
        if pending:
            job, _ = self.platform.jobs.submit(JobKind.ASSOCIATE, content_id("models", at=format_utc(utc_now())), {})
            self.platform.queue.publish(job.kind, job.id)
            self._ended(job.id, time.monotonic() + _HOUR)

    def look_again(self, *, timeout: float = _HOUR) -> int:
        """Run present models on observations that only withdrawn models have seen; return how many there were.

        Raises
        ------
        DeadlineError
            If it takes longer than `timeout` seconds. The next process with this home goes on with the work.
        """
        deadline, seen = time.monotonic() + timeout, 0
        reruns = self._reruns()
        while jobs := reruns.tick():
            for job_id in jobs:
                seen += len(self._ended(job_id, deadline).payload["observation_ids"])
        while seen and self._pending():
            _pause(deadline)
        return seen

    def events(self, outcome: Outcome) -> list[Event]:
        """Return the events that were found in a file."""
        if not outcome.observation_id:
            return []
        query = EventQuery(observation_id=outcome.observation_id, limit=_MOST_EVENTS)
        return list(self.platform.catalogue.search(query))

    def _reruns(self) -> Reruns:
        return Reruns(self.platform.catalogue, self.platform.models, self.platform.jobs, self.platform.queue)

    def _current(self, job: Job) -> Job:
        # If another model serves by now, this is a new job.
        payload = job.payload
        return self.inference.submit(payload["observation_id"], payload["detector"], payload.get("parameters", {}))

    def _pending(self) -> bool:
        return bool(self.platform.catalogue.pending_detections(limit=1))

    def _ended(self, job_id: str, deadline: float, progress: Progress | None = None) -> Job:
        while (job := self.platform.jobs.get(job_id)).state not in TERMINAL:
            self.platform.queue.check()
            if progress is not None:
                progress(str(job.payload.get("detector", job.kind.value)), job.progress)
            _pause(deadline)
        return job


def _pause(deadline: float) -> None:
    if time.monotonic() > deadline:
        raise DeadlineError("the work did not end in time; the next helioscribe command with this home goes on with it")
    time.sleep(_LOOK_EVERY)
