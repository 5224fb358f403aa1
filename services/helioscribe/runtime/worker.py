"""Runs a Celery worker with threads in this process."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from celery.signals import worker_shutting_down

from helioscribe.adapters.celery_queue import TASK, make_app
from helioscribe.domain.errors import TransientError
from helioscribe.domain.job import JobKind
from helioscribe.runtime.runner import JobRunner

__all__ = ["consume"]

_log = logging.getLogger(__name__)


def consume(
    broker: str,
    runner: JobRunner,
    *,
    kinds: Sequence[JobKind],
    concurrency: int,
    stop: Callable[[], object] | None = None,
) -> None:
    """Do jobs until SIGTERM or SIGINT, then wait for the running ones.

    Parameters
    ----------
    broker
        URL of the broker.
    runner
        Runs the jobs.
    kinds
        Kinds of jobs to do; each has its queue.
    concurrency
        Number of jobs at the same time.
    stop
        Called when the worker begins to stop.
    """
    app = make_app(broker)

    @app.task(name=TASK, bind=True, max_retries=None, default_retry_delay=2)  # type: ignore[untyped-decorator]
    def run(task: Any, *job_ids: str) -> None:
        try:
            runner.run(*job_ids)
        except TransientError as error:
            # The job store does not answer. The message must not be lost.
            _log.warning("job %s waits: %s", " ".join(job_ids), error.message)
            raise task.retry(exc=error) from None

    if stop is not None:
        worker_shutting_down.connect(lambda **_: stop(), weak=False)
    worker = app.Worker(
        pool="threads",
        concurrency=concurrency,
        queues=[kind.value for kind in kinds],
        loglevel="WARNING",
        hostname=f"{runner.worker}@%h",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.start()
