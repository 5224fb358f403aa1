"""Tables and plots of a detector's results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from helioscribe.domain.errors import InvalidInputError

__all__ = ["OutputFile", "OutputWish"]

_FORMATS = ("png", "svg", "pdf", "csv")
_DPI = (20, 600)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputFile:
    """A table or plot in the artifact store."""

    name: str
    """Name of the file, beginning with those of the observation and the detector."""

    key: str
    """Artifact key of its bytes."""

    size: int
    """Length [bytes]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputWish:
    """Which tables and plots of a run to make.

    Raises
    ------
    InvalidInputError
        If a format is unknown, or `dpi` is not between 20 and 600.
    """

    formats: tuple[str, ...] = ("png", "csv")
    """Formats of the plots: ``png``, ``svg`` or ``pdf``; and ``csv`` for the tables. No files if empty."""

    dpi: int = 150
    """Resolution of plots in pixels [dots per inch]."""

    def __post_init__(self) -> None:
        if unknown := [form for form in self.formats if form not in _FORMATS]:
            raise InvalidInputError(f"format: expected {', '.join(_FORMATS)}, got {unknown[0]!r:.40}")
        if not _DPI[0] <= self.dpi <= _DPI[1]:
            raise InvalidInputError(f"dpi: expected {_DPI[0]} to {_DPI[1]}, got {self.dpi}")

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> Self:
        """Return the request in the payload of a job."""
        return cls(formats=tuple(map(str, payload["formats"])), dpi=int(payload["dpi"]))

    def payload(self) -> dict[str, Any]:
        """Return the request as part of a job's payload."""
        return {"formats": list(self.formats), "dpi": self.dpi}
