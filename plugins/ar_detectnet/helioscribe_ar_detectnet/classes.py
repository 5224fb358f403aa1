"""The Mount Wilson classes of sunspot groups, and how others write and merge them.

Hale et al. (1919, ApJ 49, 153) with Künzel's delta (1960, AN 285, 271).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["CLASSES", "FOUR", "four_of", "mount_wilson"]

CLASSES = ("ALPHA", "BETA", "GAMMA", "BETA-GAMMA", "DELTA", "BETA-DELTA", "BETA-GAMMA-DELTA", "GAMMA-DELTA")
"""All eight, in the order of the network's outputs."""

FOUR: Mapping[str, str] = {
    "ALPHA": "A", "BETA": "B", "GAMMA": "AG", "BETA-GAMMA": "BG", "DELTA": "AG", "BETA-DELTA": "B",
    "BETA-GAMMA-DELTA": "BG", "GAMMA-DELTA": "AG",
}  # fmt: skip
"""The four labels of system S3: unipolar, bipolar, bipolar and complex, and its own "alpha-gamma" for what is complex
without being bipolar, which is no Mount Wilson class."""

_GREEK = {"α": "ALPHA", "β": "BETA", "γ": "GAMMA", "δ": "DELTA", "A": "ALPHA", "B": "BETA", "G": "GAMMA", "D": "DELTA"}
_ORDER = ("ALPHA", "BETA", "GAMMA", "DELTA")


def mount_wilson(text: str) -> str | None:
    """Return the class that a text names, in whatever spelling: ``Beta-Gamma``, ``βγ``, ``BGD``; None if it is none."""
    word = text.strip().upper().replace("Α", "α").replace("Β", "β").replace("Γ", "γ").replace("Δ", "δ")
    named = re.findall(r"ALPHA|BETA|GAMMA|DELTA", word)
    if not named and re.fullmatch(r"[αβγδABGD/\- ]+", word):
        named = [_GREEK[letter] for letter in word if letter in _GREEK]
    joined = "-".join(name for name in _ORDER if name in named)
    return joined if joined in CLASSES else None


def four_of(name: str) -> str:
    """Return S3's label of a class."""
    return FOUR[name]
