"""AIA grows blind over the years: what is left of its sensitivity, from the instrument team's table.

The curve and its reading are aiapy's (Barnes et al. 2020, JOSS 5, 2801; Boerner et al. 2014, Sol. Phys. 289, 2377). The
table, ``aia_V*_response_table.txt`` of SolarSoft, is the operator's to provide: it changes, and it is not ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from helioscribe.domain.errors import InvalidInputError, MissingDependencyError
from helioscribe.domain.identity import digest

__all__ = ["KEYWORDS", "correction"]

KEYWORDS = ("HS_DEGR", "HS_DEGTB")
"""Factor that the pixels were divided by, and name and digest of the table that said so."""

_DONE = ("DEG_COR", *KEYWORDS)
_LEAST, _MOST = 0.01, 2.0


def correction(
    header: Mapping[str, Any], channel: str, moment: datetime, table: Path | None
) -> tuple[float, dict[str, str | int | float | bool]]:
    """Return what to divide an image of AIA by, and the keywords that record it.

    1 and no keyword where there is no table, or the pixels are corrected already: never twice.

    Parameters
    ----------
    header
        FITS header of the image.
    channel
        Wavelength [Angstrom].
    moment
        Time of the exposure, UTC.
    table
        The instrument team's file; None for no correction.

    Raises
    ------
    InvalidInputError
        If the table cannot be read, or does not reach to the moment.
    """
    if table is None or any(key in header for key in _DONE) or not channel.isdigit():
        return 1.0, {}
    factor = _factor(channel, moment, *_table(table))
    label = f"{table.name[:40]} {_table(table)[1][:12]}"
    return factor, {"HS_DEGR": factor, "HS_DEGTB": label}


@lru_cache(maxsize=4)
def _table(path: Path) -> tuple[Any, str]:
    try:
        from aiapy.calibrate.util import get_correction_table
    except ImportError:
        raise MissingDependencyError.of("aiapy", extra="aia") from None
    try:
        return get_correction_table(path), digest(path.read_bytes())
    except Exception as error:  # noqa: BLE001  # whatever astropy's reader says of a file of another kind
        raise InvalidInputError.wrap(error, doing=f"{path.name}: no table of AIA's response") from None


def _factor(channel: str, moment: datetime, table: Any, _digest: str) -> float:
    import astropy.units as u
    from aiapy.calibrate import degradation
    from astropy.time import Time

    try:
        found = degradation(int(channel) * u.angstrom, Time(moment), correction_table=table)
    except ValueError as error:
        raise InvalidInputError.wrap(error, doing=f"AIA {channel}: no degradation known") from None
    factor = float(found.to_value(u.dimensionless_unscaled).reshape(-1)[0])
    if not _LEAST < factor < _MOST:
        raise InvalidInputError(f"AIA {channel}: a degradation to {factor:g} at {moment} is not to be believed")
    return factor
