"""The queue on a broker: Celery carries the ids of jobs as small JSON messages."""

from __future__ import annotations

import threading
from typing import Any

from celery import Celery
from kombu import Queue as Channel
from kombu.exceptions import OperationalError

from helioscribe.domain.errors import UnavailableError
from helioscribe.domain.job import HIGHEST, JobKind, Priority

__all__ = ["TASK", "CeleryQueue", "make_app"]

TASK = "helioscribe.run"
"""Name of the one task: do the jobs of these ids."""

_PATIENCE = 3.0
_LONGEST_MS = 30 * 86_400_000


def make_app(url: str) -> Any:
    """Return a Celery application on a broker; nothing is connected yet."""
    app = Celery("helioscribe", broker=url)
    app.conf.update(
        accept_content=["json"],
        task_serializer="json",
        task_ignore_result=True,
        task_acks_late=True,  # a killed worker's message comes back
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        # After a reconnect it would never be raised again, and the worker would sit idle before a full queue.
        worker_enable_prefetch_count_reduction=False,
        broker_connection_max_retries=None,  # a broker may be away for long
        task_queues=[_channel(kind) for kind in JobKind],
        task_default_queue=JobKind.INGEST.value,
        broker_connection_retry_on_startup=True,
        broker_transport_options={"confirm_publish": True},
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        worker_enable_remote_control=False,
    )
    return app


def _channel(kind: JobKind) -> Channel:
    # RabbitMQ takes a message from a worker that has not acknowledged it for half an hour; some kinds of work take
    # longer. The argument needs RabbitMQ 3.12; before, the broker's own `consumer_timeout` must be raised.
    longer = {"x-consumer-timeout": _LONGEST_MS} if kind in (JobKind.TRAIN, JobKind.BACKFILL) else None
    return Channel(kind.value, durable=True, max_priority=HIGHEST, queue_arguments=longer)


class CeleryQueue:
    """Publishes to a broker such as ``amqp://user:password@host:5672//``.

    Parameters
    ----------
    url
        Address of the broker.
    """

    def __init__(self, url: str) -> None:
        self.app = make_app(url)
        self._lock = threading.Lock()  # one connection, used by one thread at a time

    def publish(self, kind: JobKind, *job_ids: str, priority: int = Priority.LIVE) -> None:
        """See `Queue.publish`."""
        retry = {"max_retries": 3, "interval_start": 0.1, "interval_step": 0.3, "interval_max": 1.0}
        try:
            with self._lock:
                options = {"queue": kind.value, "priority": priority, "retry": True, "retry_policy": retry}
                self.app.send_task(TASK, args=job_ids, confirm_timeout=_PATIENCE, **options)
        except (OperationalError, OSError) as error:
            raise UnavailableError(f"the broker does not answer ({type(error).__name__})") from None

    def check(self) -> None:
        """See `Queue.check`."""
        try:
            with self.app.connection_for_write(connect_timeout=_PATIENCE) as connection:
                connection.ensure_connection(max_retries=1, timeout=_PATIENCE)
        except (OperationalError, OSError) as error:
            raise UnavailableError(f"the broker does not answer ({type(error).__name__})") from None

    def close(self) -> None:
        """See `Queue.close`."""
        self.app.close()
