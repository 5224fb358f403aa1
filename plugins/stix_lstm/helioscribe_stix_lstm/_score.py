"""From the network's output and the forest to one score, and what the threshold means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from helioscribe_stix_lstm._background import Excess, smooth
from helioscribe_stix_lstm._network import Output

__all__ = ["SMOOTH", "Combination", "Mode", "Significance", "combined", "flare_score", "significance"]

Mode = Literal["prediction", "reconstruction"]
"""Whether a sample is compared with what was said before it or with it."""

Combination = Literal["lstm", "forest", "either", "both", "mean"]
"""How the two scores become one."""

SMOOTH = 5
"""Cells over which significance is averaged, 20 s."""

CORRELATION = 1.5
"""Weight of unresolved activity beside the noise: unlike noise it does not average out over 20 s."""

_LEAST_LOG, _MOST_LOG = -4.0, 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Significance:
    """A series relative to what the network takes for quiet."""

    bands: NDArray[np.float64]
    """Each sample less the quiet level, in standard deviations that the network gives, shape (t, band)."""

    level: NDArray[np.float64]
    """Mean over 20 s of the softest band, in standard deviations of noise and activity, shape (t,)."""

    flare: NDArray[np.float64]
    """Probability of a flare, shape (t,)."""


def significance(output: Output, excess: Excess, valid: NDArray[np.bool_], mode: Mode) -> Significance:
    """Compare a series with the quiet level that the network sees in it; 0 where not `valid`."""
    mean, deviation = _quiet(output, mode)
    bands = np.where(valid[:, None], (excess.value - mean) / deviation, 0.0)
    soft = smooth(np.where(valid, excess.value[:, 0] - mean[:, 0], 0.0), valid, SMOOTH)
    level = np.where(valid, soft / np.hypot(1.0, CORRELATION * excess.activity), 0.0)
    probability = 1.0 / (1.0 + np.exp(-np.clip(output.flare.astype(np.float64), -30.0, 30.0)))
    return Significance(bands=bands, level=level, flare=np.where(valid, probability, 0.0))


def _quiet(output: Output, mode: Mode) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    said = output.reconstruction.astype(np.float64)
    if mode == "prediction":
        # Nothing was said before the first sample.
        said = np.concatenate((said[:1], output.prediction[:-1].astype(np.float64)))
    mean, log_variance = np.split(said, 2, axis=1)
    return mean, np.exp(0.5 * np.clip(log_variance, _LEAST_LOG, _MOST_LOG))


def flare_score(found: Significance) -> NDArray[np.float64]:
    """Return the score of the network: significance of the excess times probability of a flare, shape (t,)."""
    return np.asarray(np.maximum(found.level, 0.0) * found.flare)


def combined(
    network: NDArray[np.float64], forest: NDArray[np.float64], level: NDArray[np.float64], how: Combination
) -> NDArray[np.float64]:
    """Return one score, shape (t,), of which 1 is the threshold.

    Parameters
    ----------
    network, forest
        Scores in units of their thresholds.
    level
        Significance of the excess: where the softest band has none, nothing that the forest sees is a flare.
    how
        One of the two, the larger, the smaller, or the geometric mean.
    """
    forest = np.where(level > 1.0, forest, 0.0)
    if how == "lstm":
        return network
    if how == "forest":
        return forest
    if how == "mean":
        return np.sqrt(network * forest)
    return np.maximum(network, forest) if how == "either" else np.minimum(network, forest)
