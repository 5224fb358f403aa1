"""The platform as one object: what one asks of several services, in nouns instead of messages."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Self

from helioscribe.adapters.rpc import (
    LONG,
    Finding,
    RpcCatalogue,
    RpcDetection,
    RpcEmbeddings,
    RpcGraphs,
    RpcIngest,
    RpcJobs,
    RpcModels,
    open_channel,
)
from helioscribe.client.many import Many
from helioscribe.client.records import Records
from helioscribe.domain.backfill import BackfillOrder
from helioscribe.domain.coverage import Coverage
from helioscribe.domain.detection import Parameters, Value
from helioscribe.domain.embedding import Neighbour
from helioscribe.domain.errors import DeadlineError, InvalidInputError, PermanentError, rebuild
from helioscribe.domain.event import Event
from helioscribe.domain.failure import Failure
from helioscribe.domain.job import TERMINAL, Job, JobState
from helioscribe.domain.model import ModelCard
from helioscribe.domain.observation import Observation
from helioscribe.domain.product import Product
from helioscribe.domain.times import TimeRange, parse_utc
from helioscribe.ports.catalogue import EventQuery, Revision
from helioscribe.ports.embeddings import known_among, similar_to
from helioscribe.sdk.discovery import Plugin

__all__ = ["Client"]

_LOOK_EVERY = 0.2


class Client:
    """Talks to a Helioscribe server. Use it as a context manager; many threads may share one.

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
        PEM file of the authority to trust with ``grpcs``; the system's by default.
    identity
        PEM files of a certificate and its key, for a server that asks who calls.
    timeout
        Deadline of ordinary calls [s].

    Raises
    ------
    HelioscribeError
        By every method: what the server raised, `UnavailableError` if it does not answer, `DeadlineError` if it takes
        too long, `UnauthenticatedError` or `PermissionDeniedError` if the token does not do.

    Examples
    --------
    >>> with Client("grpc://localhost:50051", token="hs_...") as sun:  # doctest: +SKIP
    ...     for plugin in sun.detectors():
    ...         print(plugin.name, plugin.state, plugin.error)
    """

    catalogue: RpcCatalogue
    """Everything that the catalogue answers."""

    embeddings: RpcEmbeddings
    """Vectors of images, and what was said of them."""

    jobs: RpcJobs
    """Everything that one can ask of jobs."""

    registry: RpcModels
    """The model registry."""

    graphs: RpcGraphs
    """The graphs of all models, by name."""

    many: Many
    """Folders of files through a detector, and the pictures that come of them."""

    records: Records
    """What people and programs write: records, reviews, relations."""

    def __init__(
        self,
        url: str,
        *,
        ingest: str | None = None,
        inference: str | None = None,
        token: str | None = None,
        authority: Path | None = None,
        identity: tuple[Path, Path] | None = None,
        timeout: float = 60.0,
    ) -> None:
        self._callers = {
            address: open_channel(address, token=token, authority=authority, identity=identity, timeout=timeout)
            for address in {url, ingest or url, inference or url}
        }
        self.catalogue = RpcCatalogue(self._callers[url])
        self.records = Records(catalogue=self.catalogue)
        self.embeddings = RpcEmbeddings(self._callers[url])
        self.jobs = RpcJobs(self._callers[url])
        self.registry = RpcModels(self._callers[url])
        self._ingest = RpcIngest(self._callers[ingest or url])
        self._detection = RpcDetection(self._callers[inference or url])
        self.graphs = RpcGraphs(self._callers[inference or url])
        self.many = Many(
            detection=self._detection, ingest=lambda path: self.ingest(path, detectors=()), wait=self.wait
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of all connections."""
        for caller in self._callers.values():
            caller.close()

    def detectors(self) -> list[Plugin]:
        """Return the server's detectors with manifest and state, the broken ones with their error."""
        return self._detection.list_detectors()

    def ingest(
        self,
        file: Path | str | BinaryIO,
        *,
        name: str = "",
        detectors: Sequence[str] | None = None,
        parameters: Mapping[str, Parameters] | None = None,
        progress: Callable[[int], None] = lambda _: None,
    ) -> Job:
        """Send a file and return the job that works on it; the same file again gives the same job.

        Parameters
        ----------
        file
            Path, or open stream of bytes.
        name
            For people; the file's own by default.
        detectors
            Who shall look at it; everyone who can by default.
        parameters
            Settings other than the defaults, by detector.
        progress
            Told how many bytes have gone so far, about every 1 MiB.

        Raises
        ------
        InvalidInputError
            If the file cannot be read here, or the server does not take it.

        Examples
        --------
        >>> job = sun.ingest("flare.fits", parameters={"xray-threshold": {"rise": 1.3}})  # doctest: +SKIP
        >>> sun.wait(job).result["observation_id"]  # doctest: +SKIP
        'obs-5c1f...'
        """
        if not isinstance(file, Path | str):
            return self._ingest.ingest(
                file, name=name or "upload", detectors=detectors, parameters=parameters, progress=progress
            )
        path = Path(file)
        try:
            stream = path.open("rb")
        except OSError as error:
            raise InvalidInputError.wrap(error, doing=f"file {path}") from None
        with stream:
            return self._ingest.ingest(
                stream, name=name or path.name, detectors=detectors, parameters=parameters, progress=progress
            )

    def wait(self, job: Job, *, timeout: float = 600.0) -> Job:
        """Wait for the end of a job and of all jobs that follow from it, so that its events are there; return it.

        Raises
        ------
        DeadlineError
            If that takes longer than `timeout` seconds.
        HelioscribeError
            What the job failed with.
        """
        return self._ended(job.id, time.monotonic() + timeout)

    def _ended(self, job_id: str, deadline: float) -> Job:
        while (job := self.jobs.get(job_id)).state not in TERMINAL:
            if time.monotonic() > deadline:
                raise DeadlineError(f"job {job_id} did not end in time; it goes on")
            time.sleep(_LOOK_EVERY)
        if job.state is JobState.DONE:
            for child in job.result.get("jobs", ()):
                self._ended(str(child), deadline)
            return job
        if job.error is not None:
            raise rebuild(job.error.code, job.error.message)
        raise PermanentError(f"job {job_id} is {job.state}")

    def detect(
        self, what: str | Product, detector: str, *, timeout: float = LONG, **parameters: Value
    ) -> Finding:
        """Run a detector and wait for what it finds. If the caller goes away, the work stops.

        Parameters
        ----------
        what
            Id of an observation, whose run is recorded, or a product of your own, whose run is not.
        detector
            Its id.
        timeout
            Deadline [s].
        **parameters
            Settings other than the defaults.

        Examples
        --------
        >>> found = sun.detect(product, "xray-threshold", rise=1.3)  # doctest: +SKIP
        >>> [(flare.time_range.start, flare.probability) for flare in found.detections]  # doctest: +SKIP
        """
        if isinstance(what, str):
            return self._detection.detect(what, detector, parameters, timeout=timeout)
        return self._detection.detect_product(what, detector, parameters, timeout=timeout)

    def submit(self, observation_id: str, detector: str, **parameters: Value) -> Job:
        """Queue a detector's run on an observation."""
        return self._detection.submit(observation_id, detector, parameters)

    def backfill(self, detector: str, start: datetime | str, end: datetime | str, **options: Any) -> Job:
        """Queue a detector's run on all observations that began between two times; the same again goes on with it.

        `options` are further fields of `domain.backfill.BackfillOrder`; `BackfillProgress.of` reads the job.

        Examples
        --------
        >>> for job in sun.watch(sun.backfill("stix-lstm", "2021-01-01", "2021-02-01").id):  # doctest: +SKIP
        ...     print(f"{job.progress:.0%}, {BackfillProgress.of(job).left} s left")
        """
        span = TimeRange(start=_moment(start), end=_moment(end))
        return self._detection.backfill(BackfillOrder(detector=detector, span=span, **options))

    def watch(self, job_id: str) -> Iterator[Job]:
        """Yield a job whenever it changes, until it has ended.

        Examples
        --------
        >>> for job in sun.watch(sun.submit(observation_id, "stix-lstm").id):  # doctest: +SKIP
        ...     print(f"{job.state} {job.progress:.0%}")
        """
        return self._detection.watch(job_id)

    def cancel(self, job_id: str) -> Job:
        """Ask a job to stop."""
        return self._detection.cancel(job_id)

    def events(self, *, start: datetime | str = "", end: datetime | str = "", **query: Any) -> Iterator[Event]:
        """Yield events by start time.

        Parameters
        ----------
        start, end
            Span of time at the Earth, as aware datetimes or ISO 8601 text in UTC; both or none.
        **query
            Further fields of `helioscribe.ports.catalogue.EventQuery`.

        Raises
        ------
        InvalidInputError
            If only one end is given, or there is no such field.

        Examples
        --------
        >>> for flare in sun.events(start="2022-03-28", end="2022-03-29", event_types=("FL",)):  # doctest: +SKIP
        ...     print(flare.event_starttime, flare.attributes.get("fl_goescls"))
        """
        if (start == "") != (end == ""):
            raise InvalidInputError("events: expected both start and end, or neither")
        if unknown := sorted(set(query) - set(EventQuery.__dataclass_fields__)):
            raise InvalidInputError(f"events: no such question: {unknown[0]}")
        if start and end:
            query["time_range"] = TimeRange(start=_moment(start), end=_moment(end))
        return self.catalogue.search(EventQuery(**query))

    def event(self, event_id: str) -> Event:
        """Return an event. Raises `NotFoundError`."""
        return self.catalogue.event(event_id)

    def watch_events(self, cursor: int = 0) -> Iterator[Revision]:
        """Yield the changes of the catalogue after `cursor` and go on with those to come.

        Examples
        --------
        >>> for change in sun.watch_events(cursor=last_seen):  # doctest: +SKIP
        ...     print(change.cursor, change.reason, change.event.id)
        """
        return self.catalogue.follow(cursor=cursor)

    def observation(self, observation_id: str) -> Observation:
        """Return an observation. Raises `NotFoundError`."""
        return self.catalogue.observation(observation_id)

    def observations(self, **query: Any) -> list[Observation]:
        """Return observations by start time; takes what `helioscribe.ports.catalogue.Catalogue.observations` takes."""
        return self.catalogue.observations(**query)

    def similar(self, key: str, *, space: str | None = None, limit: int = 10) -> list[Neighbour]:
        """Return the observations that look most like one, or like that of an event, the most alike first.

        They are compared in `space`, by default the largest that knows it.
        """
        subjects = self.event(key).observation_ids if key.startswith("evt-") else (key,)
        subject, chosen = known_among(self.embeddings, subjects, space)
        return similar_to(self.embeddings, chosen, subject, limit=limit)

    def coverage(self, **query: Any) -> list[Coverage]:
        """Return what was looked at; takes what `helioscribe.ports.catalogue.Catalogue.coverage` takes."""
        return self.catalogue.coverage(**query)

    def failures(self) -> list[Failure]:
        """Return the failure ledger, newest first."""
        return self.catalogue.failures()

    def models(self, name: str | None = None) -> list[ModelCard]:
        """Return model cards; of one detector if it is named."""
        return self.registry.cards(name)


def _moment(given: datetime | str) -> datetime:
    return parse_utc(given) if isinstance(given, str) else given
