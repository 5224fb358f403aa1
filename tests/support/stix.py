"""Writes STIX light curves in the layouts of the archive, with flares whose times are known."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits
from numpy.typing import NDArray

__all__ = ["BANDS", "LAYOUTS", "Flare", "Layout", "StixDay", "spectrogram", "write_stix"]

BANDS = ((4.0, 10.0), (10.0, 15.0), (15.0, 25.0), (25.0, 50.0), (50.0, 84.0))
_QUIET = np.array([247.0, 46.0, 60.0, 763.0, 410.0])  # counts in 4 s of a quiet Sun
_SHARES = np.array([1.0, 0.15, 0.02, 0.001, 0.0])  # a thermal flare, by band
_IN_SECOND = {"s": 1, "ds": 10, "cs": 100, "ms": 1000}


@dataclass(frozen=True, kw_only=True)
class Flare:
    """Rises as a Gaussian, falls exponentially; times in seconds after the first sample."""

    start: float
    peak: float
    end: float
    counts: float = 6000.0
    """Of the lowest band, in one sample at the peak."""

    def shape(self, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
        """Share of the peak at each time; a thirtieth and less at start and end."""
        rise, fall = (self.peak - self.start) / 2.7, (self.end - self.peak) / 3.5
        t = seconds - self.peak
        return np.where(t < 0, np.exp(-0.5 * (np.minimum(t, 0) / rise) ** 2), np.exp(-np.maximum(t, 0) / fall))


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How a version of the files is laid out."""

    unit: str = "cs"
    """Of `time` and `timedel`."""

    floats: bool = False
    """Whether these are floating-point numbers."""

    start_key: str = "DATE-BEG"
    errors: str = "counts_err"
    trigger_errors: str = "triggers_err"
    energies_last: bool = True
    """Whether further tables lie between DATA and ENERGIES."""

    level: str = "L1"
    version: str | int = "01"


LAYOUTS = {
    "V01": Layout(),
    "V02": Layout(errors="counts_comp_err", trigger_errors="triggers_comp_err", version="02"),
    "V02U, deciseconds": Layout(unit="ds", errors="counts_comp_err", trigger_errors="triggers_comp_err", version="02"),
    "seconds": Layout(unit="s", floats=True, start_key="DATE-OBS"),
    "L1A": Layout(unit="s", floats=True, start_key="DATE_BEG", energies_last=False, level="L1A", version=1),
}


@dataclass(frozen=True, kw_only=True)
class StixDay:
    """What a file shall hold; equal days give equal bytes."""

    samples: int = 1200
    cadence: float = 4.0
    start: str = "2022-03-28T10:00:00.000"
    flares: tuple[Flare, ...] = ()
    gaps: tuple[tuple[float, float], ...] = ()
    """Seconds from and to which no sample was sent."""

    attenuated: tuple[tuple[float, float], ...] = ()
    """Seconds from and to which the attenuator was in."""

    seed: int = 1
    layout: Layout = field(default_factory=Layout)
    header: tuple[tuple[str, Any], ...] = ()
    """Keywords to add, or with None to leave out."""

    without: tuple[str, ...] = ()
    """Columns, or tables, to leave out."""

    units: tuple[tuple[str, str], ...] = ()
    """Units of columns to write instead of the right ones."""

    order: Sequence[int] | None = None
    """Rows to write, in this order."""


def _header(day: StixDay) -> fits.Header:
    values: dict[str, Any] = {
        "TELESCOP": "SOLO/STIX",
        "INSTRUME": "STIX",
        "OBSRVTRY": "Solar Orbiter",
        "LEVEL": day.layout.level,
        "VERSION": day.layout.version,
        day.layout.start_key: day.start,
        "SSID": 30,
        "EAR_TDEL": 338.4,
        "HGLN_OBS": -83.5,
        "HGLT_OBS": -3.1,
        "DSUN_OBS": 4.9e10,
        "CRLN_OBS": 12.0,
    }
    values |= dict(day.header)
    return fits.Header([(name, value) for name, value in values.items() if value is not None])


def _within(seconds: NDArray[np.float64], spans: Sequence[tuple[float, float]]) -> NDArray[np.bool_]:
    return np.array([any(a <= second < b for a, b in spans) for second in seconds], bool)


def _columns(day: StixDay) -> list[fits.Column]:
    seconds = np.arange(day.samples) * day.cadence
    expected = np.tile(_QUIET, (day.samples, 1))
    for flare in day.flares:
        expected += flare.counts * flare.shape(seconds)[:, None] * _SHARES
    attenuated = _within(seconds, day.attenuated)
    expected[attenuated, 0] *= 0.1
    counts = np.random.default_rng(day.seed).poisson(expected).astype(float)
    rows = np.flatnonzero(~_within(seconds, day.gaps))
    rows = rows if day.order is None else rows[np.asarray(day.order, int)]
    layout, scale = day.layout, _IN_SECOND[day.layout.unit]
    number, cast = ("D", float) if layout.floats else ("J", int)
    stamps, widths = seconds[rows] * scale, np.full(len(rows), day.cadence * scale)
    given: dict[str, tuple[str, str | None, Any]] = {
        "control_index": ("B", None, np.zeros(len(rows), int)),
        "time": (number, layout.unit, stamps.astype(cast)),
        "timedel": (number, layout.unit, widths.astype(cast)),
        "triggers": ("J", None, counts[rows].sum(1).astype(int)),
        layout.trigger_errors: ("E", None, np.ones(len(rows))),
        "rcr": ("B", None, attenuated[rows].astype(int)),
        "counts": ("5D", "count", counts[rows]),
        layout.errors: ("5E", "count", np.sqrt(counts[rows] / 12)),
    }
    units = dict(day.units)
    return [
        fits.Column(name=name, format=form, unit=units.get(name, unit), array=array)
        for name, (form, unit, array) in given.items()
        if name not in day.without
    ]


def _energies() -> fits.BinTableHDU:
    low, high = zip(*BANDS, strict=True)
    columns = [fits.Column(name="e_low", format="E", unit="keV", array=low)]
    return fits.BinTableHDU.from_columns(
        [*columns, fits.Column(name="e_high", format="E", unit="keV", array=high)], name="ENERGIES"
    )


def _bytes(hdus: Sequence[Any]) -> bytes:
    stream = io.BytesIO()
    fits.HDUList(list(hdus)).writeto(stream)
    return stream.getvalue()


def write_stix(day: StixDay, path: Path | None = None) -> bytes:
    """Return the file of a day, and write it if there is a path."""
    data = fits.BinTableHDU.from_columns(_columns(day), name="DATA")
    versions = fits.BinTableHDU.from_columns(
        [fits.Column(name="version", format="7A", array=["2.26.34"])], name="IDB_VERSIONS"
    )
    control = fits.BinTableHDU.from_columns([fits.Column(name="index", format="B", array=[0])], name="CONTROL")
    middle = [versions] if day.layout.energies_last else []
    tables = [hdu for hdu in (control, data, *middle, _energies()) if hdu.name not in day.without]
    written = _bytes([fits.PrimaryHDU(header=_header(day)), *tables])
    if path is not None:
        path.write_bytes(written)
    return written


def spectrogram(counts: NDArray[np.float64], edges: Sequence[tuple[float, float]]) -> bytes:
    """Return a science spectrogram with its own energy channels; counts of shape (t, channel)."""
    n, channels = counts.shape
    names = {"time": ("D", "s", np.arange(n) * 10.0), "timedel": ("D", "s", np.full(n, 10.0))}
    columns = [fits.Column(name=k, format=f, unit=u, array=a) for k, (f, u, a) in names.items()]
    columns += [
        fits.Column(name=name, format=f"{channels}D", unit="count", array=array)
        for name, array in (("counts", counts), ("counts_err", np.zeros_like(counts)))
    ]
    low, high = zip(*edges, strict=True)
    energies = [fits.Column(name=k, format="D", unit="keV", array=a) for k, a in (("e_low", low), ("e_high", high))]
    day = StixDay(layout=LAYOUTS["L1A"], header=(("SSID", None),))
    return _bytes(
        [
            fits.PrimaryHDU(header=_header(day)),
            fits.BinTableHDU.from_columns(columns, name="DATA"),
            fits.BinTableHDU.from_columns(energies, name="ENERGIES"),
        ]
    )
