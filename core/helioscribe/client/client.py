"""The client: one object for all services of a platform, with the types of `helioscribe.domain`."""

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
from helioscribe.domain.detection import Parameters, Value
from helioscribe.domain.embedding import Neighbour
from helioscribe.domain.errors import DeadlineError, InvalidInputError, PermanentError, rebuild
from helioscribe.domain.event import Event
from helioscribe.domain.job import TERMINAL, Job, JobState
from helioscribe.domain.product import Product
from helioscribe.domain.times import TimeRange, parse_utc
from helioscribe.ports.catalogue import EventQuery, Revision
from helioscribe.ports.embeddings import known_among, similar_to
from helioscribe.sdk.discovery import Plugin

__all__ = ["Client"]

_LOOK_EVERY = 0.2


class Client:
    """A client of a Helioscribe server. Use it in a ``with`` statement; threads may share it.

    Parameters
    ----------
    url
        ``grpc://host:port`` or ``grpcs://host:port``: a server that serves everything, as ``helioscribe up`` does, or
        the catalogue of a distributed platform.
    ingest, inference
        Addresses of these services, if they are not at `url`.
    token
        API token; None if the server asks for none.
    authority
        PEM file of the certificate authority to trust with ``grpcs``; by default those of the system.
    identity
        PEM files of a client certificate and its key, if the server asks for one.
    timeout
        Time limit of ordinary calls [s].

    Raises
    ------
    HelioscribeError
        Every method raises the errors of the server, `UnavailableError` if the server does not answer, `DeadlineError`
        if it takes too long, and `UnauthenticatedError` or `PermissionDeniedError` if the token is not sufficient.

    Examples
    --------
    >>> with Client("grpc://localhost:50051", token="hs_...") as sun:  # doctest: +SKIP
    ...     for plugin in sun.detectors():
    ...         print(plugin.name, plugin.state, plugin.error)
    """

    catalogue: RpcCatalogue
    """The catalogue: events, observations, coverage, failures. See `helioscribe.ports.catalogue.Catalogue`."""

    embeddings: RpcEmbeddings
    """Embeddings and scores of images. See `helioscribe.ports.embeddings.EmbeddingStore`."""

    jobs: RpcJobs
    """Jobs. See `helioscribe.ports.jobs.JobStore`."""

    registry: RpcModels
    """Model cards and roles. See `helioscribe.ports.models.ModelRegistry`."""

    graphs: RpcGraphs
    """The graphs of all models. See `helioscribe.ports.serving.GraphServer`."""

    many: Many
    """Runs detectors on many files and fetches their plots."""

    records: Records
    """Writes to the catalogue: events, reviews and relations."""

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
        self.many = Many(detection=self._detection, ingest=lambda path: self.ingest(path, detectors=()), wait=self.wait)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        for caller in self._callers.values():
            caller.close()

    def detectors(self) -> list[Plugin]:
        """Return the detectors of the server, those that cannot be used with the reason."""
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
        """Send a file and return the job that processes it. The same file again returns the same job.

        Parameters
        ----------
        file
            Path of the file, or an open binary stream.
        name
            Name for people; by default that of the file.
        detectors
            Ids of the detectors to run; by default all that can read it.
        parameters
            Parameters that differ from the defaults, by detector.
        progress
            Called with the number of bytes sent so far, about every 1 MiB.

        Raises
        ------
        InvalidInputError
            If the file cannot be opened, or the server rejects it.

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
        """Wait until a job and all jobs that follow from it have ended, so that its events exist; return the job.

        Raises
        ------
        DeadlineError
            If this takes longer than `timeout` seconds. The jobs continue.
        HelioscribeError
            The error with which a job failed.
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

    def detect(self, what: str | Product, detector: str, *, timeout: float = LONG, **parameters: Value) -> Finding:
        """Run a detector and wait for the result. The run is cancelled if the caller disconnects.

        Parameters
        ----------
        what
            Id of an observation, and then the result is recorded in the catalogue; or a product, and then it is not.
        detector
            Id of the detector.
        timeout
            Time limit [s].
        **parameters
            Parameters that differ from the defaults.

        Examples
        --------
        >>> found = sun.detect(product, "xray-threshold", rise=1.3)  # doctest: +SKIP
        >>> [(flare.time_range.start, flare.probability) for flare in found.detections]  # doctest: +SKIP
        """
        if isinstance(what, str):
            return self._detection.detect(what, detector, parameters, timeout=timeout)
        return self._detection.detect_product(what, detector, parameters, timeout=timeout)

    def submit(self, observation_id: str, detector: str, **parameters: Value) -> Job:
        """Queue a run of a detector on an observation and return its job; the parameters are as in `detect`."""
        return self._detection.submit(observation_id, detector, parameters)

    def backfill(self, detector: str, start: datetime | str, end: datetime | str, **options: Any) -> Job:
        """Queue runs of a detector on all observations that began between two times; return one job for all.

        The same call again continues an unfinished backfill. `options` are further fields of
        `helioscribe.domain.backfill.BackfillOrder`; `BackfillProgress.of` reads the progress from the job.

        Examples
        --------
        >>> for job in sun.watch(sun.backfill("stix-lstm", "2021-01-01", "2021-02-01").id):  # doctest: +SKIP
        ...     print(f"{job.progress:.0%}, {BackfillProgress.of(job).left} s left")
        """
        span = TimeRange(start=_moment(start), end=_moment(end))
        return self._detection.backfill(BackfillOrder(detector=detector, span=span, **options))

    def watch(self, job_id: str) -> Iterator[Job]:
        """Yield a job each time it changes, until it has ended.

        Examples
        --------
        >>> for job in sun.watch(sun.submit(observation_id, "stix-lstm").id):  # doctest: +SKIP
        ...     print(f"{job.state} {job.progress:.0%}")
        """
        return self._detection.watch(job_id)

    def cancel(self, job_id: str) -> Job:
        """Cancel a job."""
        return self._detection.cancel(job_id)

    def events(self, *, start: datetime | str = "", end: datetime | str = "", **query: Any) -> Iterator[Event]:
        """Yield events in order of their start.

        Parameters
        ----------
        start, end
            Span of time, UTC at the Earth, as datetimes with a time zone or ISO 8601 text; both or neither.
        **query
            Further fields of `helioscribe.domain.query.EventQuery`.

        Raises
        ------
        InvalidInputError
            If only one of the times is given, or a field does not exist.

        Examples
        --------
        >>> for flare in sun.events(start="2022-03-28", end="2022-03-29", event_types=("FL",)):  # doctest: +SKIP
        ...     print(flare.event_starttime, flare.attributes.get("fl_goescls"))
        """
        if (start == "") != (end == ""):
            raise InvalidInputError("events: expected both start and end, or neither")
        if unknown := sorted(set(query) - set(EventQuery.__dataclass_fields__)):
            raise InvalidInputError(f"events: EventQuery has no field {unknown[0]!r}")
        if start and end:
            query["time_range"] = TimeRange(start=_moment(start), end=_moment(end))
        return self.catalogue.search(EventQuery(**query))

    def event(self, event_id: str) -> Event:
        """Return an event. Raises `NotFoundError`."""
        return self.catalogue.event(event_id)

    def watch_events(self, cursor: int = 0) -> Iterator[Revision]:
        """Yield the changes of events after a cursor, then wait for further changes and yield them too.

        Examples
        --------
        >>> for change in sun.watch_events(cursor=last_seen):  # doctest: +SKIP
        ...     print(change.cursor, change.reason, change.event.id)
        """
        return self.catalogue.follow(cursor=cursor)

    def similar(self, key: str, *, space: str | None = None, limit: int = 10) -> list[Neighbour]:
        """Return the observations most similar to an observation, or to that of an event, the most similar first.

        Parameters
        ----------
        key
            Id of the observation or event.
        space
            Space of the vectors to compare; by default the largest that has a vector of the observation.
        limit
            Largest number to return.
        """
        subjects = self.event(key).observation_ids if key.startswith("evt-") else (key,)
        subject, chosen = known_among(self.embeddings, subjects, space)
        return similar_to(self.embeddings, chosen, subject, limit=limit)


def _moment(given: datetime | str) -> datetime:
    return parse_utc(given) if isinstance(given, str) else given
