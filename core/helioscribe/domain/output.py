"""Tables and pictures that show what a detector found."""

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
    """A table or picture among the artifacts."""

    name: str
    """For people; it begins with the name of the observation and the detector's."""

    key: str
    """Of the artifact that holds its bytes."""

    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputWish:
    """Which files somebody wants of a run.

    Raises
    ------
    InvalidInputError
        If a format is not known, or `dpi` is not between 20 and 600.
    """

    formats: tuple[str, ...] = ("png", "csv")
    """Of the pictures; ``csv`` asks for the tables. None of either if empty."""

    dpi: int = 150
    """Dots per inch of pictures in pixels."""

    def __post_init__(self) -> None:
        if unknown := [form for form in self.formats if form not in _FORMATS]:
            raise InvalidInputError(f"format: expected {', '.join(_FORMATS)}, got {unknown[0]!r:.40}")
        if not _DPI[0] <= self.dpi <= _DPI[1]:
            raise InvalidInputError(f"dpi: expected {_DPI[0]} to {_DPI[1]}, got {self.dpi}")

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> Self:
        """Return what a job's payload says."""
        return cls(formats=tuple(map(str, payload["formats"])), dpi=int(payload["dpi"]))

    def payload(self) -> dict[str, Any]:
        """Return what goes into a job's payload."""
        return {"formats": list(self.formats), "dpi": self.dpi}
