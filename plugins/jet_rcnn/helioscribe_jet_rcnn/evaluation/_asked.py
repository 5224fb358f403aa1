"""What the detector says of frames that are no file."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.detection import DetectionResult, Parameters
from helioscribe.domain.product import Header, ImageSequence, Product

__all__ = ["CADENCE", "Detect", "asked", "score_of"]

Detect = Callable[[Product, Parameters], DetectionResult]

CADENCE = 24.0
"""Of the frames that are scored [s]; a sixth of the real ones are 36 s apart."""


def score_of(frames: NDArray[np.float32], detect: Detect, *, unit: str = "display") -> float:
    """Return the probability of a jet in frames of shape (t, 166, 166), NaN beside the field."""
    result = asked(frames, detect, unit=unit)
    return float(result.scores.values[:, 0].max()) if result.scores is not None else 0.0


def asked(frames: NDArray[np.float32], detect: Detect, *, unit: str = "display") -> DetectionResult:
    """Return all that is said of such frames: of the field alone, at a place and a time that do not matter."""
    inside = np.isfinite(frames[0])
    rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
    field = np.ascontiguousarray(frames[:, rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    header: Header = {"CTYPE1": "HPLN-TAN", "CTYPE2": "HPLT-TAN", "CDELT1": 2.0, "CDELT2": 2.0}
    step = np.timedelta64(round(CADENCE), "s")
    sequence = ImageSequence(
        observatory="SDO",
        instrument="AIA",
        channel="304",
        unit=unit,
        pixels=field,
        times=np.datetime64("2014-01-01T00:00:00", "ns") + np.arange(len(field)) * step,
        headers=tuple(header for _ in field),
    )
    return detect(sequence, {})
