"""Logs as text for people or JSON for collectors, with the job, the observation and the trace of each line."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from helioscribe.domain.trace import current

__all__ = ["about", "configure"]

_about: ContextVar[Mapping[str, str]] = ContextVar("about", default={})  # noqa: B039  # it is never changed in place


@contextmanager
def about(**subjects: str) -> Iterator[None]:
    """Add fields such as ``job`` and ``observation`` to the log lines of this thread within a ``with`` block."""
    before = _about.get()
    _about.set({**before, **{name: value for name, value in subjects.items() if value}})
    try:
        yield
    finally:
        _about.set(before)


def _subjects() -> dict[str, str]:
    trace = current()
    return dict(_about.get()) | ({"trace": trace.trace_id} if trace else {})


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "thread": record.threadName,
            "message": record.getMessage(),
            **_subjects(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def configure(*, level: str, form: str) -> None:
    """Write the log of the platform, and warnings of the library that takes jobs, to standard error.

    Parameters
    ----------
    level
        ``DEBUG``, ``INFO``, ``WARNING`` or ``ERROR``.
    form
        ``text`` or ``json``.
    """
    handler = logging.StreamHandler(sys.stderr)
    plain = logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
    handler.setFormatter(_Json() if form == "json" else plain)
    for name, least in (("helioscribe", level.upper()), ("celery", "WARNING")):
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.setLevel(least)
        logger.propagate = False
