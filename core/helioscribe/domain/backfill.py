"""A detector over everything of a span of time: what is asked for, and how far it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

from helioscribe.domain.detection import Parameters
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.job import Job
from helioscribe.domain.times import TimeRange, format_utc

__all__ = ["BackfillOrder", "BackfillProgress"]

_MOST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillOrder:
    """What shall be looked at.

    Raises
    ------
    InvalidInputError
        If chunks or their number in flight are not within 1 to 1000, or the span has no length.
    """

    detector: str
    """Who looks."""

    span: TimeRange
    """Of observations, by their start."""

    parameters: Parameters = field(default_factory=dict)
    """For the detector; its own and its model's by default."""

    chunk: int = 32
    """Observations a job. A worker that has begun one does nothing else before its end."""

    in_flight: int = 8
    """Chunks that wait or run at the same time: what the stores and the queue must bear."""

    def __post_init__(self) -> None:
        for name in ("chunk", "in_flight"):
            if not 1 <= getattr(self, name) <= _MOST:
                raise InvalidInputError(f"{name}: expected 1 to {_MOST}, got {getattr(self, name)}")
        if self.span.start == self.span.end:
            raise InvalidInputError("a backfill needs a span of time with a length")

    def payload(self) -> dict[str, Any]:
        """Return it as arguments of a job."""
        return {
            "detector": self.detector, "start": format_utc(self.span.start), "end": format_utc(self.span.end),
            "parameters": dict(self.parameters), "chunk": self.chunk, "in_flight": self.in_flight,
        }  # fmt: skip

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> Self:
        """Return what `payload` returned."""
        rest = {name: payload[name] for name in ("detector", "parameters", "chunk", "in_flight")}
        return cls(span=TimeRange.of(payload["start"], payload["end"]), **rest)


@dataclass(slots=True, kw_only=True)
class BackfillProgress:
    """How far a backfill is."""

    share: float = 0.0
    """Of the span of time, 0 to 1, that needs no more work."""

    observations: int = 0
    """Looked at since a worker took it."""

    known: int = 0
    """Had been looked at before."""

    detections: int = 0
    """Found since a worker took it."""

    failed: int = 0
    """Observations that could not be used; the ledger says why."""

    seconds: float = 0.0
    """Since a worker took it."""

    worked: float = 0.0
    """Share of the span whose observations were looked at in these seconds."""

    @property
    def rate(self) -> float:
        """Observations a second."""
        return self.observations / self.seconds if self.seconds else 0.0

    @property
    def left(self) -> float | None:
        """Seconds until the end, if the rest is like what was done; None while nobody can tell."""
        return self.seconds * (1 - self.share) / self.worked if self.worked else None

    @classmethod
    def of(cls, job: Job) -> Self:
        """Return how far the job of a backfill is."""
        known = {field.name for field in fields(cls)}
        told = {name: value for name, value in job.result.items() if name in known}
        return cls(**{"share": job.progress, **told})

    def so_far(self) -> dict[str, Any]:
        """Return it as what came out of a job so far, with rate and time left [s] for whoever asks over a wire."""
        return {**asdict(self), "rate": self.rate} | ({} if self.left is None else {"left": self.left})
