"""How the network is run along a series: with its state carried on, or anew in every window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from helioscribe.sdk import Model

__all__ = ["Output", "carried", "windowed"]

SEGMENT = 675
"""New steps in each segment of a carried series: a day of 4 s samples in 32 segments."""

ROWS = 32
"""Segments in a batch; more would leave the processor's caches."""

WINDOW_ROWS = 64
"""Windows in a batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """What the network says after each sample, of shape (t, ...)."""

    prediction: NDArray[np.float32]
    """Next quiet sample: means, then logarithms of variances, shape (t, 2 band)."""

    reconstruction: NDArray[np.float32]
    """This sample if it were quiet: means, then logarithms of variances, shape (t, 2 band)."""

    flare: NDArray[np.float32]
    """Logit of a flare, shape (t,)."""


def carried(model: Model, x: NDArray[np.float32], *, burn_in: int) -> Output:
    """Run with the state carried along the series.

    The series is cut into segments that run side by side, each after `burn_in` steps before it whose output is
    dropped; the state forgets its zero start within them.

    Parameters
    ----------
    model
        Graph over (series, t, feature).
    x
        Features, shape (t, feature).
    burn_in
        Steps before each segment.
    """
    count = -(-x.shape[0] // SEGMENT)
    padded = np.zeros((burn_in + count * SEGMENT, x.shape[1]), np.float32)
    padded[burn_in : burn_in + x.shape[0]] = x
    view = np.lib.stride_tricks.sliding_window_view(padded, burn_in + SEGMENT, axis=0)[::SEGMENT]
    rows = view.transpose(0, 2, 1).copy()
    # Nothing comes before the first segment: it starts with the series, and its surplus end is dropped instead.
    rows[0] = np.roll(rows[0], -burn_in, axis=0)
    parts = [model(x=rows[k : k + ROWS]) for k in range(0, count, ROWS)]

    def joined(name: str) -> NDArray[np.float32]:
        steps = np.concatenate([part[name] for part in parts])
        later = steps[1:, burn_in:].reshape(-1, *steps.shape[2:])
        return np.concatenate((steps[0, :SEGMENT], later))[: x.shape[0]]

    return Output(prediction=joined("prediction"), reconstruction=joined("reconstruction"), flare=joined("flare"))


def windowed(model: Model, x: NDArray[np.float32], *, length: int) -> Output:
    """Run from a zero state in the window that ends at each sample.

    Parameters
    ----------
    model
        Graph over (series, t, feature).
    x
        Features, shape (t, feature).
    length
        Samples in a window; the first windows are filled up with the first sample.
    """
    padded = np.concatenate((np.repeat(x[:1], length - 1, axis=0), x))
    view = np.lib.stride_tricks.sliding_window_view(padded, length, axis=0).transpose(0, 2, 1)
    chunks = [np.ascontiguousarray(view[k : k + WINDOW_ROWS]) for k in range(0, len(view), WINDOW_ROWS)]
    parts = [{name: value[:, -1] for name, value in model(x=chunk).items()} for chunk in chunks]

    def joined(name: str) -> NDArray[np.float32]:
        return np.concatenate([part[name] for part in parts])

    return Output(prediction=joined("prediction"), reconstruction=joined("reconstruction"), flare=joined("flare"))
