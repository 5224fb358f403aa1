"""A log of training jobs in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from threading import Lock

from helioscribe.domain.identity import plain_json
from helioscribe.domain.times import utc_now
from helioscribe.domain.training_run import RunEntry

__all__ = ["MemoryRunLog"]


class MemoryRunLog:
    """A `RunLog` that forgets everything with its process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._logs: dict[str, list[RunEntry]] = defaultdict(list)

    def append(self, job_id: str, entries: Sequence[RunEntry]) -> int:
        """See `RunLog.append`."""
        plain = [replace(entry, values=plain_json(entry.values)) for entry in entries]
        with self._lock:
            log = self._logs[job_id]
            before, known = len(log), {(one.kind, one.name, one.step) for one in log}
            for entry in plain:
                if (entry.kind, entry.name, entry.step) not in known:
                    known.add((entry.kind, entry.name, entry.step))
                    log.append(replace(entry, number=len(log) + 1, at=utc_now()))
            return len(log) - before

    def read(self, job_id: str, *, after: int = 0) -> list[RunEntry]:
        """See `RunLog.read`."""
        with self._lock:
            return list(self._logs.get(job_id, ())[max(after, 0) :])
