"""Magnetograms to train on: simulated suns, with patches of real regions among them where there are any."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.product import Product
from helioscribe.sdk.training import Arrays, Split, TrainingData
from helioscribe_ar_detectnet._inputs import CROP
from helioscribe_ar_detectnet.classes import CLASSES
from helioscribe_ar_detectnet.simulation.disk import SIDE, Placed, view
from helioscribe_ar_detectnet.simulation.region import Patch, make_region
from helioscribe_ar_detectnet.simulation.scenes import FREQUENCIES, make_scene
from helioscribe_ar_detectnet.training._patches import real_patches

__all__ = ["MOST_BOXES", "make_dataset"]

MOST_BOXES = 12
"""Rows of the array of boxes of a sample; unused ones are 0."""

_CROPS = 8
_MOST_GAUSS = 4000


def make_dataset(
    *, scenes: int, seed: int, data: Path | None, read: Callable[[Path], Product]
) -> TrainingData:
    """Make scenes and views of regions.

    Parameters
    ----------
    scenes
        Of both parts together.
    seed
        Of everything.
    data
        Folder below which SHARP or SMARP magnetograms lie; None for none.
    read
        The platform's reader.
    """
    patches = real_patches(data, read) if data else []
    held = max(1, len(patches) // 3) if patches else 0
    # Whole regions are held back: none is in both parts.
    train, validation = patches[held:], patches[:held]
    count = max(2, round(scenes * 0.15))
    return TrainingData(
        train=Split(arrays=_arrays(seed, scenes - count, train)),
        validation=Split(arrays=_arrays(seed + 1, count, validation)),
        description={
            "scenes": scenes, "simulated": "all suns, and all regions but for the real patches",
            "real_patches": len(train), "real_patches_validation": len(validation),
            "split": "by scene; real patches by region", "classes": dict(FREQUENCIES),
        },
    )  # fmt: skip


def _arrays(seed: int, count: int, real: Sequence[Patch]) -> Arrays:
    field = np.zeros((count, SIDE, SIDE), np.int16)
    boxes = np.zeros((count, MOST_BOXES, 4), np.float32)
    spotted = np.zeros((count, MOST_BOXES), np.int8)
    crops = np.zeros((count, _CROPS, 2, CROP, CROP), np.float16)
    kind = np.full((count, _CROPS), -1, np.int64)
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        scene = make_scene(rng, real=real)
        field[number] = np.clip(np.round(scene.field), -_MOST_GAUSS, _MOST_GAUSS)
        there = min(len(scene.boxes), MOST_BOXES)
        boxes[number, :there] = scene.boxes[:there]
        spotted[number, :there] = [1 if name != "PLAGE" else -1 for name in scene.kinds[:there]]
        for place in range(_CROPS):
            crops[number, place], kind[number, place] = _crop(rng)
    return {"field": field, "boxes": boxes, "spotted": spotted, "crops": crops, "kind": kind}


def _crop(rng: np.random.Generator) -> tuple[NDArray[np.float32], int]:
    number = int(rng.integers(len(CLASSES)))
    latitude = float(rng.choice([-1, 1]) * np.clip(rng.normal(16, 7), 2, 38))
    sign = int(rng.choice([-1, 1]))
    patch = make_region(rng, CLASSES[number], north=latitude > 0, leading=sign, latitude=latitude)
    placed = Placed(patch=patch, longitude=float(rng.uniform(-60, 60)), latitude=latitude)
    return view(rng, placed, side=CROP, network=rng.uniform(5, 25), noise=rng.uniform(2, 12)), number
