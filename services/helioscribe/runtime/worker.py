"""Runs a Celery worker with threads in this process."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from typing import Any

from celery import bootsteps
from celery.app.trace import setup_worker_optimizations
from celery.worker import state

from helioscribe.adapters.celery_queue import TASK, make_app
from helioscribe.domain.errors import TransientError, UnavailableError
from helioscribe.domain.job import JobKind
from helioscribe.runtime.runner import JobRunner

__all__ = ["consume"]

_log = logging.getLogger(__name__)
_LOOK_EVERY = 0.5


class _Awake(bootsteps.StartStopStep):  # type: ignore[misc]  # celery has no types
    """Lets the loop of a worker turn often. By itself an idle one notices only after ten seconds that it shall end."""

    requires = ("celery.worker.consumer:Tasks",)

    def start(self, consumer: Any) -> None:
        _log.info("takes jobs: %s", ", ".join(consumer.app.amqp.queues.consume_from))
        consumer.timer.call_repeatedly(_LOOK_EVERY, lambda: None)


def consume(broker: str, runner: JobRunner, *, kinds: Sequence[JobKind], concurrency: int) -> None:
    """Do jobs until the runner is told to stop, then wait for the running ones.

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

    Raises
    ------
    UnavailableError
        If the worker cannot go on, such as with a broker that refuses it.
    """
    app = make_app(broker)

    @app.task(name=TASK, bind=True, shared=False, max_retries=None, default_retry_delay=2)  # type: ignore[untyped-decorator]
    def run(task: Any, *job_ids: str) -> None:
        try:
            runner.run(*job_ids)
        except TransientError as error:
            # The job store does not answer, or this process ends. The message must not be lost.
            _log.warning("job %s waits: %s", " ".join(job_ids), error.message)
            raise task.retry(exc=error) from None

    app.steps["consumer"].add(_Awake)
    setup_worker_optimizations(app)  # its threads find the task by this
    # Not `app.Worker`, the program: that one has signals, logs and a banner of its own.
    worker = app.WorkController(
        pool="threads",
        concurrency=concurrency,
        queues=[kind.value for kind in kinds],
        hostname=f"{runner.worker}@%h",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    threading.Thread(target=_end, args=(runner.stopping,), name="ending", daemon=True).start()
    worker.start()
    if worker.exitcode:
        raise UnavailableError("the worker of the queue cannot go on; its log says why")


def _end(stopping: threading.Event) -> None:
    stopping.wait()
    state.should_stop = 0  # the exit status
