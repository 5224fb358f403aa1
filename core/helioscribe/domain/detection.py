"""What a detector claims, and by what right."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.coordinates import Box, Observer, Position
from helioscribe.domain.coverage import CoveredSpan
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.identity import content_id
from helioscribe.domain.times import TimeRange, format_utc

__all__ = ["Detection", "DetectionResult", "Method", "Parameters", "Provenance", "ScoreSeries", "Value"]

Value = str | int | float | bool
"""What a parameter or a measurement may be."""

Parameters = Mapping[str, Value]
"""Settings of a detector by name, complete: nothing is left to a default that may change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """Identity of the method behind a detection: with it and the input, the detection can be made again."""

    detector: str
    """Id of the detector, such as ``stix-lstm``."""

    version: str
    """Version of the plugin."""

    model_version: str
    """Version of the `ModelCard` whose weights ran; empty for a detector without a model."""

    model_sha256: str
    """Digest of that card's weights; empty for a detector without a model."""

    parameters: Parameters
    """All parameters that the detector ran with."""

    name: str = ""
    """What people call the method; HEK's ``frm_name``."""

    institute: str = ""
    """Who stands behind it; HEK's ``frm_institute``."""

    contact: str = ""
    """Whom to ask; HEK's ``frm_contact``."""

    url: str = ""
    """Where it is described; HEK's ``frm_url``."""

    @property
    def id(self) -> str:
        """Same detector, version, weights and parameters, same id; what people call it does not matter."""
        return content_id(
            "mth",
            detector=self.detector,
            version=self.version,
            model=self.model_sha256,
            parameters=dict(self.parameters),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a detection comes from."""

    method: Method
    """What ran."""

    observation_ids: tuple[str, ...]
    """What it ran on; empty for a product that was sent along with a question."""

    input_sha256: str
    """Digest of the product's bytes."""

    observatory: str
    """Of the product."""

    instrument: str
    """Of the product."""

    channel: str
    """Of the observation, such as ``4-84 keV``."""

    observer: Observer | None = None
    """Where the instrument was."""

    light_travel_time: float | None = None
    """Earth UTC less observer UTC [s]; None if unknown."""

    code_version: str
    """Version of the platform that ran the detector."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """One detector's claim that something happened.

    A plugin fills what it saw; the host adds `provenance`, from which the id follows.

    Raises
    ------
    InvalidInputError
        If the peak lies outside the span, the probability outside 0 to 1, or a number is not finite.
    """

    event_type: str
    """HEK's two letters, such as ``FL``."""

    time_range: TimeRange
    """Start to end, UTC at the observer."""

    peak_time: datetime | None = None
    """Time of the maximum, UTC at the observer."""

    probability: float | None = None
    """How sure the detector is, 0 to 1."""

    position: Position | None = None
    """Place on the Sun as the observer sees it; None for an instrument without images."""

    box: Box | None = None
    """Extent as the observer sees it."""

    polygon: tuple[Position, ...] = ()
    """Outline as the observer sees it, not closed; empty if there is none."""

    clipped: bool = False
    """Whether the event goes on before or after the data."""

    measurements: Mapping[str, Value] = field(default_factory=dict)
    """What was measured, under HEK's column names where HEK has one."""

    provenance: Provenance | None = None
    """Set by the host."""

    def __post_init__(self) -> None:
        if self.peak_time is not None and not self.time_range.contains(self.peak_time):
            raise InvalidInputError(f"detection: peak {self.peak_time} lies outside {self.time_range}")
        if self.probability is not None and not 0 <= self.probability <= 1:
            raise InvalidInputError(f"detection: probability {self.probability} is not between 0 and 1")
        for name, value in self._numbers():
            if not math.isfinite(value):
                raise InvalidInputError(f"detection: {name} is {value}; expected a finite number, or nothing")

    def _numbers(self) -> Iterator[tuple[str, float]]:
        corners = (self.box.lower_left, self.box.upper_right) if self.box else ()
        for place in (*((self.position,) if self.position else ()), *corners, *self.polygon):
            yield from (("position", place.tx), ("position", place.ty))
        for name, value in self.measurements.items():
            if not isinstance(value, (str, int, float)):
                raise InvalidInputError(f"detection: {name} is {value!r:.40}; expected a plain number, flag or text")
            if isinstance(value, float):
                yield name, value

    def by(self, provenance: Provenance) -> Self:
        """Return the detection with its provenance."""
        return replace(self, provenance=provenance)

    @property
    def source(self) -> Provenance:
        """Provenance of a recorded detection.

        Raises
        ------
        InvalidInputError
            If the host has not set it.
        """
        if self.provenance is None:
            raise InvalidInputError("detection without provenance: only the host may record detections")
        return self.provenance

    @property
    def id(self) -> str:
        """Same input, same method, same claim: same id."""
        box = self.box
        corners = [box.lower_left.tx, box.lower_left.ty, box.upper_right.tx, box.upper_right.ty] if box else []
        return content_id(
            "det",
            method=self.source.method.id,
            input=self.source.input_sha256,
            event_type=self.event_type,
            start=format_utc(self.time_range.start),
            end=format_utc(self.time_range.end),
            peak=format_utc(self.peak_time) if self.peak_time else "",
            box=corners,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScoreSeries:
    """The raw scores behind detections, so that a new threshold needs no new inference."""

    times: NDArray[np.datetime64]
    """UTC at the observer, datetime64[ns], shape (t,)."""

    names: tuple[str, ...]
    """What each column is."""

    values: NDArray[np.float32]
    """Scores, shape (t, name); NaN where the input could not be scored."""

    def __post_init__(self) -> None:
        expected = (self.times.size, len(self.names))
        if self.values.shape != expected:
            raise InvalidInputError(f"scores: expected values of shape {expected}, got {self.values.shape}")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DetectionResult:
    """Everything that one run of a detector on one product says."""

    detections: tuple[Detection, ...] = ()
    """The claims, in order of time."""

    covered: tuple[CoveredSpan, ...] = ()
    """What was looked at and what was not; spans do not overlap."""

    scores: ScoreSeries | None = None
    """The series that the detections were cut from."""

    embeddings: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    """Vectors by name, for similarity search."""

    diagnostics: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    """Further arrays that plots of this detector use, such as a predicted background."""
