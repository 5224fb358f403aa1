"""The distributed platform on servers of its own, each of which a test can hurt while files stream in."""

from __future__ import annotations

import io
import os
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

from helioscribe.adapters.celery_queue import CeleryQueue
from helioscribe.client import Client
from helioscribe.domain.errors import HelioscribeError, TransientError
from helioscribe.domain.job import TERMINAL, Job, JobState
from support.cluster import Cluster
from support.curves import stix_csv
from support.postgres import PostgresServer
from support.proxy import Proxy
from support.rabbitmq import RabbitServer

__all__ = ["LONG", "Outcome", "Stream", "World", "settle"]

LONG = bool(os.environ.get("SOAK"))
"""Whether every fault is tried, with more files; `make soak` says so."""

_LOOK_EVERY = 0.2


@dataclass
class World:
    """Everything that can be hurt."""

    postgres: PostgresServer
    rabbitmq: RabbitServer
    s3: Proxy
    broker: Proxy
    cluster: Cluster

    def queue(self) -> CeleryQueue:
        """Return a way to send messages of one's own to the workers."""
        return CeleryQueue(self.cluster.broker)


@dataclass
class Stream:
    """Files that come in one after the other, from somebody who tries again when told to."""

    client: Client
    first: int
    number: int
    pause: float = 0.05
    accepted: dict[str, Job] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._send, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(180)
        assert not self._thread.is_alive(), "the stream of files hangs"

    def in_flight(self) -> int:
        """How many accepted files have no outcome at this moment; all of them if nobody can tell."""
        return sum(_state(self.client, job.id) not in TERMINAL for job in list(self.accepted.values()))

    def await_accepted(self, number: int, timeout: float = 60.0) -> None:
        """Wait until so many files were accepted."""
        deadline = time.monotonic() + timeout
        while len(self.accepted) < number:
            assert time.monotonic() < deadline, f"only {len(self.accepted)} files were accepted"
            time.sleep(0.05)

    def _send(self) -> None:
        for seed in range(self.first, self.first + self.number):
            name, data = f"{seed}.csv", stix_csv(seed)
            deadline = time.monotonic() + 150
            while time.monotonic() < deadline:
                try:
                    self.accepted[name] = self.client.ingest(io.BytesIO(data), name=name)
                    break
                except TransientError:
                    time.sleep(0.5)
            time.sleep(self.pause)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a stream."""

    accepted: int
    lost: int
    """Files without a run, without their event, or whose job did not end well."""
    doubled: int
    """Files with more than one run, detection or event."""
    seconds: float
    """Until the last of them had its outcome."""


def settle(client: Client, stream: Stream, *, timeout: float = 150.0) -> Outcome:
    """Wait until everything that was accepted has its outcome, and count."""
    began, deadline = time.monotonic(), time.monotonic() + timeout
    open_ = dict(stream.accepted)
    lost = doubled = 0
    while open_ and time.monotonic() < deadline:
        for name in list(open_):
            with suppress(HelioscribeError):
                counts = _counts(client, open_[name].id)
                if counts is None:
                    continue
                lost += min(counts) < 1
                doubled += max(counts) > 1
                del open_[name]
        time.sleep(_LOOK_EVERY)
    return Outcome(
        accepted=len(stream.accepted), lost=lost + len(open_), doubled=doubled, seconds=time.monotonic() - began
    )


def _counts(client: Client, job_id: str) -> tuple[int, int, int] | None:
    """Runs, detections and events of a file, of which each has one; None while they are on their way."""
    job = client.jobs.get(job_id)
    if job.state not in TERMINAL:
        return None
    if job.state is not JobState.DONE:
        return (0, 0, 0)
    observation = str(job.result["observation_id"])
    detections = [client.jobs.get(str(child)) for child in job.result["jobs"]]
    if any(child.state not in TERMINAL for child in detections):
        return None
    runs = client.catalogue.runs(observation_id=observation)
    found = [detection for run in runs for detection in run.detections]
    if any(child.result.get("detections") for child in detections) and client.catalogue.pending_detections(limit=1):
        return None
    return len(runs), len(found), len(list(client.events(observation_id=observation)))


def _state(client: Client, job_id: str) -> JobState | None:
    with suppress(HelioscribeError):
        return client.jobs.get(job_id).state
    return None
