"""Jets that never were, on real backgrounds, and brightenings of the same energy that are none.

A jet is a bright, narrow stream that grows along its axis from a base (Raouafi et al. 2016, Space Sci. Rev. 201, 1).
What is none has its energy and its time profile, but does not stream: a round brightening, a loop that brightens along
its whole length at once, a round cloud that drifts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["NON_JETS", "simulated_jet", "simulated_other"]

NON_JETS = ("round", "loop", "cloud")
"""Kinds of brightenings that are no jets."""

Frames = NDArray[np.float32]


def simulated_jet(frames: int, side: int, rng: np.random.Generator) -> Frames:
    """Return the light of a jet, shape (frames, side, side), at most about 1.

    It starts within the first two thirds, rises at 2 to 12 pixels a frame to 20 to 65 % of the field, is 2 to 6 pixels
    wide, and fades or falls back. Its base brightens first.
    """
    along, across = _axes(side, rng)
    length, width = side * rng.uniform(0.2, 0.65), rng.uniform(1.0, 3.0)
    speed, start = rng.uniform(2.0, 12.0), rng.uniform(-0.1, 0.66) * frames
    across = across - rng.uniform(-0.002, 0.002) * along**2  # some bend
    width_here = width * (1 + rng.uniform(0, 1.2) * np.clip(along / length, 0, 1))
    beam = np.exp(-((across / width_here) ** 2) / 2) * _strands(along, rng)
    base = np.exp(-(along**2 + across**2) / (2 * (2.5 * width) ** 2))
    lasts, falls = rng.uniform(5, 14), rng.random() < 0.4
    light = np.zeros((frames, side, side), np.float32)
    for frame in range(frames):
        age = frame - start
        if age < 0:
            light[frame] = base * max(0.0, 1 + age / 2)
            continue
        top = min(length, speed * age)
        bottom = 0.0 if falls else max(0.0, speed * (age - lasts)) * 0.6
        fading = np.exp(-max(0.0, age - lasts) / 3)
        if falls and age > lasts:
            top *= float(fading)
        inside = _edge(along - bottom) * _edge(top - along)
        light[frame] = fading * (beam * inside * (1 - 0.5 * np.clip(along / length, 0, 1)) + 0.8 * base)
    return light


def _axes(side: int, rng: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    y, x = np.mgrid[:side, :side].astype(np.float64)
    angle = rng.uniform(0, 2 * np.pi)
    # The base lies where the jet has room: on the other side of the middle than it points to.
    offset = rng.uniform(0, 0.3) * side
    x = x - side / 2 + offset * np.cos(angle) + rng.uniform(-0.15, 0.15) * side
    y = y - side / 2 + offset * np.sin(angle) + rng.uniform(-0.15, 0.15) * side
    return x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)


def _strands(along: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    wave, phase = rng.uniform(8, 25), rng.uniform(0, 2 * np.pi)
    return 1 - 0.25 * (1 + np.sin(2 * np.pi * along / wave + phase)) / 2


def _edge(distance: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.clip(0.5 + distance / 3, 0, 1))


def simulated_other(jet: Frames, kind: str, rng: np.random.Generator) -> Frames:
    """Return a brightening of a kind of `NON_JETS` with the energy, in sum and frame by frame, of a jet.

    Parameters
    ----------
    jet
        Shape (frames, side, side).
    kind
        Which.
    rng
        Random numbers.
    """
    frames, side = jet.shape[:2]
    energy = (jet.astype(np.float64) ** 2).sum((1, 2))
    shapes = _loop(frames, side, rng) if kind == "loop" else _round(frames, side, rng, drifts=kind == "cloud")
    own = (shapes**2).sum((1, 2))
    # A stream grows from nothing; what stands still must not show by another energy in any frame.
    return np.asarray(shapes * np.sqrt(energy / np.maximum(own, 1e-9))[:, None, None], np.float32)


def _round(frames: int, side: int, rng: np.random.Generator, *, drifts: bool) -> NDArray[np.float64]:
    y, x = np.mgrid[:side, :side].astype(np.float64)
    middle = rng.uniform(0.25, 0.75, 2) * side
    size, stretch = rng.uniform(4, 14), rng.uniform(1, 1.5)
    speed, angle = (rng.uniform(0.5, 2.5), rng.uniform(0, 2 * np.pi)) if drifts else (0.0, 0.0)
    step = speed * np.array([np.cos(angle), np.sin(angle)])
    shapes = np.empty((frames, side, side))
    for frame in range(frames):
        at = middle + step * (frame - frames / 2)
        shapes[frame] = np.exp(-(((x - at[0]) / size) ** 2 + ((y - at[1]) / (size * stretch)) ** 2) / 2)
    return shapes


def _loop(frames: int, side: int, rng: np.random.Generator) -> NDArray[np.float64]:
    along, across = _axes(side, rng)
    length, width, bend = side * rng.uniform(0.2, 0.6), rng.uniform(1.0, 3.5), rng.uniform(-0.012, 0.012)
    shape = np.exp(-(((across - bend * along * (length - along) / 4) / width) ** 2) / 2)
    shape = shape * _edge(along) * _edge(length - along)
    return np.broadcast_to(shape, (frames, side, side)).copy()
