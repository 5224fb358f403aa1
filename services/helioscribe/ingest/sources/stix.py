"""Solar Orbiter/STIX FITS files as light curves: quick-look (L1, all versions, and L1A) and science spectrograms.

Layouts and pitfalls: STIX data centre products as described by stixcore and stixpy. Tables are found by name, and
columns, units and energy bands are the file's own.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError, UnsupportedInputError
from helioscribe.domain.product import LightCurve
from helioscribe.domain.times import parse_utc, to_datetime64
from helioscribe.ingest.source_file import SourceFile
from helioscribe.ingest.sources.fits_scan import Table
from helioscribe.ingest.sources.fits_tables import seconds_in
from helioscribe.ingest.sources.observer import stated_observer

__all__ = ["QUICK_LOOK_BANDS", "is_stix", "live_fraction", "read_stix"]

QUICK_LOOK_BANDS = ((4.0, 10.0), (10.0, 15.0), (15.0, 25.0), (25.0, 50.0), (50.0, 84.0))
"""Nominal bands of the quick-look light curve [keV]."""

_ACCUMULATORS = 16  # pairs of detectors share a trigger counter
_LATENCY, _READOUT, _PILE_UP = 1.10e-6, 10.1e-6, 0.94059104
_LONGEST_BIN = 3600.0
_OTHER_QUICK_LOOKS = {31: "quick-look background monitor", 32: "quick-look spectra", 33: "quick-look variance"}
_AUXILIARY = ("control_index", "triggers", "triggers_err")

Floats = NDArray[np.float64]


def is_stix(hdus: Any) -> bool:
    """Whether a file holds tables of STIX."""
    header = hdus[0].header
    named = "STIX" in f"{header.get('INSTRUME', '')} {header.get('TELESCOP', '')}".upper()
    return named and any(hdu.header.get("XTENSION") == "BINTABLE" for hdu in hdus)


def live_fraction(triggers: Floats, exposure: Floats) -> Floats:
    """Share of the exposure in which a detector pair was live, from its trigger counts.

    Parameters
    ----------
    triggers
        Triggers a bin, all accumulators together, shape (t,).
    exposure
        Widths of the bins [s], shape (t,).

    Returns
    -------
    ndarray
        0 to 1, shape (t,).

    Notes
    -----
    A paralysis-free counter with latency 1.10 us and readout 10.1 us, times the share of single-photon events
    (pile-up 0.94059104); the constants are those of stixpy's ``calibration.livetime``.
    """
    rate = triggers / (_ACCUMULATORS * exposure)
    live = np.clip(1.0 - rate * (_LATENCY + _READOUT), 1e-3, 1.0)
    return np.asarray(live * np.exp(-_LATENCY * _PILE_UP * rate / live))


def read_stix(hdus: Any, name: str) -> SourceFile:
    """Read a STIX light curve.

    Raises
    ------
    UnsupportedInputError
        If it is another STIX product.
    InvalidInputError
        If a table, column or unit is missing or makes no sense.
    """
    header = hdus[0].header
    table = Table(hdus, "DATA", file=name)
    _check_kind(table, header.get("SSID"), name)
    bands = _bands(Table(hdus, "ENERGIES", file=name))
    times, exposure = _time_axis(table, header)
    counts, errors = _counts(table, len(bands))
    quality: list[str] = []
    if counts.shape[1] > 2 * len(QUICK_LOOK_BANDS):
        bands, counts, errors = _regroup(bands, counts, errors)
        quality.append("energy channels summed to the quick-look bands")
    curve, merged = _curve(table, header, times, exposure, counts, errors, bands)
    return SourceFile(
        product=curve,
        channel=f"{bands[0, 0]:g}-{bands[-1, 1]:g} keV",
        level=str(header.get("LEVEL", "")).strip(),
        version=_version(header, name),
        complete=not re.search(r"_V\d+U\b", name),
        quality=(*quality, *merged, *_position_doubts(header)),
    )


def _check_kind(table: Table, ssid: object, name: str) -> None:
    if table.has("roll_angle_rpy"):
        raise UnsupportedInputError(
            f"{name}: where STIX looked, not what it saw; images made of pixel data find it in the folder that "
            "HELIOSCRIBE_EPHEMERIS names"
        )
    if not table.has("counts"):
        raise UnsupportedInputError(f"{name}: a STIX file without counts; expected a light curve or spectrogram")
    if not len(table):
        raise InvalidInputError(f"{name}: table DATA has no rows")
    if ssid in _OTHER_QUICK_LOOKS:
        raise UnsupportedInputError(f"{name}: the STIX {_OTHER_QUICK_LOOKS[ssid]}, not the light curve")
    if table.has("pixel_masks"):
        raise UnsupportedInputError(f"{name}: STIX pixel data that no image is made of; expected L1, SSID 20 to 22")


def _bands(energies: Table) -> Floats:
    low, high = (np.asarray(energies.column(edge), float) for edge in ("e_low", "e_high"))
    bands = np.stack([low, high], axis=1)
    if bands.ndim != 2 or not len(bands) or not (np.isfinite(low).all() and (high > low).all()):
        raise InvalidInputError(f"{energies.file}: ENERGIES does not hold bands with e_low below e_high")
    return bands


def _time_axis(table: Table, header: Any) -> tuple[NDArray[np.datetime64], Floats]:
    origin = next((header[key] for key in ("DATE-BEG", "DATE_BEG", "DATE-OBS", "DATE_OBS") if header.get(key)), None)
    if origin is None:
        raise InvalidInputError(f"{table.file}: the header has no DATE-BEG or DATE-OBS")
    start = to_datetime64(parse_utc(str(origin)))
    offsets = np.asarray(table.column("time"), float) * seconds_in(table.unit("time"), where=f"{table.file}: time")
    widths = np.asarray(table.column("timedel"), float) * seconds_in(
        table.unit("timedel"), where=f"{table.file}: timedel"
    )
    if offsets.ndim != 1 or widths.shape != offsets.shape or not (np.isfinite(offsets) & np.isfinite(widths)).all():
        raise InvalidInputError(f"{table.file}: time and timedel are not one number a row")
    if (widths <= 0).any() or (widths > _LONGEST_BIN).any() or (np.abs(offsets) > 400 * 86400).any():
        raise InvalidInputError(
            f"{table.file}: time or timedel out of range; are the units {table.unit('time')} right?"
        )
    return start + np.round(offsets * 1e9).astype("timedelta64[ns]"), widths


def _counts(table: Table, bands: int) -> tuple[Floats, Floats]:
    counts = np.asarray(table.column("counts"), float).reshape(len(table), -1)
    compression = np.asarray(table.column("counts_comp_err", "counts_err"), float).reshape(len(table), -1)
    if counts.shape[1] != bands or compression.shape != counts.shape:
        raise InvalidInputError(
            f"{table.file}: counts of shape {counts.shape} and errors of shape {compression.shape} "
            f"do not fit {bands} energy bands"
        )
    unit = table.unit("counts").lower()
    if unit not in ("", "count", "counts", "ct"):
        raise InvalidInputError(f"{table.file}: expected counts, got unit {unit!r}")
    if (counts < 0).any():
        raise InvalidInputError(f"{table.file}: negative counts")
    compression = np.nan_to_num(compression, nan=0.0, posinf=0.0)
    # The file's error is that of the compression alone.
    return counts, np.sqrt(np.maximum(counts, 1.0) + compression**2)


def _regroup(bands: Floats, counts: Floats, errors: Floats) -> tuple[Floats, Floats, Floats]:
    low, high = bands[:, 0], np.where(np.isfinite(bands[:, 1]), bands[:, 1], np.inf)
    groups = [(low >= lower) & (high <= upper) for lower, upper in QUICK_LOOK_BANDS]
    # A request may ask for part of a band only: edges are those of the channels that there are.
    kept = [((low[inside].min(), high[inside].max()), inside) for inside in groups if inside.any()]
    if not kept:
        raise InvalidInputError("no energy channel lies within the quick-look bands")
    summed = np.stack([counts[:, inside].sum(1) for _, inside in kept], axis=1)
    spread = np.stack([np.sqrt((errors[:, inside] ** 2).sum(1)) for _, inside in kept], axis=1)
    return np.asarray([edges for edges, _ in kept], float), summed, spread


def _curve(  # noqa: PLR0917
    table: Table,
    header: Any,
    times: NDArray[np.datetime64],
    exposure: Floats,
    counts: Floats,
    errors: Floats,
    bands: Floats,
) -> tuple[LightCurve, tuple[str, ...]]:
    order, notes = _in_order(times, table.file)
    columns = _auxiliary(table)
    triggers = columns.get("triggers")
    live = np.ones(len(times)) if triggers is None else live_fraction(np.asarray(triggers, float), exposure)
    attenuator = table.column("rcr").astype(np.uint8) if table.has("rcr") else np.zeros(len(times), np.uint8)
    light = header.get("EAR_TDEL")
    curve = LightCurve(
        observatory=str(header.get("OBSRVTRY", "Solar Orbiter")).strip(),
        instrument="STIX",
        times=times[order],
        exposure=exposure[order],
        counts=counts[order],
        errors=errors[order],
        energies=bands,
        live_fraction=live[order],
        attenuator=attenuator[order],
        good=np.asarray(np.isfinite(counts).all(axis=1))[order],
        observer=stated_observer(header, str(header.get("OBSRVTRY", "Solar Orbiter")).strip()),
        light_travel_time=float(light) if isinstance(light, int | float) else None,
        auxiliary={name: column[order] for name, column in columns.items()},
    )
    return curve, notes


def _in_order(times: NDArray[np.datetime64], name: str) -> tuple[NDArray[np.intp] | slice, tuple[str, ...]]:
    steps = np.diff(times)
    if (steps > np.timedelta64(0, "ns")).all():
        return slice(None), ()
    backwards = int((steps < np.timedelta64(0, "ns")).sum())
    if backwards > max(10, len(times) // 100):
        raise InvalidInputError(f"{name}: times run backwards at {backwards} of {len(times)} rows")
    _, first = np.unique(times, return_index=True)
    return first, (f"{len(times) - len(first)} double samples dropped, times sorted",)


def _auxiliary(table: Table) -> dict[str, NDArray[Any]]:
    found = {}
    for name, spellings in {
        **{n: (n,) for n in _AUXILIARY},
        "triggers_err": ("triggers_comp_err", "triggers_err"),
    }.items():
        present = [spelling for spelling in spellings if table.has(spelling)]
        column = table.column(present[0]) if present else None
        if column is not None and column.ndim == 1 and column.dtype.kind in "biuf":
            found[name] = column
    return found


def _position_doubts(header: Any) -> tuple[str, ...]:
    # Early files repeat the Stonyhurst longitude as the Carrington one, and HAEX as HAEZ.
    same = [
        header.get(a) is not None and header.get(a) == header.get(b)
        for a, b in (("CRLN_OBS", "HGLN_OBS"), ("HAEZ_OBS", "HAEX_OBS"))
    ]
    return ("position keywords repeat each other; recompute them from an ephemeris",) if any(same) else ()


def _version(header: Any, name: str) -> str:
    named = re.search(r"_(V\d+)U?\b", name)
    if named:
        return named[1]
    value = str(header.get("VERSION", "")).strip()
    return f"V{int(value):02d}" if value.isdigit() else value
