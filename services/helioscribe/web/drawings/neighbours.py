"""A plane in which points lie beside those that they are near to: t-SNE (van der Maaten & Hinton 2008, JMLR 9, 2579).

Every pair counts, so this is for hundreds of points; the same points give the same plane.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["side_by_side"]

_NEIGHBOURS = 12.0
"""Perplexity: how many neighbours a point has, about."""

_STEPS, _EARLY = 350, 100
"""Steps down the gradient, and how many of them pull neighbours together harder than they belong."""

_HARDER = 12.0
_HALVINGS = 25
_FEWEST = 4

Plane = NDArray[np.float32]


def side_by_side(points: NDArray[np.floating]) -> Plane:
    """Return where points lie in the plane, shape (point, 2).

    Parameters
    ----------
    points
        Shape (point, dimension).
    """
    wide = np.asarray(points, np.float32)
    begin = _components(wide)
    if len(wide) < _FEWEST or not np.ptp(wide, axis=0).any():
        return begin
    near, at = _nearness(wide), 1e-2 * begin
    step, speed = max(len(wide) / _HARDER, 10.0), np.zeros_like(at)
    for number in range(_STEPS):
        early = number < _EARLY
        slope = _slope(near * np.float32(_HARDER) if early else near, at)
        speed = np.float32(0.5 if early else 0.8) * speed - np.float32(step) * slope
        at = at + speed
    return at


def _components(points: Plane) -> Plane:
    """Return the first two principal components, the first of variance 1."""
    centred = points - points.mean(axis=0)
    left, lengths, _ = np.linalg.svd(centred, full_matrices=False)
    both = np.zeros((len(points), 2), np.float32)
    kept = (left * lengths)[:, :2]
    both[:, : kept.shape[1]] = kept / max(float(kept[:, 0].std()), 1e-12)
    return both


def _squares(points: Plane) -> Plane:
    """Return the squared distances of all pairs, dimension by dimension: exact, and no product that starts threads."""
    found: Plane = np.zeros((len(points), len(points)), np.float32)
    for column in points.T:
        found += np.square(column[:, None] - column)
    return found


def _nearness(points: Plane) -> Plane:
    """Return how near all pairs are, sum 1: bells around each point, as wide as it takes to hold its neighbours."""
    squares = _squares(points)
    np.fill_diagonal(squares, np.inf)
    wanted = np.log(min(_NEIGHBOURS, (len(points) - 1) / 3))
    low, high = np.zeros(len(points), np.float32), np.full(len(points), np.inf, np.float32)
    narrow = 1 / np.maximum(np.median(squares, axis=1), 1e-12)
    least = squares.min(axis=1, keepdims=True)
    bell = squares
    for _ in range(_HALVINGS):
        bell = np.exp(-narrow[:, None] * (squares - least))
        bell /= bell.sum(axis=1, keepdims=True)
        entropy = -(bell * np.log(np.maximum(bell, 1e-30))).sum(axis=1)
        low, high = np.where(entropy > wanted, narrow, low), np.where(entropy > wanted, high, narrow)
        narrow = np.where(np.isinf(high), 2 * narrow, (low + np.where(np.isinf(high), 0, high)) / 2)
    near: Plane = ((bell + bell.T) / (2 * len(points))).astype(np.float32)
    return near


def _slope(near: Plane, at: Plane) -> Plane:
    """Return the gradient of the divergence between nearness there and in the plane."""
    heavy = 1 / (1 + _squares(at))
    np.fill_diagonal(heavy, 0)
    pull = (near - heavy / heavy.sum()) * heavy
    found: Plane = 4 * (pull.sum(axis=1)[:, None] * at - np.einsum("ij,jk->ik", pull, at))
    return found
