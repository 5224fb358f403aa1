"""What a detector found, and with which method it found it."""

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
"""Type of a parameter or a measurement."""

Parameters = Mapping[str, Value]
"""All parameters of a detector by name, with no value left to a default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """Everything that determines a detection apart from the input: detector, model and parameters."""

    detector: str
    """Id of the detector, such as ``stix-lstm``."""

    version: str
    """Version of the plugin."""

    model_version: str
    """Version of the `ModelCard` whose weights ran; empty for a detector without a model."""

    model_sha256: str
    """Digest of that card's weights; empty for a detector without a model."""

    parameters: Parameters
    """Parameters of the run."""

    name: str = ""
    """Name of the method for people, HEK's ``frm_name``."""

    institute: str = ""
    """Institute that is responsible, HEK's ``frm_institute``."""

    contact: str = ""
    """Person or address for questions, HEK's ``frm_contact``."""

    url: str = ""
    """Page that describes the method, HEK's ``frm_url``."""

    @property
    def id(self) -> str:
        """Id, the same for the same detector, version, weights and parameters."""
        return content_id(
            "mth",
            detector=self.detector,
            version=self.version,
            model=self.model_sha256,
            parameters=dict(self.parameters),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """The origin of a detection: method, input and instrument."""

    method: Method
    """Method of the run."""

    observation_ids: tuple[str, ...]
    """Ids of the observations; empty if the product was sent with the request."""

    input_sha256: str
    """Digest of the bytes of the product that was read."""

    observatory: str
    """Observatory of the product."""

    instrument: str
    """Instrument of the product."""

    channel: str
    """Channel of the observation, such as ``4-84 keV``."""

    observer: Observer | None = None
    """Position of the instrument; None if unknown."""

    light_travel_time: float | None = None
    """Time at the Earth minus time at the observer for the same light [s]; None if unknown."""

    code_version: str
    """Version of the platform that ran the detector."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """An event as one run of a detector saw it.

    The plugin sets all fields but `provenance`, which the host adds.

    Raises
    ------
    InvalidInputError
        If the peak is outside the time range, the probability outside 0 to 1, or a number is not finite.

    Examples
    --------
    >>> from datetime import UTC, datetime, timedelta
    >>> start = datetime(2022, 3, 28, 11, 20, tzinfo=UTC)
    >>> flare = Detection(
    ...     event_type="FL",
    ...     time_range=TimeRange(start=start, end=start + timedelta(minutes=20)),
    ...     position=Position(tx=-120.0, ty=250.0),
    ...     probability=0.9,
    ...     measurements={"fl_peakflux": 4.0e-5, "fl_peakfluxunit": "W/m2"},
    ... )
    """

    event_type: str
    """Class of the event as HEK's two letters, such as ``FL``."""

    time_range: TimeRange
    """Time from start to end, UTC at the observer."""

    peak_time: datetime | None = None
    """Time of the maximum, UTC at the observer; None if there is none."""

    probability: float | None = None
    """Probability that the event is real, 0 to 1; None if the detector gives none."""

    position: Position | None = None
    """Position as seen from the observer; None for an instrument without images."""

    box: Box | None = None
    """Bounding box as seen from the observer; None if unknown."""

    polygon: tuple[Position, ...] = ()
    """Outline as seen from the observer; the last point is not the first again. Empty if unknown."""

    clipped: bool = False
    """Whether the event began before the data or ended after them."""

    measurements: Mapping[str, Value] = field(default_factory=dict)
    """Measured values by HEK's column names; names of our own begin with ``hs_``."""

    provenance: Provenance | None = None
    """Origin of the detection, set by the host."""

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
        """Return a copy of the detection with its provenance."""
        return replace(self, provenance=provenance)

    @property
    def source(self) -> Provenance:
        """The provenance, which every recorded detection has.

        Raises
        ------
        InvalidInputError
            If the detection has none yet.
        """
        if self.provenance is None:
            raise InvalidInputError("detection without provenance: only the host may record detections")
        return self.provenance

    @property
    def id(self) -> str:
        """Id, the same for the same method, input, class, times and box."""
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
    """The scores that a detector applied its threshold to, kept so that another threshold needs no new run."""

    times: NDArray[np.datetime64]
    """Times, UTC at the observer, datetime64[ns], shape (t,)."""

    names: tuple[str, ...]
    """Names of the columns of `values`."""

    values: NDArray[np.float32]
    """Scores, shape (t, name); NaN where the input could not be scored."""

    def __post_init__(self) -> None:
        expected = (self.times.size, len(self.names))
        if self.values.shape != expected:
            raise InvalidInputError(f"scores: expected values of shape {expected}, got {self.values.shape}")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DetectionResult:
    """The result of one run of a detector on one product."""

    detections: tuple[Detection, ...] = ()
    """The detections in order of time."""

    covered: tuple[CoveredSpan, ...] = ()
    """Which time was processed and which was not; the spans do not overlap."""

    scores: ScoreSeries | None = None
    """The scores from which the detections were made; None if the detector has none."""

    embeddings: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    """Vectors of the product by name, for searches of similar observations; each of shape (dimension,)."""

    diagnostics: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    """Further arrays for this detector's own plots, such as a fitted background."""
