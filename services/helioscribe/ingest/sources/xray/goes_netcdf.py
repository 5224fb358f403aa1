"""GOES X-ray sensor files as NOAA publishes them today: netCDF, of all satellites from GOES 8 on.

Averages of one minute (``xrsf-l2-avg1m``), seconds of GOES 16 and later (``xrsf-l2-flx1s``) and two seconds of the
earlier ones (``gxrs-l2-irrad``). All are in true irradiance: the classes of flares follow from them as they are
(NOAA NCEI, GOES 1-15 and GOES-R XRS readme files).
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError, UnsupportedInputError
from helioscribe.ingest.source_file import SourceFile
from helioscribe.ingest.sources.xray.series import LONGEST, irradiance_curve, since, width_of
from helioscribe.runtime.netcdf import attribute, epoch_of, opened

__all__ = ["read_goes_netcdf"]

_ANGSTROM = np.array([[0.5, 4.0], [1.0, 8.0]])
_PLATFORM = re.compile(r"(?:^|_)g(\d{2})(?:_|$)")
# Parts of the names of flags with which a flux is not the Sun's; those of the electron correction are none of them.
_BAD = (
    "bad_data",
    "eclips",
    "calibration",
    "off_point",
    "spike",
    "saturated",
    "error",
    "temperature",
    "invalid_mode",
    "missing_data",
)


def read_goes_netcdf(data: bytes, name: str) -> SourceFile:
    """Read the irradiance [W / m2] of both bands, times at the centres of the bins.

    A sample is good if the band of 1 to 8 Angstrom, by which flares are classed, is flagged with nothing that makes it
    another thing than the Sun's.

    Raises
    ------
    UnsupportedInputError
        If it is no such file.
    InvalidInputError
        If it is broken.
    MissingDependencyError
        If h5py is not installed.
    """
    with opened(data, name) as file:
        return _read(file, name)


def _read(file: Any, name: str) -> SourceFile:
    stems = next((pair for pair in (("xrsa", "xrsb"), ("a", "b")) if f"{pair[1]}_flux" in file), None)
    if stems is None or not all(part in file for part in ("time", f"{stems[0]}_flux")):
        raise UnsupportedInputError(f"{name}: netCDF without the fluxes of GOES XRS; it has {', '.join(file)[:120]!r}")
    times = _times(file["time"], name)
    readings = [_band(file, stem, times.size, name) for stem in stems]
    known = ~np.isnat(times)
    curve = irradiance_curve(
        observatory=_satellite(file, name),
        instrument="XRS",
        times=times[known],
        flux=np.column_stack([flux for flux, _ in readings])[known],
        angstrom=_ANGSTROM,
        good=readings[1][1][known],
    )
    return SourceFile(product=curve, channel="1.55-24.8 keV", level="L2", version=attribute(file, "product_version"))


def _times(column: Any, name: str) -> NDArray[np.datetime64]:
    seconds = _values(column, name)
    seconds = np.where(seconds == -9999.0, np.nan, seconds)
    times = np.full(seconds.size, "NaT", "datetime64[ns]")
    known = np.isfinite(seconds)
    times[known] = since(epoch_of(column), np.round(seconds[known], 3))
    starts = "start" in attribute(column, "long_name").lower()
    half = width_of(times[known]) / 2 if starts else 0.0
    times[known] += np.timedelta64(round(half * 1e9), "ns")
    return times


def _band(file: Any, stem: str, count: int, name: str) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    flux = _values(file[f"{stem}_flux"], name)
    if flux.size != count:
        raise InvalidInputError(f"{name}: {count} times, {flux.size} fluxes")
    good = np.isfinite(flux) & (flux > 0)
    flags = next((file[key] for key in (f"{stem}_flag", f"{stem}_flags") if key in file), None)
    if flags is not None:
        good &= ~_flagged(flags, count, name)
    return np.where(flux > 0, flux, np.nan), good


def _flagged(flags: Any, count: int, name: str) -> NDArray[np.bool_]:
    values, bad = _values(flags, name).astype(np.int64), np.zeros(count, bool)
    if values.size != count:
        raise InvalidInputError(f"{name}: {count} times, {values.size} flags")
    meanings = attribute(flags, "flag_meanings").split()
    wanted = np.atleast_1d(flags.attrs.get("flag_values", ())).astype(np.int64)
    masks = np.atleast_1d(flags.attrs.get("flag_masks", wanted)).astype(np.int64)
    for meaning, value, mask in zip(meanings, wanted, masks, strict=False):
        if value and any(part in meaning for part in _BAD):
            bad |= (values & mask) == value
    return bad


def _values(dataset: Any, name: str) -> NDArray[np.float64]:
    if len(dataset.shape) != 1 or dataset.shape[0] > LONGEST or dataset.dtype.kind not in "fiu":
        raise InvalidInputError(f"{name}: {dataset.name} has shape {dataset.shape} and type {dataset.dtype}")
    return np.asarray(dataset[:], np.float64)


def _satellite(file: Any, name: str) -> str:
    for said in (attribute(file, "platform"), attribute(file, "id"), name):
        if found := _PLATFORM.search(said.lower()):
            return f"GOES {int(found[1])}"
    return "GOES"
