"""What is simple, and has to be beaten."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from helioscribe_jet_rcnn._frames import features

__all__ = ["BASELINES", "baselines"]

BASELINES = ("running-difference energy", "frame-mean change")
"""Names of the plain measures."""


def baselines(frames: NDArray[np.float32]) -> tuple[float, float]:
    """Return the plain measures of a window.

    Parameters
    ----------
    frames
        Display values, shape (t, y, x), NaN beside the field.

    Returns
    -------
    tuple
        The mean square of the difference of neighbouring frames, their brightness matched; and the largest change of
        the mean of a frame, as a share of the mean.
    """
    inside = np.isfinite(frames[0])
    matched = features(frames)[:, 0, inside]
    means = frames[:, inside].mean(1)
    energy = float((np.diff(matched, axis=0) ** 2).mean()) if len(frames) > 1 else 0.0
    return energy, float((means.max() - means.min()) / max(float(means.mean()), 1e-6))
