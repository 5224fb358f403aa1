"""GOES classes of flares as numbers, so that X10 stands above X2 and M1 above C9.9."""

from __future__ import annotations

import re

__all__ = ["class_number"]

_CLASS = re.compile(r"\s*([ABCMX])\s*(\d{1,6}(?:\.\d{0,6})?)?\s*", re.IGNORECASE | re.ASCII)
_LETTERS = {"A": 0.01, "B": 0.1, "C": 1.0, "M": 10.0, "X": 100.0}


def class_number(text: str) -> float | None:
    """Return the peak irradiance that a GOES class stands for [1e-6 W/m2], or None if the text is not a class.

    Parameters
    ----------
    text
        A class such as ``M1.4``; a letter alone stands for the beginning of its class, so ``M`` is ``M1``.
    """
    found = _CLASS.fullmatch(text)
    if found is None:
        return None
    return round(_LETTERS[found[1].upper()] * float(found[2] or 1), 6)
