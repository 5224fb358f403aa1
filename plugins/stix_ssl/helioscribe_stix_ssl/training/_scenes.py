"""Simulated flares and their maps: compact sources, loops, side lobes, noise, and maps without any source."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from helioscribe_stix_ssl._preprocess import scaled
from helioscribe_stix_ssl.training._clean import clean
from helioscribe_stix_ssl.training._instrument import PIXELS, grid, ripples, spatial_frequencies, transform

__all__ = ["KINDS", "Scene", "artefact", "draw_scene", "observe"]

KINDS = ("compact", "loop", "empty")
"""What a scene may be."""

_OURS = 0.85  # share of maps made as the platform and the archive make theirs; the others are made otherwise
_BRIGHTNESS = {"clean": (5e-4, 1.5), "bproj": (0.1, 1500.0)}  # of their brightest pixel
_ELSEWHERE = (1e-3, 20.0)
_HALO = 0.6  # share of sources with one
_AT_THE_EDGE = 0.15  # share of back projections whose window reaches beyond the map

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
    return np.concatenate([_source(rng, *row) for row in np.column_stack([flux, places])])


def _source(rng: np.random.Generator, flux: float, x: float, y: float) -> Floats:
    """Return one source, often drawn out and with a halo around it: thermal sources are no points."""
    parts = int(rng.integers(1, 5))
    spread = rng.uniform(0, 10)
    angle = rng.uniform(0, np.pi)
    along = rng.normal(0, spread, parts) * (parts > 1)
    across = rng.normal(0, 0.4 * spread, parts) * (parts > 1)
    places = np.column_stack(
        [x + along * np.cos(angle) - across * np.sin(angle), y + along * np.sin(angle) + across * np.cos(angle)]
    )
    core = np.column_stack([flux * rng.dirichlet(np.full(parts, 3.0)), places, rng.uniform(2, 8, parts)])
    halo = [flux * rng.uniform(0, 1.2), *rng.normal((x, y), 5), rng.uniform(10, 30)]
    return np.concatenate([core, [halo]]) if rng.random() < _HALO else core


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
        Of calibration, noise, beam and brightness.
    scene
        What is there.
    method
        ``clean`` or ``bproj``.
    """
    image = _cleaned(rng, scene) if method == "clean" else _projected(rng, scene)
    low, high = _BRIGHTNESS[method] if rng.random() < _OURS else _ELSEWHERE
    top = max(float(np.abs(image).max()), 1e-12)
    return scaled(image / top * np.exp(rng.uniform(np.log(low), np.log(high))))


def _cleaned(rng: np.random.Generator, scene: Scene) -> Floats:
    frequencies = spatial_frequencies(int(rng.choice((1, 2, 3), p=(0.1, 0.8, 0.1))))
    seen = _visibilities(rng, scene.sources, frequencies, empty=not scene.count)
    return clean(seen, frequencies, width=rng.uniform(13.0, 19.0))


def _projected(rng: np.random.Generator, scene: Scene) -> Floats:
    """Map the whole disk with coarse grids: sources are points in it, and lie aside by as many beams as in any map."""
    if rng.random() < _OURS:
        finest, zoom = 6, rng.uniform(7.5, 8.3)
    else:
        finest, zoom = int(rng.choice((2, 3, 5))), rng.uniform(3, 8.2)
    near = 1.0 if scene.kind == "compact" else zoom
    frequencies = spatial_frequencies(finest) * zoom
    seen = _visibilities(rng, scene.sources / np.array([1, near, near, zoom]), frequencies, empty=not scene.count)
    image = np.maximum(ripples(seen, frequencies), 0)
    if rng.random() < _AT_THE_EDGE:
        image = np.rot90(image, int(rng.integers(4))).copy()
        image[: int(rng.integers(1, PIXELS // 2 - 4))] = 0
    return image


def _visibilities(
    rng: np.random.Generator, sources: Floats, frequencies: Floats, *, empty: bool
) -> NDArray[np.complex128]:
    """Return Fourier components with the errors of their calibration and noise."""
    signal = transform(sources, frequencies)
    error, noise = rng.normal(size=(2, len(frequencies), 2)) @ np.array([1, 1j])
    level = 1.0 if empty else float(np.abs(signal).max())
    quality = np.exp(rng.uniform(np.log(2), np.log(60)))
    return np.asarray(signal * (1 + rng.uniform(0.0, 0.1) * error) + noise * level / quality)


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
