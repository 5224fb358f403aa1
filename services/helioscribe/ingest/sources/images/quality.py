"""What the bits of QUALITY say of an image, in words; each instrument has its own.

- Level 1 of AIA and HMI: ``quallev1.h`` of the JSOC software tree (JSOC, "Lev1 QUALITY keyword").
- Observables of HMI: http://jsoc.stanford.edu/doc/data/hmi/Quality_Bits/QUALITY.txt (24 May 2013).
- MDI: http://soi.stanford.edu/production/QUALITY/DATASWtable.html; its highest bit as JSOC uses it
  (http://soi.stanford.edu/mdi/observables).

Bits that have no name there are told by their number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["quality_notes"]

_NEAR_REAL_TIME = "near real time: provisional, and replaced later"

_LEVEL_1: Mapping[int, str] = {
    0: "no flat field",
    1: "no orbit data",
    2: "no ancillary science data",
    3: "no master pointing data",
    4: "limb not fitted",
    5: "instrument anomaly",
    6: "instrument misconfigured",
    7: "camera anomaly",
    8: "pixels are missing",
    9: "over 1 % of the pixels are missing",
    10: "over 5 % of the pixels are missing",
    11: "over 25 % of the pixels are missing",
    12: "spacecraft not in science mode",
    13: "eclipse",
    14: "no Sun before the instrument",
    15: "spacecraft in safe mode",
    16: "dark image",
    17: "image stabilisation open",
    18: "calibration image",
    19: "HMI in calibration mode",
    20: "out of focus",
    21: "not to be registered",
    22: "thermal recovery after an eclipse",
    23: "transit of the Moon",
    30: _NEAR_REAL_TIME,
    31: "no image",
}
_HMI: Mapping[int, str] = {
    5: "poor quality",
    6: "instrument tuned with more noise",
    7: "no coefficients of the Doppler correction",
    8: "eclipse",
    9: "coefficients of the Doppler correction cannot be read",
    10: "cosmic rays not all removed",
    11: "filtergrams of doubtful limb were left out",
    12: "gaps not all filled",
    13: "temperatures assumed",
    14: "image stabilisation open",
    15: "pointing not interpolated",
    16: "few filtergrams to interpolate between",
    17: "too few filtergrams",
    18: "interpolation in time failed",
    19: "too few filtergrams to interpolate between",
    20: "look-up table cannot be read",
    21: "no look-up table",
    22: "filtergrams without keywords",
    23: "wrong number of wavelengths",
    24: "filtergrams without keywords",
    25: "too few filtergrams",
    26: "wrong filtergram at the target time",
    27: "wrong cadence",
    28: "unknown observing sequence",
    29: "pointing unknown",
    30: "no filtergram near the target time",
    31: "no image",
}
_MDI: Mapping[int, str] = {
    0: "telemetry problem",
    1: "no record of the time",
    2: "pixels are missing",
    3: "over 1 % of the pixels are missing",
    4: "over 10 % of the pixels are missing",
    5: "over half of the pixels are missing",
    6: "over 90 % of the pixels are missing",
    7: "error of the on-board processing",
    8: "pointing anomaly, or spacecraft rolled",
    9: "not the standard observing sequence",
    10: "many cosmic rays",
    11: "unlikely statistics",
    31: "no image",
}
_USELESS = frozenset(
    {
        "eclipse",
        "no Sun before the instrument",
        "spacecraft in safe mode",
        "dark image",
        "no image",
        "over half of the pixels are missing",
        "over 90 % of the pixels are missing",
    }
)
_TABLES: Mapping[str, Mapping[int, str]] = {"AIA": _LEVEL_1, "HMI": _HMI, "MDI": _MDI}
_OF_SOURCES = (13, 22, 23, 30)
"""Bits of the level-1 images that say something of what was made of them, as QUALLEV1 collects them."""

_MOST_BITS = 32


def quality_notes(header: Mapping[str, Any], instrument: str, level: str = "") -> tuple[tuple[str, ...], str]:
    """Return what is wrong with an image in words, and why it must not be used if it must not.

    Parameters
    ----------
    header
        FITS header of the image.
    instrument
        ``AIA``, ``HMI`` or ``MDI``; the bits of others are told as one number.
    level
        Level of processing; HMI's level 1 has the bits of AIA.
    """
    table = _LEVEL_1 if instrument == "HMI" and level.startswith("1") and level != "1.5" else _TABLES.get(instrument)
    quality = _bits(header.get("QUALITY"))
    if table is None:
        return ((f"QUALITY is 0x{quality:08x}",) if quality else ()), ""
    told = [table.get(bit, f"QUALITY bit {bit}") for bit in range(_MOST_BITS) if quality >> bit & 1]
    if table is _HMI:
        sources = _bits(header.get("QUALLEV1")) | (header.get("QLOOK") == 1) << 30
        told += [_LEVEL_1[bit] for bit in _OF_SOURCES if sources >> bit & 1]
    notes = tuple(dict.fromkeys(told))
    return notes, next((note for note in notes if note in _USELESS), "")


def _bits(value: object) -> int:
    if isinstance(value, str) and value.strip().lower().startswith("0x"):
        try:
            value = int(value, 16)
        except ValueError:
            return 0
    return int(value) & 0xFFFFFFFF if type(value) is int or (isinstance(value, float) and value.is_integer()) else 0
