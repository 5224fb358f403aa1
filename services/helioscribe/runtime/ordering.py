"""Submits jobs and sends messages about them to the workers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from helioscribe.domain.job import Job, JobKind, JobOrder
from helioscribe.ports.jobs import JobStore
from helioscribe.ports.queue import Queue

__all__ = ["order", "place"]

_MOST = 16
"""Largest number of jobs in one message, which one worker does one after another."""
_WORKERS = 8
"""Least number of messages, if there are as many jobs, so that several workers share them."""


def place(jobs: JobStore, queue: Queue, orders: Sequence[JobOrder]) -> list[Job]:
    """Submit jobs, send messages to the workers, and return the jobs in order.

    Raises
    ------
    UnavailableError
        If the broker does not answer. The jobs are submitted, and the reaper will send the messages.
    """
    submitted = [job for job, _ in jobs.submit_all(orders)]
    alike: dict[tuple[JobKind, str, int], list[str]] = defaultdict(list)
    for job in submitted:
        alike[job.kind, job.group or job.id, job.priority].append(job.id)
    for (kind, _, priority), ids in alike.items():
        for portion in _portions(ids):
            queue.publish(kind, *portion, priority=priority)
    return submitted


def order(jobs: JobStore, queue: Queue, one: JobOrder) -> Job:
    """Submit a single job as `place` does."""
    return place(jobs, queue, [one])[0]


def _portions(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    size = min(_MOST, -(-len(ids) // _WORKERS))
    for first in range(0, len(ids), size):
        yield ids[first : first + size]
