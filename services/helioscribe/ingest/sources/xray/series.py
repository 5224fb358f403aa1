"""What light curves of monitors near the Earth have in common."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.coordinates import Observer
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import LightCurve
from helioscribe.domain.times import to_datetime64

__all__ = ["EARTH", "KEV_ANGSTROM", "LONGEST", "irradiance_curve", "since", "width_of"]

KEV_ANGSTROM = 12.398419843320026
"""Planck's constant times the speed of light [keV Angstrom], CODATA 2018."""

EARTH = Observer(name="earth", hgs_longitude=0.0, hgs_latitude=0.0, distance=1.0)
"""Where instruments in orbits of the Earth are, as far as light curves are concerned."""

LONGEST = 1_000_000
"""Most samples of one file: eleven days of seconds."""

_USUAL = 2.0


def since(epoch: datetime, seconds: NDArray[np.float64]) -> NDArray[np.datetime64]:
    """Return times that are counted in seconds, without leap seconds, as datetime64[ns]."""
    begin = to_datetime64(epoch.replace(tzinfo=UTC))
    return begin + np.round(seconds * 1e9).astype("timedelta64[ns]")


def width_of(times: NDArray[np.datetime64]) -> float:
    """Return the width of a bin [s]: the median distance of the times."""
    return float(np.median(np.diff(times) / np.timedelta64(1, "s"))) if times.size > 1 else _USUAL


def irradiance_curve(
    *,
    observatory: str,
    instrument: str,
    times: NDArray[np.datetime64],
    flux: NDArray[np.float64],
    angstrom: NDArray[np.float64],
    good: NDArray[np.bool_],
    auxiliary: dict[str, NDArray[np.float64]] | None = None,
) -> LightCurve:
    """Return irradiances as a light curve, in order of time and of energy.

    Parameters
    ----------
    observatory, instrument
        Their names.
    times
        Centres of the bins, UTC, shape (t,); of equal ones the first counts.
    flux
        Irradiance [W / m2], shape (t, band); NaN where missing.
    angstrom
        Shortest and longest wavelength of each band, shape (band, 2).
    good
        True where a sample can be used, shape (t,).
    auxiliary
        Further columns, each of shape (t,).

    Raises
    ------
    InvalidInputError
        If there is no sample, or more than any file has.
    """
    if not 0 < times.size <= LONGEST:
        raise InvalidInputError(f"{instrument}: expected 1 to {LONGEST} samples, got {times.size}")
    times, first = np.unique(times, return_index=True)
    bands = KEV_ANGSTROM / angstrom[:, ::-1]
    order = np.argsort(bands[:, 0], kind="stable")
    n = times.size
    return LightCurve(
        observatory=observatory,
        instrument=instrument,
        times=times,
        exposure=np.full(n, width_of(times)),
        counts=flux[first][:, order],
        errors=np.full((n, len(bands)), np.nan),
        energies=bands[order],
        live_fraction=np.ones(n),
        attenuator=np.zeros(n, np.uint8),
        good=np.asarray(good[first]),
        unit="W / m2",
        observer=EARTH,
        light_travel_time=0.0,
        auxiliary={name: column[first] for name, column in (auxiliary or {}).items()},
    )
