"""Orders to run a detector on all observations of a span of time, and their progress."""

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
    """An order to run a detector on all observations of a span of time.

    Raises
    ------
    InvalidInputError
        If `chunk` or `in_flight` is not within 1 to 1000, or the span has no length.
    """

    detector: str
    """Id of the detector."""

    span: TimeRange
    """Time in which the observations must begin, UTC."""

    parameters: Parameters = field(default_factory=dict)
    """Parameters that differ from the defaults of the detector and its model."""

    chunk: int = 32
    """Number of observations in one job. A worker finishes a job before it takes more urgent work."""

    in_flight: int = 8
    """Largest number of jobs that wait or run at the same time."""

    shadow: bool = False
    """Whether the version in the role ``shadow`` looks instead of the champion; its runs make no events."""

    def __post_init__(self) -> None:
        for name in ("chunk", "in_flight"):
            if not 1 <= getattr(self, name) <= _MOST:
                raise InvalidInputError(f"{name}: expected 1 to {_MOST}, got {getattr(self, name)}")
        if self.span.start == self.span.end:
            raise InvalidInputError("a backfill needs a span of time with a length")

    def payload(self) -> dict[str, Any]:
        """Return the order as the payload of a job."""
        return {
            "detector": self.detector,
            "start": format_utc(self.span.start),
            "end": format_utc(self.span.end),
            "parameters": dict(self.parameters),
            "chunk": self.chunk,
            "in_flight": self.in_flight,
            "shadow": self.shadow,
        }

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> Self:
        """Return the order of a payload that `payload` returned."""
        rest = {name: payload[name] for name in ("detector", "parameters", "chunk", "in_flight", "shadow")}
        return cls(span=TimeRange.of(payload["start"], payload["end"]), **rest)


@dataclass(slots=True, kw_only=True)
class BackfillProgress:
    """Progress of a backfill."""

    share: float = 0.0
    """Share of the span of time that is done, 0 to 1."""

    observations: int = 0
    """Number of observations processed since the job was last started."""

    known: int = 0
    """Number of observations skipped, because the detector had processed them earlier."""

    detections: int = 0
    """Number of detections found since the job was last started."""

    failed: int = 0
    """Number of observations that could not be processed; the failure ledger has the reasons."""

    seconds: float = 0.0
    """Time since the job was last started [s]."""

    worked: float = 0.0
    """Share of the span of time that was done since the job was last started, 0 to 1."""

    @property
    def rate(self) -> float:
        """Number of observations processed per second."""
        return self.observations / self.seconds if self.seconds else 0.0

    @property
    def left(self) -> float | None:
        """Estimated time until the end [s]; None as long as nothing is done."""
        return self.seconds * (1 - self.share) / self.worked if self.worked else None

    @classmethod
    def of(cls, job: Job) -> Self:
        """Return the progress of a backfill's job."""
        known = {field.name for field in fields(cls)}
        told = {name: value for name, value in job.result.items() if name in known}
        return cls(**{"share": job.progress, **told})

    def so_far(self) -> dict[str, Any]:
        """Return the progress as the interim result of a job, with rate and time left [s]."""
        return {**asdict(self), "rate": self.rate} | ({} if self.left is None else {"left": self.left})
