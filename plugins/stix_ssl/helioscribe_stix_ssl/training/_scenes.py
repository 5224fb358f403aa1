"""Simulated flares and their maps: compact sources, loops, side lobes, noise, and maps without any source."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from helioscribe_stix_ssl._preprocess import scaled
from helioscribe_stix_ssl.training._instrument import PIXELS, grid, ripples, spatial_frequencies, transform

__all__ = ["KINDS", "Scene", "artefact", "draw_scene", "observe"]

KINDS = ("compact", "loop", "empty")
"""What a scene may be."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """A flare as it is, whoever looks at it."""

    sources: Floats
    """Flux, x, y, standard deviation [arcsec] of each Gaussian, shape (gaussian, 4)."""

    count: int
    """Sources that an observer would tell apart; 0 for an empty field."""

    kind: str
    """One of `KINDS`."""


def draw_scene(
    rng: np.random.Generator, *, count: int | None = None, kind: str | None = None, natural: bool = False
) -> Scene:
    """Draw a flare of one to four sources, a loop, or a field without any.

    Parameters
    ----------
    rng
        Source of all chance.
    count, kind
        Fixed if given.
    natural
        Several sources as rare as in the published labels, seven of 163; otherwise often enough to learn from.
    """
    kind = kind or str(rng.choice(KINDS, p=(0.86, 0.1, 0.04) if natural else (0.78, 0.16, 0.06)))
    if kind == "empty":
        return Scene(sources=np.array([[0.0, 0.0, 0.0, 5.0]]), count=0, kind=kind)
    if kind == "loop":
        return Scene(sources=_loop(rng), count=1, kind=kind)
    shares = (0.957, 0.031, 0.006, 0.006) if natural else (0.6, 0.24, 0.1, 0.06)
    count = int(rng.choice((1, 2, 3, 4), p=shares)) if count is None else count
    return Scene(sources=_compact(rng, count), count=count, kind=kind)


def _compact(rng: np.random.Generator, count: int) -> Floats:
    places = rng.normal(0, 4, (1, 2))
    while len(places) < count:
        radius, angle = rng.uniform(26, 68), rng.uniform(0, 2 * np.pi)
        place = places[0] + radius * np.array([np.cos(angle), np.sin(angle)])
        if np.hypot(*(places - place).T).min() > 26:
            places = np.concatenate([places, place[None]])
    flux = np.concatenate([[1.0], rng.uniform(0.3, 0.95, count - 1)])
    return np.column_stack([flux, places, rng.uniform(2, 7, count)])


def _loop(rng: np.random.Generator) -> Floats:
    radius, opening, turn = rng.uniform(14, 34), rng.uniform(1.2, 2.8), rng.uniform(0, 2 * np.pi)
    angles = turn + np.linspace(-opening / 2, opening / 2, 9)
    bright = rng.uniform(0.7, 1.0, 9)
    x, y = radius * (np.cos(angles) - np.cos(turn)), radius * (np.sin(angles) - np.sin(turn))
    return np.column_stack([bright / 4, x, y, np.full(9, rng.uniform(3, 6))])


def observe(rng: np.random.Generator, scene: Scene, *, method: str = "clean") -> NDArray[np.uint8]:
    """Return a map of a scene as an encoder's preprocessing scales it, shape (`PIXELS`, `PIXELS`).

    Parameters
    ----------
    rng
        Of noise, beam, brightness and what CLEAN leaves behind.
    scene
        What is there.
    method
        ``clean`` or ``bproj``.
    """
    frequencies = spatial_frequencies(2 if method == "clean" else int(rng.choice((2, 3, 5))))
    sources = scene.sources
    if method == "bproj":
        # It covers the whole disk: everything is several times smaller in it.
        zoom = rng.uniform(3, 8.2)
        frequencies, sources = frequencies * zoom, sources / np.array([1, zoom, zoom, zoom])
    signal = transform(sources, frequencies)
    noise = rng.normal(size=(len(frequencies), 2)) @ np.array([1, 1j])
    quality = np.exp(rng.uniform(np.log(8), np.log(150)))
    level = max(float(np.abs(signal).max()), 1e-3 if scene.count else 1.0)
    if method == "bproj":
        image = np.maximum(ripples(signal + noise * level / quality * 2, frequencies), 0)
    else:
        left = rng.uniform(0.0, 0.06) * signal + noise * level / quality
        image = _drawn(scene.sources, rng.uniform(5.8, 8.0)) + ripples(left, frequencies) / np.sqrt(len(frequencies))
    top = max(float(np.abs(image).max()), 1e-12)
    # Published maps come in units from thousandths to tens; the logarithm makes them look different.
    return scaled(image / top * np.exp(rng.uniform(np.log(1e-3), np.log(20))))


def _drawn(sources: Floats, beam: float) -> Floats:
    x, y = grid()
    image = np.zeros_like(x)
    for flux, at_x, at_y, sigma in sources:
        width = sigma**2 + beam**2
        image += flux * beam**2 / width * np.exp(-((x - at_x) ** 2 + (y - at_y) ** 2) / (2 * width))
    return image


def artefact(rng: np.random.Generator, kind: str) -> NDArray[np.uint8]:
    """Return what goes wrong in real maps, as `observe` does.

    Parameters
    ----------
    rng
        Source of all chance.
    kind
        ``stripes``, one Fourier component far too strong; ``empty``, no source; ``edge``, the source cut off by the
        frame; ``hole``, a deep negative beside the source; ``hot``, a few wild pixels.
    """
    if kind == "empty":
        return observe(rng, draw_scene(rng, kind="empty"))
    x, y = grid()
    image = observe(rng, draw_scene(rng, count=1, kind="compact")).astype(float)
    match kind:
        case "stripes":
            angle, width = rng.uniform(0, np.pi), rng.uniform(18, 50)
            image += 160 * np.cos(2 * np.pi * (np.cos(angle) * x + np.sin(angle) * y) / width + rng.uniform(0, 6))
        case "edge":
            image = np.roll(image, (int(rng.choice((-1, 1))) * PIXELS // 2, int(rng.integers(-20, 20))), axis=(0, 1))
        case "hole":
            angle = rng.uniform(0, 2 * np.pi)
            near = (x - 35 * np.cos(angle)) ** 2 + (y - 35 * np.sin(angle)) ** 2
            image -= 400 * np.exp(-near / (2 * 12.0**2))
        case "hot":
            image.flat[rng.integers(0, image.size, 4)] = 2000
        case other:
            raise ValueError(f"no artefact {other!r}")
    low, high = image.min(), image.max()
    return np.asarray((image - low) / (high - low) * 255, np.uint8)
