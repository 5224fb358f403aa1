"""The platform as one object: what one asks of several services, in nouns instead of messages."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Self

from helioscribe.adapters.product_codec import decode_scores, encode_product
from helioscribe.adapters.rpc import RpcCatalogue, RpcJobs, RpcModels, open_channel
from helioscribe.adapters.rpc.services import RpcDetection, RpcIngest
from helioscribe.domain.coverage import Coverage, CoveredSpan
from helioscribe.domain.detection import Detection, Method, ScoreSeries, Value
from helioscribe.domain.errors import DeadlineError, PermanentError, rebuild
from helioscribe.domain.event import Event
from helioscribe.domain.failure import Failure
from helioscribe.domain.job import TERMINAL, Job, JobState
from helioscribe.domain.model import ModelCard
from helioscribe.domain.observation import Observation
from helioscribe.domain.product import Product
from helioscribe.domain.times import TimeRange
from helioscribe.ports.catalogue import EventQuery, Revision

__all__ = ["Client", "Detected", "DetectorInfo"]

_LOOK_EVERY = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorInfo:
    """A detector of the server."""

    name: str
    """Its id."""

    version: str
    """Of its distribution."""

    state: str
    """How far its plugin has come."""

    error: str
    """What is wrong with it."""

    title: str
    """For people."""

    event_types: tuple[str, ...]
    """HEK classes that it may claim."""

    product: str
    """What it reads."""

    instruments: tuple[str, ...]
    """Of which instruments; any if empty."""

    parameters: Mapping[str, Value]
    """Settings with their defaults."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Detected:
    """What a detector found."""

    detections: tuple[Detection, ...]
    """In order of time."""

    covered: tuple[CoveredSpan, ...]
    """What was looked at."""

    method: Method
    """What ran."""

    scores: ScoreSeries | None
    """The raw scores."""


class Client:
    """Talks to a Helioscribe server. Use it as a context manager.

    Parameters
    ----------
    url
        ``grpc://host:port`` or ``grpcs://host:port``: a server that serves everything, as ``helioscribe up`` does, or
        the catalogue of a distributed platform.
    ingest, inference
        Addresses of those services where they are not at `url`.
    token
        API token.
    authority
        PEM file of the authority to trust with ``grpcs``.
    timeout
        Deadline of ordinary calls [s].
    """

    def __init__(
        self,
        url: str,
        *,
        ingest: str | None = None,
        inference: str | None = None,
        token: str | None = None,
        authority: Path | None = None,
        timeout: float = 60.0,
    ) -> None:
        self._callers = {
            address: open_channel(address, token=token, authority=authority, timeout=timeout)
            for address in {url, ingest or url, inference or url}
        }
        self.catalogue = RpcCatalogue(self._callers[url])
        self.jobs = RpcJobs(self._callers[url])
        self.models_registry = RpcModels(self._callers[url])
        self._ingest = RpcIngest(self._callers[ingest or url])
        self._detection = RpcDetection(self._callers[inference or url])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of all connections."""
        for caller in self._callers.values():
            caller.close()

    def detectors(self) -> list[DetectorInfo]:
        """Return the server's detectors, the broken ones with their error."""
        return [DetectorInfo(**row) for row in self._detection.list_detectors()]

    def ingest(self, file: Path | str | BinaryIO, *, name: str = "", detectors: Sequence[str] | None = None) -> Job:
        """Send a file; the same file again gives the same job.

        Parameters
        ----------
        file
            Path, or open stream of bytes.
        name
            For people; the file's own by default.
        detectors
            Who shall look at it; everyone who can by default.
        """
        if isinstance(file, Path | str):
            path = Path(file)
            with path.open("rb") as stream:
                return self._ingest.ingest(stream, name=name or path.name, detectors=detectors)
        return self._ingest.ingest(file, name=name or "upload", detectors=detectors)

    def wait(self, job: Job, *, timeout: float = 600.0) -> Job:
        """Wait for the end of a job and of the jobs that it started; return it.

        Raises
        ------
        DeadlineError
            If that takes longer than `timeout` seconds.
        HelioscribeError
            What the job failed with.
        """
        deadline = time.monotonic() + timeout
        ended = self._ended(job.id, deadline)
        for child in ended.result.get("jobs", ()):
            self._ended(child, deadline)
        return ended

    def _ended(self, job_id: str, deadline: float) -> Job:
        while (job := self.jobs.get(job_id)).state not in TERMINAL:
            if time.monotonic() > deadline:
                raise DeadlineError(f"job {job_id} did not end in time; it goes on")
            time.sleep(_LOOK_EVERY)
        if job.state is not JobState.DONE:
            raise (
                rebuild(job.error.code, job.error.message)
                if job.error
                else PermanentError(f"job {job_id}: {job.state}")
            )
        return job

    def detect(self, what: str | Product, detector: str, **parameters: Value) -> Detected:
        """Run a detector.

        Parameters
        ----------
        what
            Id of an observation, whose run is recorded, or a product of your own, whose run is not.
        detector
            Its id.
        **parameters
            Settings other than the defaults.
        """
        if isinstance(what, str):
            answer = self._detection.detect(what, detector, parameters)
        else:
            answer = self._detection.detect_product(encode_product(what), detector, parameters)
        scores = answer.pop("scores")
        return Detected(**answer, scores=decode_scores(scores) if scores else None)

    def submit(self, observation_id: str, detector: str, **parameters: Value) -> Job:
        """Queue a detector's run on an observation."""
        return self._detection.submit(observation_id, detector, parameters)

    def watch(self, job_id: str) -> Iterator[Job]:
        """Yield a job whenever it changes, until it has ended."""
        return self._detection.watch(job_id)

    def cancel(self, job_id: str) -> Job:
        """Ask a job to stop."""
        return self._detection.cancel(job_id)

    def events(self, *, start: Any = None, end: Any = None, **query: Any) -> Iterator[Event]:
        """Yield events.

        Parameters
        ----------
        start, end
            Span of time, aware datetimes; both or none.
        **query
            Further fields of `helioscribe.ports.catalogue.EventQuery`.
        """
        span = TimeRange(start=start, end=end) if start is not None and end is not None else None
        return self.catalogue.search(EventQuery(time_range=span, **query))

    def event(self, event_id: str) -> Event:
        """Return an event. Raises `NotFoundError`."""
        return self.catalogue.event(event_id)

    def watch_events(self, cursor: int = 0) -> Iterator[Revision]:
        """Yield the changes of the catalogue after `cursor` and go on with those to come."""
        return self.catalogue.follow(cursor=cursor)

    def observation(self, observation_id: str) -> Observation:
        """Return an observation. Raises `NotFoundError`."""
        return self.catalogue.observation(observation_id)

    def coverage(self, **query: Any) -> list[Coverage]:
        """Return what was looked at."""
        return self.catalogue.coverage(**query)

    def failures(self) -> list[Failure]:
        """Return the failure ledger."""
        return self.catalogue.failures()

    def models(self, name: str | None = None) -> list[ModelCard]:
        """Return model cards."""
        return self.models_registry.cards(name)
