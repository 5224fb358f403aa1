"""Products: the calibrated data of observations, which detectors read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.coordinates import Observer, Position
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.libraries import load
from helioscribe.domain.pixel_grid import pixel_grid
from helioscribe.domain.times import TimeRange, from_datetime64

__all__ = ["Header", "ImageSequence", "LightCurve", "Product", "SolarImage"]

Header = Mapping[str, str | int | float | bool]
"""FITS keywords of an image, with its world coordinate system."""


def _expect(condition: bool, message: str) -> None:  # noqa: FBT001
    if not condition:
        raise InvalidInputError(message)


def _check_times(times: NDArray[np.datetime64], what: str) -> None:
    _expect(times.ndim == 1 and times.size > 0, f"{what}: expected times of shape (t,) with t >= 1, got {times.shape}")
    _expect(times.dtype == np.dtype("datetime64[ns]"), f"{what}: expected times as datetime64[ns], got {times.dtype}")
    _expect(not np.isnat(times).any(), f"{what}: a time is missing (NaT)")
    _expect(bool((np.diff(times) > np.timedelta64(0, "ns")).all()), f"{what}: times do not increase")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LightCurve:
    """Counts or irradiances in energy bands over time, from an X-ray instrument.

    Raises
    ------
    InvalidInputError
        If shapes do not match or times do not increase.
    """

    kind: ClassVar[str] = "light_curve"

    observatory: str
    """Observatory, such as ``Solar Orbiter``."""

    instrument: str
    """Instrument, such as ``STIX``."""

    times: NDArray[np.datetime64]
    """Centres of the bins, UTC at the observer, datetime64[ns], shape (t,), increasing."""

    exposure: NDArray[np.float64]
    """Widths of the bins [s], shape (t,)."""

    counts: NDArray[np.float64]
    """Values in `unit`, shape (t, band); NaN where missing.

    Counts are those recorded in each bin, not corrected for attenuation and dead time.
    """

    errors: NDArray[np.float64]
    """Standard deviation of `counts` from counting statistics and data compression, shape (t, band)."""

    energies: NDArray[np.float64]
    """Lower and upper edge of each band [keV], shape (band, 2)."""

    live_fraction: NDArray[np.float64]
    """Live time as a fraction of the exposure, 0 to 1, shape (t,)."""

    attenuator: NDArray[np.uint8]
    """State of the attenuator: 0 for out, 1 and more for in; shape (t,)."""

    good: NDArray[np.bool_]
    """True where a sample can be used, shape (t,). A gap in time has no samples at all."""

    unit: str = "ct"
    """Unit of `counts` and `errors` as astropy writes it: ``ct``, or ``W / m2`` for an irradiance monitor."""

    observer: Observer | None = None
    """Position of the instrument; None if unknown."""

    light_travel_time: float | None = None
    """Time at the Earth minus time at the observer for the same light [s]; None if unknown."""

    auxiliary: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    """Further columns of the file by their names there, each of shape (t,)."""

    def __post_init__(self) -> None:
        _check_times(self.times, "light curve")
        t, bands = self.times.size, self.energies.shape[0] if self.energies.ndim == 2 else -1
        expected = {"exposure": (t,), "counts": (t, bands), "errors": (t, bands), "energies": (bands, 2)}
        expected |= {"live_fraction": (t,), "attenuator": (t,), "good": (t,)}
        for name, shape in expected.items():
            got = getattr(self, name).shape
            _expect(got == shape, f"light curve: expected {name} of shape {shape}, got {got}")
        for name, column in self.auxiliary.items():
            _expect(column.shape == (t,), f"light curve: expected {name} of shape {(t,)}, got {column.shape}")

    @property
    def time_range(self) -> TimeRange:
        """Time from the start of the first bin to the end of the last, UTC at the observer."""
        half = (self.exposure[[0, -1]] * 0.5e9).astype("timedelta64[ns]")
        return TimeRange(start=from_datetime64(self.times[0] - half[0]), end=from_datetime64(self.times[-1] + half[1]))

    @property
    def rates(self) -> NDArray[np.float64]:
        """Counts per second of live time, shape (t, band), NaN where the live time is 0; other units unchanged."""
        if self.unit != "ct":
            return self.counts
        live = self.exposure * self.live_fraction
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(live[:, None] > 0, self.counts / live[:, None], np.nan)

    @property
    def band_names(self) -> tuple[str, ...]:
        """Name of each band, such as ``4-10 keV``."""
        return tuple(f"{low:g}-{high:g} keV" for low, high in self.energies)

    def to_timeseries(self) -> Any:
        """Return `rates` as a `sunpy.timeseries.GenericTimeSeries`, one column a band, index UTC at the observer."""
        load("sunpy")
        import astropy.units as u
        import pandas as pd
        from sunpy.timeseries import TimeSeries

        frame = pd.DataFrame(self.rates, index=pd.DatetimeIndex(self.times), columns=list(self.band_names))
        units = dict.fromkeys(self.band_names, u.ct / u.s if self.unit == "ct" else u.Unit(self.unit))
        return TimeSeries(frame, {"instrume": self.instrument, "obsrvtry": self.observatory}, units)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SolarImage:
    """One calibrated image of the Sun.

    Raises
    ------
    InvalidInputError
        If shapes do not match, the time is missing, or the exposure is not 0 to 86400 s.
    """

    kind: ClassVar[str] = "solar_image"

    observatory: str
    """Observatory, such as ``SDO``."""

    instrument: str
    """Instrument, such as ``HMI``."""

    channel: str
    """Wavelength or observable, such as ``171`` or ``magnetogram``."""

    time: np.datetime64
    """Middle of the exposure, UTC at the observer, datetime64[ns]."""

    pixels: NDArray[np.float32]
    """Values in `unit`, shape (y, x), with row 0 in the south; NaN where missing."""

    unit: str
    """Unit of the pixels as astropy writes it, such as ``G`` or ``DN / s``."""

    header: Header
    """FITS keywords with the world coordinate system."""

    mask: NDArray[np.bool_]
    """True where a pixel cannot be used, shape (y, x)."""

    observer: Observer | None = None
    """Position of the instrument; None if unknown."""

    light_travel_time: float | None = None
    """Time at the Earth minus time at the observer for the same light [s]; None if unknown."""

    exposure: float = 0.0
    """Length of the exposure [s], of which `time` is the middle; 0 if it is negligible."""

    def __post_init__(self) -> None:
        _expect(0 <= self.exposure < 86_400, f"image: expected an exposure of 0 to 86400 s, got {self.exposure}")
        _expect(self.pixels.ndim == 2, f"image: expected pixels of shape (y, x), got {self.pixels.shape}")
        _expect(
            self.mask.shape == self.pixels.shape,
            f"image: expected mask of shape {self.pixels.shape}, got {self.mask.shape}",
        )
        _check_times(np.atleast_1d(np.asarray(self.time)), "image")

    @property
    def time_range(self) -> TimeRange:
        """Time from start to end of the exposure, UTC at the observer."""
        middle, half = from_datetime64(self.time), timedelta(seconds=self.exposure / 2)
        return TimeRange(start=middle - half, end=middle + half)

    def position(self, column: float, row: float) -> Position:
        """Return the helioprojective position of a pixel, to 0.1 arcsec on the whole disk.

        Parameters
        ----------
        column, row
            Indices of `pixels`; whole numbers are the centres of pixels.
        """
        tx, ty = pixel_grid(self.header) @ (column, row, 1.0)
        return Position(tx=float(tx), ty=float(ty))

    def to_map(self) -> Any:
        """Return the image as a `sunpy.map.GenericMap` with the same mask; display values have no unit there."""
        load("sunpy")
        from sunpy.map import Map

        unit = "" if self.unit == "display" else self.unit
        header = {key: value for key, value in self.header.items() if key.lower() != "bunit"}
        return Map(np.asarray(self.pixels), header | {"bunit": unit}, mask=self.mask)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImageSequence:
    """Images of one field of view over time.

    Raises
    ------
    InvalidInputError
        If shapes do not match or times do not increase.
    """

    kind: ClassVar[str] = "image_sequence"

    observatory: str
    """Observatory, such as ``SDO``."""

    instrument: str
    """Instrument, such as ``AIA``."""

    channel: str
    """Wavelength or observable, such as ``304``."""

    times: NDArray[np.datetime64]
    """Middles of the exposures, UTC at the observer, datetime64[ns], shape (t,), increasing."""

    pixels: NDArray[np.float32]
    """Values in `unit`, shape (t, y, x), with row 0 in the south; NaN where missing."""

    unit: str
    """Unit of the pixels as astropy writes it, such as ``DN / s``."""

    headers: tuple[Header, ...]
    """FITS keywords of each frame, with its world coordinate system."""

    observer: Observer | None = None
    """Position of the instrument at the time of the first frame; None if unknown."""

    light_travel_time: float | None = None
    """Time at the Earth minus time at the observer for the same light [s]; None if unknown."""

    def __post_init__(self) -> None:
        _check_times(self.times, "image sequence")
        t = self.times.size
        _expect(
            self.pixels.ndim == 3 and self.pixels.shape[0] == t,
            f"image sequence: expected pixels of shape ({t}, y, x), got {self.pixels.shape}",
        )
        _expect(len(self.headers) == t, f"image sequence: expected {t} headers, got {len(self.headers)}")

    @property
    def time_range(self) -> TimeRange:
        """Time from the first to the last frame, UTC at the observer."""
        return TimeRange(start=from_datetime64(self.times[0]), end=from_datetime64(self.times[-1]))


Product = LightCurve | SolarImage | ImageSequence
"""Any product."""
