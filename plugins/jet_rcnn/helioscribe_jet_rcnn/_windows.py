"""Scores of sliding windows: each frame is encoded once, and the head reads what the encoder said of thirty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.sdk import Models
from helioscribe_jet_rcnn._frames import features, resized, standardised
from helioscribe_jet_rcnn._order import disorder, light_of

__all__ = ["WINDOW", "Scan", "encoded", "over_frames", "scan", "window_starts", "windows_scored"]

WINDOW = 30
"""Frames that the head looks at."""

_FRAMES, _WINDOWS, _PREPARED = 8, 64, 120
"""How many frames and windows go through a graph at once, and how many frames are prepared at once."""

_AROUND = 15
"""Frames on each side that preparing needs; a whole number of its blocks, so that pieces say what the whole says."""

_DISORDER = 0.6
"""Of frames in any order is about 1; of 20 sequences that were shuffled, 19 have more than this, and no jet has."""

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scan:
    """What the networks say of frames that follow each other."""

    probability: Array
    """Of a jet in the windows that hold a frame: the largest, shape (t,); 0 in windows whose frames have no order."""

    place: Array
    """Where a jet is, shape (t, row, column), 0 to 1; row 0 at the south of the square input."""


def scan(frames: Array, models: Models, *, stride: int = 1) -> Scan:
    """Score frames.

    Parameters
    ----------
    frames
        Display values of any size, shape (t, y, x), at the cadence that the network knows.
    models
        ``encoder`` and ``head``, and the statistics ``input``.
    stride
        Frames between windows.
    """
    gates, place, light = encoded(frames, models)
    starts = window_starts(len(gates), stride)
    scores = windows_scored(gates, starts, models)
    for number, start in enumerate(starts):
        window = slice(start, start + WINDOW)
        if disorder(light[window], place[window]) > _DISORDER:
            scores[number] = 0
    return Scan(probability=over_frames(scores, starts, len(gates)), place=place)


def encoded(frames: Array, models: Models) -> tuple[Array, Array, Array]:
    """Return of each frame gate pre-activations (t, 4 hidden), map and brightness, both (t, row, column).

    The memory for frames does not grow with t.
    """
    scaler, encoder = models.arrays("input"), models["encoder"]
    gates, places, light = [], [], []
    for first in range(0, len(frames), _PREPARED):
        begin = max(0, first - _AROUND)
        piece = features(resized(frames[begin : first + _PREPARED + _AROUND]))
        piece = piece[first - begin : first - begin + _PREPARED]
        x = standardised(piece, scaler)
        for at in range(0, len(x), _FRAMES):
            answer = encoder(x=x[at : at + _FRAMES])
            gates.append(answer["gates"])
            places.append(answer["place"])
        light.append(light_of(piece[:, 0], places[-1].shape[1]))
    return np.concatenate(gates), np.concatenate(places), np.concatenate(light)


def window_starts(frames: int, stride: int) -> NDArray[np.intp]:
    """Return first frames of windows; the last window ends with the last frame, whatever the stride."""
    last = max(0, frames - WINDOW)
    return np.unique(np.append(np.arange(0, last + 1, stride), last))


def windows_scored(gates: Array, starts: NDArray[np.intp], models: Models) -> Array:
    """Return the probability of a jet in each window; fewer frames than a window are masked."""
    head, short = models["head"], max(0, WINDOW - len(gates))
    padded = np.pad(gates, ((0, short), (0, 0)))
    mask = np.ones((1, WINDOW), np.float32)
    mask[:, WINDOW - short :] = 0
    views = np.lib.stride_tricks.sliding_window_view(padded, WINDOW, axis=0)
    parts = []
    for first in range(0, len(starts), _WINDOWS):
        chosen = np.ascontiguousarray(views[starts[first : first + _WINDOWS]].transpose(0, 2, 1))
        answer: Mapping[str, NDArray[Any]] = head(gates=chosen, mask=np.repeat(mask, len(chosen), axis=0))
        parts.append(answer["probability"])
    return np.concatenate(parts)


def over_frames(scores: Array, starts: NDArray[np.intp], frames: int) -> Array:
    """Return for each frame the largest score of the windows that hold it."""
    found = np.zeros(frames, np.float32)
    for score, start in zip(scores, starts, strict=True):
        window = found[start : start + WINDOW]
        np.maximum(window, score, out=window)
    return found
