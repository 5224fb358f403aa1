"""SDO/EVE's quick indices (level 0CS): a table of text, one minute a row.

Its proxies of the two bands of GOES XRS become the light curve; the broad bands of the photometers (ESP and MEGS-P)
come along as further columns, in W / m2.
"""

from __future__ import annotations

import re
from datetime import datetime

import numpy as np

from helioscribe.domain.errors import InvalidInputError
from helioscribe.ingest.source_file import SourceFile
from helioscribe.ingest.sources.xray.series import irradiance_curve, since

__all__ = ["is_eve", "read_eve"]

_ANGSTROM = np.array([[1.0, 8.0], [0.5, 4.0]])
_FURTHER = {
    "sem_proxy": 3,
    "esp_quad": 4,
    "esp_17_1": 5,
    "esp_25_7": 6,
    "esp_30_4": 7,
    "esp_36_6": 8,
    "megsp_121_6": 10,
}
_COLUMNS = 20
_DATE = re.compile(r"(\d{4}) +(\d{1,3}) +(\d{1,2}) +(\d{1,2}) *")
_HALF_MINUTE = 30.0


def is_eve(data: bytes) -> bool:
    """Whether the bytes are such a table."""
    return data.startswith(b";") and b"EVE_L0CS" in data[:200]


def read_eve(data: bytes, name: str) -> SourceFile:
    """Read the proxies of 1 to 8 and 0.5 to 4 Angstrom [W / m2]; -1 is missing.

    Raises
    ------
    InvalidInputError
        If the date or the table is not as its form says.
    """
    lines = [line for line in data.decode("ascii", "replace").splitlines() if line and not line.startswith(";")]
    date = _DATE.fullmatch(lines[0]) if lines else None
    if date is None:
        raise InvalidInputError(f"{name}: expected a line with year, day of year, month and day")
    try:
        rows = np.array([[float(cell) for cell in line.split()] for line in lines[1:]])
        midnight = datetime(int(date[1]), int(date[3]), int(date[4]))  # noqa: DTZ001  # UTC
    except ValueError as error:
        raise InvalidInputError.wrap(error, doing=f"{name}: not a table of numbers") from None
    if rows.ndim != 2 or rows.shape[1] != _COLUMNS:
        raise InvalidInputError(f"{name}: expected rows of {_COLUMNS} columns, got shape {rows.shape}")
    values = np.where(rows <= -1.0, np.nan, rows)
    hours, minutes = np.divmod(rows[:, 0], 100)
    curve = irradiance_curve(
        observatory="SDO",
        instrument="EVE",
        times=since(midnight, hours * 3600 + minutes * 60 + _HALF_MINUTE),
        flux=values[:, 1:3],
        angstrom=_ANGSTROM,
        good=np.isfinite(values[:, 1]),
        auxiliary={key: values[:, column] for key, column in _FURTHER.items()},
    )
    return SourceFile(product=curve, channel="proxies of XRS", level="L0CS")
