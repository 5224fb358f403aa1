"""Opens FITS files with astropy after checking sizes, and reads units of time."""

from __future__ import annotations

import io
import re
import warnings
from typing import Any

import numpy as np

from helioscribe.domain.errors import InvalidInputError

__all__ = ["open_fits", "seconds_in"]

_SECONDS = {"s": 1.0, "sec": 1.0, "second": 1.0, "ds": 0.1, "cs": 0.01, "ms": 0.001}
_BLOCK, _CARD = 2880, 80
_INITIALS = np.frombuffer(b"NTPG", np.uint8)
# Axes and columns number 999 at most, and no length is negative: astropy would count up to whatever a header says, or
# read the same table for ever.
_ABSURD = re.compile(rb"(NAXIS|TFIELDS) *= *\+?0*[1-9][0-9]{3,}|(NAXIS[0-9]{1,3}|[PG]COUNT) *= *-", re.IGNORECASE)


def open_fits(data: bytes, name: str) -> Any:
    """Return the HDU list of a FITS file in memory; the caller closes it.

    Raises
    ------
    InvalidInputError
        If the bytes are no FITS file, or a header announces more data than there are.
    """
    from astropy.io import fits

    if not data.startswith(b"SIMPLE"):
        raise InvalidInputError(f"{name}: not a FITS file")
    _check_cards(data, name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            hdus = fits.open(io.BytesIO(data), memmap=False, lazy_load_hdus=False, disable_image_compression=True)
            for index, hdu in enumerate(hdus):
                _check_size(hdu, index, len(data), name)
    except InvalidInputError:
        raise
    except Exception as error:  # noqa: BLE001  # astropy raises whatever a broken header leads it to
        raise InvalidInputError.wrap(error, doing=f"{name}: not readable as FITS") from None
    return hdus


def _check_cards(data: bytes, name: str) -> None:
    # Header cards are 80 bytes long and stand at multiples of it; only what looks like one is looked at closely.
    cards = np.frombuffer(data, np.uint8, count=len(data) // _CARD * _CARD).reshape(-1, _CARD)
    for row in np.flatnonzero((cards[:, 8] == ord("=")) & np.isin(cards[:, 0] & 0xDF, _INITIALS)):
        card = cards[row].tobytes()
        if absurd := _ABSURD.match(card):
            raise InvalidInputError(f"{name}: {absurd[0].decode()}... at byte {row * _CARD} is out of range")


def _check_size(hdu: Any, index: int, length: int, name: str) -> None:
    info = hdu.fileinfo() or {}
    offset, span = info.get("datLoc", 0), info.get("datSpan", 0)
    if offset + span > length + _BLOCK or hdu.size > length:
        raise InvalidInputError(f"{name}: HDU {index} announces {hdu.size} bytes, but the file is cut off at {length}")


def seconds_in(unit: str, *, where: str) -> float:
    """Return the length of a unit of time [s].

    Raises
    ------
    InvalidInputError
        If it is none that instruments use.
    """
    factor = _SECONDS.get(re.sub(r"\s", "", unit).lower())
    if factor is None:
        raise InvalidInputError(f"{where}: expected a unit of time ({', '.join(_SECONDS)}), got {unit or 'none'!r}")
    return factor
