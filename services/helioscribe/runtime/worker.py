"""A Celery worker in this process: threads that do the jobs of some kinds."""

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
    """Do jobs until SIGTERM or SIGINT, then end once the running ones have.

    Parameters
    ----------
    broker
        Its URL.
    runner
        Who does the jobs.
    kinds
        Which queues to take from.
    concurrency
        Jobs at the same time.
    stop
        Told when the worker begins to end.
    """
    app = make_app(broker)

    @app.task(name=TASK, bind=True, max_retries=None, default_retry_delay=2)  # type: ignore[untyped-decorator]
    def run(task: Any, *job_ids: str) -> None:
        try:
            runner.run(*job_ids)
        except TransientError as error:
            # The job store does not answer: the message must not be lost meanwhile.
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
