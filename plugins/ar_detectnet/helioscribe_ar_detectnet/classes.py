"""The Mount Wilson classes of sunspot groups, and how others write and merge them.

Hale et al. (1919, ApJ 49, 153) with Künzel's delta (1960, AN 285, 271).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

__all__ = ["CLASSES", "DELTA", "FOUR", "GAMMA", "four_of", "mount_wilson", "tempered"]

CLASSES = ("ALPHA", "BETA", "GAMMA", "BETA-GAMMA", "DELTA", "BETA-DELTA", "BETA-GAMMA-DELTA", "GAMMA-DELTA")
"""All eight, in the order of the network's outputs."""

GAMMA, DELTA = (
    [number for number, name in enumerate(CLASSES) if part in name.split("-")] for part in ("GAMMA", "DELTA")
)
"""Which classes are complex, and which have a delta."""

FOUR: Mapping[str, str] = {
    "ALPHA": "A",
    "BETA": "B",
    "GAMMA": "AG",
    "BETA-GAMMA": "BG",
    "DELTA": "AG",
    "BETA-DELTA": "B",
    "BETA-GAMMA-DELTA": "BG",
    "GAMMA-DELTA": "AG",
}
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


def tempered(probability: NDArray[np.floating], temperature: float) -> NDArray[np.float64]:
    """Return probabilities, shape (..., class), made less sure by a temperature above 1 (Guo et al. 2017, ICML)."""
    softer = np.maximum(probability.astype(np.float64), 1e-12) ** (1 / temperature)
    return np.asarray(softer / softer.sum(axis=-1, keepdims=True))
