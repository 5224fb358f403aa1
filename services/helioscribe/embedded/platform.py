"""All services in one process: SQLite, a local folder and threads, through the same handlers as on many machines."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from typing import BinaryIO, Self, cast

from helioscribe.adapters.local_queue import LocalQueue
from helioscribe.catalogue.handlers import AssociationHandler, Reaper
from helioscribe.domain.detection import Parameters
from helioscribe.domain.errors import DeadlineError
from helioscribe.domain.event import Event
from helioscribe.domain.job import TERMINAL, Job, JobKind
from helioscribe.inference.handlers import InferenceHandlers
from helioscribe.inference.host import DetectorHost
from helioscribe.ingest.handlers import IngestHandlers
from helioscribe.ports.catalogue import EventQuery
from helioscribe.runtime.runner import JobRunner
from helioscribe.runtime.settings import Settings
from helioscribe.runtime.wiring import Platform, connect

__all__ = ["Embedded", "Outcome"]

Progress = Callable[[str, float], None]
"""Told the name of a step and how far it is, 0 to 1."""

_LOOK_EVERY = 0.05
_REAP_EVERY = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one file."""

    name: str
    """Of the file."""

    job: Job
    """The ingest job, ended."""

    observation_id: str
    """Empty if the file could not be read."""

    detections: tuple[Job, ...]
    """The detection jobs, ended."""

    @property
    def failed(self) -> tuple[Job, ...]:
        """Jobs that did not end well."""
        return tuple(job for job in (self.job, *self.detections) if job.error is not None)


class Embedded:
    """The platform on one machine. Use it as a context manager.

    Parameters
    ----------
    home
        Folder of its data; made if missing.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.settings = Settings.embedded(home)
        home.mkdir(parents=True, exist_ok=True)
        self.platform: Platform = connect(self.settings)
        self.host = DetectorHost(
            models=self.platform.models, artifacts=self.platform.artifacts, threads=self.settings.threads
        )
        shared = {name: getattr(self.platform, name) for name in ("artifacts", "catalogue", "jobs", "queue", "models")}
        self.ingest = IngestHandlers(**shared, manifests=self.host.manifests, limit=self.settings.upload_limit)
        self.inference = InferenceHandlers(**shared, host=self.host)
        self.association = AssociationHandler(catalogue=self.platform.catalogue)
        self.reaper = Reaper(jobs=self.platform.jobs, queue=self.platform.queue, catalogue=self.platform.catalogue)
        self._stopping = Flag()
        self._start()

    def _start(self) -> None:
        runner = JobRunner(
            jobs=self.platform.jobs,
            catalogue=self.platform.catalogue,
            handlers={
                JobKind.INGEST: self.ingest.run,
                JobKind.DETECT: self.inference.run,
                JobKind.ASSOCIATE: self.association.run,
            },
            worker=self.settings.worker_name,
            lease=self.settings.lease,
        )
        queue = cast("LocalQueue", self.platform.queue)
        for kind, threads in ((JobKind.INGEST, 1), (JobKind.DETECT, self.settings.concurrency), (JobKind.ASSOCIATE, 1)):
            queue.consume(kind, runner.run, threads=threads)
        self._reaping = Thread(target=self._reap, name="reaper", daemon=True)
        self._reaping.start()

    def _reap(self) -> None:
        while not self._stopping.wait(_REAP_EVERY):
            self.reaper.tick()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let running jobs end and close everything."""
        self._stopping.set()
        self._reaping.join(timeout=10)
        self.platform.close()

    def accept(
        self, data: BinaryIO, *, name: str, detectors: Sequence[str] | None = None, parameters: Parameters | None = None
    ) -> Job:
        """Take a file in; the same file again gives the same job.

        Parameters
        ----------
        data
            Its bytes.
        name
            For people.
        detectors
            Who shall look at it; everyone who can by default.
        parameters
            Settings for the one detector that is named.
        """
        settings = {detectors[0]: parameters} if detectors and parameters else {}
        job = self.ingest.accept(data, name=name, detectors=detectors, parameters=settings)
        if job.state in TERMINAL and job.error is None:
            # Known already; yet another model may serve by now, whose run is another job.
            for detection in map(self.platform.jobs.get, job.result.get("jobs", ())):
                payload = detection.payload
                self.inference.submit(payload["observation_id"], payload["detector"], payload.get("parameters", {}))
        return job

    def wait(self, job: Job, *, timeout: float = 3600.0, progress: Progress = lambda _name, _share: None) -> Outcome:
        """Wait until a file has its outcome: ingested, looked at by every detector, its events recorded.

        Raises
        ------
        DeadlineError
            If that takes longer than `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        ended = self._ended([job.id], deadline, progress)[0]
        detections = self._ended(list(ended.result.get("jobs", ())), deadline, progress)
        while self.platform.catalogue.pending_detections(limit=1):
            _pause(deadline)
        name = str(job.payload.get("name", ""))
        observation_id = str(ended.result.get("observation_id", ""))
        return Outcome(name=name, job=ended, observation_id=observation_id, detections=tuple(detections))

    def _ended(self, job_ids: list[str], deadline: float, progress: Progress) -> list[Job]:
        ended = []
        for job_id in job_ids:
            while (job := self.platform.jobs.get(job_id)).state not in TERMINAL:
                progress(str(job.payload.get("detector", job.kind)), job.progress)
                _pause(deadline)
            ended.append(job)
        return ended

    def events(self, outcome: Outcome) -> list[Event]:
        """Return the events that rest on a file."""
        if not outcome.observation_id:
            return []
        return list(self.platform.catalogue.search(EventQuery(observation_id=outcome.observation_id, limit=100_000)))


def _pause(deadline: float) -> None:
    if time.monotonic() > deadline:
        raise DeadlineError("the work did not end in time; it goes on in the background")
    time.sleep(_LOOK_EVERY)
