"""What the bits of QUALITY say of an image of SDO.

Level-1 bits of AIA and HMI: JSOC, "Lev1 QUALITY keyword" (jsoc.stanford.edu/doc/keywords/AIA/AIA02840_A_AIA-SDO_FITS_
Keyword_Documents.pdf, table of QUALITY). Bits without a name there are told by their number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["quality_notes"]

_LEVEL_1: Mapping[int, str] = {
    0: "no flat field", 1: "no orbit data", 2: "no ancillary science data", 3: "no mission planning data",
    8: "pixels are missing", 9: "over 1 % of the pixels are missing", 10: "over 5 % of the pixels are missing",
    11: "over 25 % of the pixels are missing", 12: "spacecraft not in science mode", 13: "eclipse",
    14: "spacecraft not pointed at the Sun", 15: "spacecraft in safe mode", 16: "dark image",
    17: "image stabilisation open", 18: "calibration image", 20: "out of focus", 30: "near real time", 31: "no image",
}  # fmt: skip
_NEAR_REAL_TIME = 30
_USELESS = frozenset({13, 14, 15, 16, 31})
_MOST_BITS = 32


def quality_notes(header: Mapping[str, Any], instrument: str) -> tuple[tuple[str, ...], str]:
    """Return what is wrong with an image in words, and why it must not be used if it must not.

    Parameters
    ----------
    header
        Of the image.
    instrument
        ``AIA`` has the level-1 bits; the bits of HMI's and MDI's observables have other meanings and are told by
        number.
    """
    quality = header.get("QUALITY")
    if type(quality) is not int or not quality:
        return (), ""
    bits = [bit for bit in range(_MOST_BITS) if quality & (1 << bit)]
    if instrument != "AIA":
        return (f"QUALITY is 0x{quality & 0xFFFFFFFF:08x}",), "no image" if bits[-1:] == [31] else ""
    told = tuple(_LEVEL_1.get(bit, f"QUALITY bit {bit}") for bit in bits)
    return told, next((_LEVEL_1[bit] for bit in bits if bit in _USELESS), "")
