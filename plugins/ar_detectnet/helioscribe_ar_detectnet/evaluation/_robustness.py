"""How alike the answers stay when the Sun is the same and only the instrument differs; no label is needed for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.detection import Detection, DetectionResult, Parameters
from helioscribe.domain.product import Product, SolarImage
from helioscribe.sdk.matching import pair_nearest

__all__ = ["robustness"]

_NEAR = 5.0
"""Farthest [deg] that a region may move and still be the same."""

Field = NDArray[np.float32]


def _noisy(field: Field) -> Field:
    return field + np.random.default_rng(0).normal(0, 10, field.shape).astype(np.float32)


def _coarse(field: Field) -> Field:
    half = field.reshape(len(field) // 2, 2, -1, 2).mean(axis=(1, 3))
    return half.repeat(2, axis=0).repeat(2, axis=1)


def _with_gaps(field: Field) -> Field:
    return np.where(np.random.default_rng(0).random(field.shape) < 0.02, np.float32(0), field)


_WAYS: Mapping[str, Callable[[Field], Field]] = {
    "fields 0.8 times as strong": lambda field: field * np.float32(0.8),
    "fields 1.25 times as strong": lambda field: field * np.float32(1.25),
    "noise of 10 G more": _noisy,
    "pixels twice as wide": _coarse,
    "2 % of pixels lost": _with_gaps,
    "center a pixel off": lambda field: np.roll(field, 1, axis=1),
}


def robustness(
    images: Iterable[SolarImage], detect: Callable[[Product, Parameters], DetectionResult]
) -> dict[str, dict[str, float]]:
    """Return for each change of the instrument what becomes of the regions.

    Returns
    -------
    dict
        By the change: of how many regions, the share that is found again within 5 degrees (``kept``), regions that
        are new, as a share (``new``), the median shift of those kept [deg] and the share of them with the same class.
    """
    found: dict[str, list[tuple[Sequence[Detection], Sequence[Detection]]]] = {name: [] for name in _WAYS}
    for image in images:
        plain = detect(image, {}).detections
        for name, changed in _WAYS.items():
            other = replace(image, pixels=changed(np.where(image.mask, np.float32(0), image.pixels)))
            found[name].append((plain, detect(other, {}).detections))
    return {name: _compared(pairs) for name, pairs in found.items()}


def _compared(pairs: Sequence[tuple[Sequence[Detection], Sequence[Detection]]]) -> dict[str, float]:
    kept = [match for before, after in pairs for match in _matched(before, after)]
    before, after = (sum(len(side) for side in sides) for sides in zip(*pairs, strict=True))
    return {
        "regions": before,
        "kept": len(kept) / max(before, 1),
        "new": (after - len(kept)) / max(before, 1),
        "shift_deg": float(np.median([apart for apart, _ in kept])) if kept else 0.0,
        "same_class": sum(same for _, same in kept) / max(len(kept), 1),
    }


def _matched(before: Sequence[Detection], after: Sequence[Detection]) -> list[tuple[float, bool]]:
    """Return of each region that is found again how far it moved [deg], and whether its class is the same."""
    if not before or not after:
        return []
    (x1, y1), (x2, y2) = (_places(side) for side in (before, after))
    apart = np.hypot((x1[:, None] - x2) * np.cos(np.radians(y1))[:, None], y1[:, None] - y2)
    classes = [[one.measurements["ar_mtwilsoncls"] for one in side] for side in (before, after)]
    return [(float(apart[a, b]), classes[0][a] == classes[1][b]) for a, b in pair_nearest(apart, most=_NEAR)]


def _places(detections: Sequence[Detection]) -> NDArray[np.float64]:
    """Return Stonyhurst longitudes and latitudes [deg], shape (2, region); NaN off the disk."""
    return np.array([[one.measurements.get(key, np.nan) for one in detections] for key in ("hgs_x", "hgs_y")], float)
