"""Runs one job at a time with a lease, a heartbeat and an honest end."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from helioscribe.domain.errors import (
    CancelledError,
    HelioscribeError,
    InternalError,
    LeaseLostError,
    NotFoundError,
    TransientError,
    UnavailableError,
)
from helioscribe.domain.failure import Failure
from helioscribe.domain.job import Job, JobError, JobKind, JobState
from helioscribe.domain.times import utc_now
from helioscribe.ports.catalogue import Catalogue
from helioscribe.ports.jobs import JobStore
from helioscribe.runtime.logs import about
from helioscribe.runtime.metrics import metrics
from helioscribe.runtime.tracing import span

__all__ = ["Handler", "JobContext", "JobRunner"]

_log = logging.getLogger(__name__)
_FIRST_RETRY, _LAST_RETRY = 1.0, 300.0
_FIRST_PAUSE, _LAST_PAUSE = 1.0, 15.0
_NEWS_EVERY = 2.0


class JobContext:
    """What a handler is given: the job, a place to report progress, and the wish to stop."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._progress = job.progress
        self._so_far: Mapping[str, Any] | None = None
        self._news = False
        self._stop: HelioscribeError | None = None
        self._stopped = threading.Event()

    def report(self, progress: float, so_far: Mapping[str, Any] | None = None) -> None:
        """Say how far the work is, 0 to 1, and perhaps what came out so far; sent within two seconds."""
        self._progress, self._so_far, self._news = progress, so_far, True

    def has_news(self) -> bool:
        """Whether anything was reported since the last time this was asked."""
        news, self._news = self._news, False
        return news

    def news(self) -> dict[str, Any]:
        """Return what was reported last, as `JobStore.renew` takes it."""
        return {"progress": self._progress, "so_far": self._so_far}

    def stop(self, reason: HelioscribeError) -> None:
        """Ask the handler to stop at its next check."""
        self._stop = reason
        self._stopped.set()

    def pause(self, seconds: float) -> None:
        """Wait, unless the work shall stop. Raises as `check` does."""
        self._stopped.wait(seconds)
        self.check()

    def check(self) -> None:
        """Raise `CancelledError` or `LeaseLostError` if the work shall stop. Handlers call it often."""
        if self._stop is not None:
            raise self._stop


Handler = Callable[[JobContext], Mapping[str, Any]]
"""Does the work of one kind of job and returns what came out; may be called twice for the same job."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRunner:
    """Takes jobs by id and sees them to an end."""

    jobs: JobStore
    """Where the truth about jobs is."""

    catalogue: Catalogue
    """Whose ledger final failures go to."""

    handlers: Mapping[JobKind, Handler]
    """Who does which kind of work."""

    worker: str
    """Name of this worker; no two living workers may share one."""

    lease: float = 30.0
    """Length of a lease [s]; renewed three times in that time."""

    patience: float = 0.0
    """How long a worker waits with a job in hand for what it needs and does not answer, before the attempt counts as
    failed [s]. Without it an outage of a minute would use up all attempts."""

    wait: Callable[[], float] = field(default=random.random)
    """Jitter of retries, 0 to 1."""

    def run(self, job_id: str) -> None:
        """Do a job if it still waits to be done; otherwise return at once.

        Raises
        ------
        TransientError
            If the job store itself does not answer: the message should be delivered again.
        """
        try:
            job = self.jobs.claim(job_id, worker=self.worker, lease=self.lease)
        except NotFoundError:
            _log.warning("message for unknown job %s", job_id)
            return
        if job is None:
            self._close_crashed(job_id)
            return
        context = JobContext(job)
        finished = threading.Event()
        heart = threading.Thread(target=self._beat, args=(context, finished), name=f"lease-{job_id[-6:]}", daemon=True)
        heart.start()
        try:
            with metrics().attempt(job), span(f"job {job.kind}", job.trace, job=job.id), about(**_named(job)):
                outcome = self._attempt(context)
            metrics().jobs.labels(job.kind.value, outcome).inc()
        finally:
            finished.set()
            heart.join()

    def _attempt(self, context: JobContext) -> str:
        """Do the work and say how it went; return that for the metrics."""
        job, began = context.job, time.monotonic()
        try:
            result = self._patiently(context)
            self.jobs.finish(job.id, worker=self.worker, result=result)
        except LeaseLostError:
            _log.info("job %s is another worker's now", job.id)
            return "lost"
        except HelioscribeError as error:
            return self._failed(job, error)
        except Exception as error:  # noqa: BLE001  # a handler may break in any way; the job must still end
            _log.exception("job %s (%s) broke its handler", job.id, job.kind)
            return self._failed(job, InternalError.wrap(error, doing=f"{job.kind} job"), retryable=True)
        with about(observation=str(result.get("observation_id", ""))):  # an ingest job learns of it on its way
            _log.info("job %s (%s) done in %.2f s", job.id, job.kind, time.monotonic() - began)
        return "done"

    def _patiently(self, context: JobContext) -> Mapping[str, Any]:
        deadline, pause = time.monotonic() + self.patience, _FIRST_PAUSE
        while True:
            try:
                return self.handlers[context.job.kind](context)
            except UnavailableError as error:
                if time.monotonic() + pause > deadline:
                    raise
                _log.warning("job %s waits %.0f s: %s", context.job.id, pause, error.message)
                context.pause(pause)
                pause = min(2 * pause, _LAST_PAUSE)

    def _failed(self, job: Job, error: HelioscribeError, *, retryable: bool = False) -> str:
        again = retryable or isinstance(error, TransientError)
        delay = min(_LAST_RETRY, _FIRST_RETRY * 2 ** (job.attempts - 1)) * (0.5 + self.wait() / 2)
        reason = JobError(code=error.code, message=error.message)
        final = not again or job.attempts >= job.max_attempts
        if final and not isinstance(error, CancelledError):
            # First the ledger: whoever sees the job failed finds it there, also if this process ends in between.
            self.catalogue.add_failure(_ledger_entry(job, reason))
        try:
            ended = self.jobs.fail(job.id, worker=self.worker, error=reason, retry_in=delay if again else None)
        except LeaseLostError:
            return "lost"
        _log.warning("job %s (%s) %s: %s", job.id, job.kind, ended.state, error.message)
        return "retried" if ended.state is JobState.QUEUED else ended.state.value

    def _close_crashed(self, job_id: str) -> None:
        # A job whose workers vanished fails when it is claimed once too often; nobody else enters it in the ledger.
        job = self.jobs.get(job_id)
        if job.state is JobState.FAILED and job.error is not None:
            self.catalogue.add_failure(_ledger_entry(job, job.error))

    def _beat(self, context: JobContext, finished: threading.Event) -> None:
        told = time.monotonic()
        while not finished.wait(min(self.lease / 3, _NEWS_EVERY)):
            if not context.has_news() and time.monotonic() - told < self.lease / 3:
                continue
            told = time.monotonic()
            try:
                job = self.jobs.renew(context.job.id, worker=self.worker, lease=self.lease, **context.news())
            except LeaseLostError as error:
                context.stop(error)
                return
            except HelioscribeError as error:
                _log.warning("heartbeat of job %s: %s", context.job.id, error.message)
                continue
            if job.cancel_requested:
                context.stop(CancelledError(f"job {job.id} was cancelled"))


def _named(job: Job) -> dict[str, str]:
    return {"job": job.id, "observation": str(job.payload.get("observation_id", ""))}


def _ledger_entry(job: Job, error: JobError) -> Failure:
    return Failure(
        stage=job.kind.value,
        subject=job.subject,
        sha256=str(job.payload.get("sha256", "")),
        code=error.code,
        message=error.message,
        at=utc_now(),
        job_id=job.id,
    )
