"""Runs jobs: claims them with a lease, renews it by a heartbeat, and records the result or the error."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from helioscribe.domain.errors import (
    HelioscribeError,
    InternalError,
    LeaseLostError,
    NotFoundError,
    TransientError,
    UnavailableError,
)
from helioscribe.domain.identity import plain_json
from helioscribe.domain.job import Job, JobError, JobKind, JobState
from helioscribe.ports.jobs import ALONE, JobStore
from helioscribe.ports.queue import Queue
from helioscribe.runtime.heartbeat import Heartbeat
from helioscribe.runtime.job_context import JobContext
from helioscribe.runtime.logs import about
from helioscribe.runtime.metrics import metrics
from helioscribe.runtime.ordering import place
from helioscribe.runtime.pace import MOMENT, Pace
from helioscribe.runtime.tracing import span

__all__ = ["Handler", "JobRunner"]

T = TypeVar("T")
_log = logging.getLogger(__name__)
_FIRST_RETRY, _LAST_RETRY = 1.0, 300.0
_FIRST_PAUSE, _LAST_PAUSE = 1.0, 15.0

Handler = Callable[[JobContext], Mapping[str, Any]]
"""Does a job of one kind and returns its result. It may be called twice for the same job."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRunner:
    """Runs jobs by their ids. Short jobs of one group are claimed and finished together, to save calls."""

    jobs: JobStore
    """Store of jobs."""

    queue: Queue
    """Queue that sends follow-up jobs to workers."""

    handlers: Mapping[JobKind, Handler]
    """Handler for each kind of job."""

    worker: str
    """Name of this worker; must differ from those of all other running workers."""

    lease: float = 30.0
    """Length of a lease [s]; it is renewed three times within this time."""

    patience: float = 0.0
    """How long to repeat a job, or its end, while a service it needs does not answer, before the attempt counts as
    failed [s]. Without this, an outage of a minute would use up all attempts."""

    stopping: threading.Event = field(default_factory=threading.Event)
    """Set when this process is to end. No further jobs are begun then."""

    farewell: float = 10.0
    """How long running jobs may go on after that [s]. Then they are given back, and continue in another process."""

    wait: Callable[[], float] = field(default=random.random)
    """Returns a random number between 0 and 1, which varies the delay before a retry."""

    pace: Pace = field(default_factory=Pace)
    """How long jobs have taken."""

    def run(self, *job_ids: str) -> None:
        """Do those of the jobs that still wait. If they are short, other waiting jobs of the last one's group too.

        Raises
        ------
        TransientError
            If the job store does not answer, or this process ends; the message should be delivered again.
        """
        rest, most = job_ids, self.pace.usual()
        while rest:
            if self.stopping.is_set():
                raise TransientError("this process ends")
            asked, rest = rest[:most], rest[most:]
            taken = self._claimed(asked, along=ALONE if rest else self.pace.along())
            if taken:
                self._together(taken)
            most = self.pace.most(taken[-1].group) if taken else len(rest)

    def _claimed(self, job_ids: Sequence[str], *, along: Mapping[str, int]) -> list[Job]:
        try:
            return self.jobs.claim_all(job_ids, worker=self.worker, lease=self.lease, along=along)
        except NotFoundError as error:
            _log.warning("message for an unknown job: %s", error.message)
            return []

    def _together(self, jobs: Sequence[Job]) -> None:
        """Do jobs one after another, and record their ends together, or every few moments if they take longer."""
        contexts = [JobContext(job) for job in jobs]
        done: dict[str, tuple[JobContext, Mapping[str, Any]]] = {}
        said = time.monotonic()
        heart = Heartbeat(
            self.jobs,
            contexts,
            worker=self.worker,
            lease=self.lease,
            stopping=self.stopping,
            farewell=self.farewell,
        )
        with heart:
            for context in contexts:
                job = context.job
                with metrics().attempt(job), span(f"job {job.kind}", job.trace, job=job.id), about(**_named(job)):
                    result = self._attempt(context)
                    if result is None:
                        heart.let_go(job.id)
                    else:
                        done[job.id] = context, result
                    if done and (context is contexts[-1] or time.monotonic() - said > MOMENT):
                        self._settle(done, heart)
                        said = time.monotonic()

    def _attempt(self, context: JobContext) -> Mapping[str, Any] | None:
        """Do one job and return its result; if it fails, record the error and return None."""
        job, began = context.job, time.monotonic()
        try:
            context.check()
            result = plain_json(self._patiently(lambda: self.handlers[job.kind](context), context.pause))
        except LeaseLostError:
            self._lost(job)
            return None
        except HelioscribeError as error:
            outcome = self._failed(job, error)
        except Exception as error:  # noqa: BLE001  # a handler may break in any way; the job must still end
            _log.exception("job %s (%s) broke its handler", job.id, job.kind)
            outcome = self._failed(job, InternalError.wrap(error, doing=f"{job.kind} job"), retryable=True)
        else:
            took = time.monotonic() - began
            self.pace.saw(job.group, took)
            with about(observation=str(result.get("observation_id", ""))):  # known only now for ingest jobs
                _log.info("job %s (%s) done in %.2f s", job.id, job.kind, took)
            return result
        metrics().jobs.labels(job.kind.value, outcome).inc()
        return None

    def _settle(self, done: dict[str, tuple[JobContext, Mapping[str, Any]]], heart: Heartbeat) -> None:
        """Queue the follow-up jobs of finished jobs, and record that these are done."""
        orders = [order for context, _ in done.values() for order in context.orders]
        results = {job_id: result for job_id, (_, result) in done.items()}

        def end() -> set[str]:
            place(self.jobs, self.queue, orders)
            return set(self.jobs.finish_all(results, worker=self.worker))

        ended = self._patiently(end, time.sleep)
        for job_id, (context, _) in done.items():
            heart.let_go(job_id)
            if job_id in ended:
                metrics().jobs.labels(context.job.kind.value, "done").inc()
            else:
                self._lost(context.job)
        done.clear()

    def _lost(self, job: Job) -> None:
        _log.info("job %s was taken over by another worker", job.id)
        metrics().jobs.labels(job.kind.value, "lost").inc()

    def _patiently(self, action: Callable[[], T], pause: Callable[[float], object]) -> T:
        deadline, seconds = time.monotonic() + self.patience, _FIRST_PAUSE
        while True:
            try:
                return action()
            except UnavailableError as error:
                if time.monotonic() + seconds > deadline:
                    raise
                _log.warning("a job waits %.0f s: %s", seconds, error.message)
                pause(seconds)
                seconds = min(2 * seconds, _LAST_PAUSE)

    def _failed(self, job: Job, error: HelioscribeError, *, retryable: bool = False) -> str:
        again = retryable or isinstance(error, TransientError)
        delay = min(_LAST_RETRY, _FIRST_RETRY * 2 ** (job.attempts - 1)) * (0.5 + self.wait() / 2)
        reason = JobError(code=error.code, message=error.message)
        try:
            ended = self.jobs.fail(job.id, worker=self.worker, error=reason, retry_in=delay if again else None)
        except LeaseLostError:
            return "lost"
        _log.warning("job %s (%s) %s: %s", job.id, job.kind, ended.state, error.message)
        return "retried" if ended.state is JobState.QUEUED else ended.state.value


def _named(job: Job) -> dict[str, str]:
    return {"job": job.id, "observation": str(job.payload.get("observation_id", ""))}
