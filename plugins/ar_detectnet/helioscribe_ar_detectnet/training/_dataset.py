"""Magnetograms to train on: simulated suns, real patches on real quiet disks, and labelled real disks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.product import Product
from helioscribe.sdk.parts import read_parts
from helioscribe.sdk.training import Arrays, Split, TrainingData
from helioscribe_ar_detectnet._inputs import CROP
from helioscribe_ar_detectnet.simulation.disk import SIDE
from helioscribe_ar_detectnet.simulation.region import Patch
from helioscribe_ar_detectnet.simulation.scenes import make_scene
from helioscribe_ar_detectnet.simulation.statistics import SAMPLED
from helioscribe_ar_detectnet.training._observed import Observed, Sample, read_observed, whole_gauss
from helioscribe_ar_detectnet.training._patches import real_patches
from helioscribe_ar_detectnet.training._views import VIEWS, make_views

__all__ = ["MOST_BOXES", "make_dataset"]

MOST_BOXES = 16
"""Rows of the array of boxes of a sample; unused ones are 0."""


def make_dataset(
    *, scenes: int, seed: int, data: Path | None, read: Callable[[Path], Product]
) -> TrainingData:
    """Make scenes and views of regions, and add the labelled disks that there are.

    Parameters
    ----------
    scenes
        Simulated suns of both parts together.
    seed
        Of everything.
    data
        Folder below which SHARP or SMARP magnetograms, and full disks with labels, lie; None for none.
    read
        The platform's reader.
    """
    train, validation = real_patches(data, read) if data else ([], [])
    observed = read_observed(data, read) if data else Observed()
    known = read_parts(data)
    count = max(2, round(scenes * 0.15))
    return TrainingData(
        train=Split(arrays=_part("train", seed, scenes - count, train, observed)),
        validation=Split(arrays=_part("validation", seed + 1, count, validation, observed)),
        description={
            "scenes": scenes, "simulated": "all suns, and all regions but for the real patches",
            "real_patches": len(train), "real_patches_validation": len(validation),
            "split": f"by scene; {known.told() if known else 'real patches by region; real disks by time'}",
            "classes": dict(SAMPLED),
            **observed.description(),
        },
    )  # fmt: skip


def _part(name: str, seed: int, count: int, patches: Sequence[Patch], observed: Observed) -> Arrays:
    made = _simulated(seed, count, patches, observed.quiet[name])
    return _arrays(observed.samples[name], made, count)


def _simulated(
    seed: int, count: int, patches: Sequence[Patch], quiet: Sequence[NDArray[np.int16]]
) -> Iterator[Sample]:
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        scene = make_scene(rng, real=patches, quiet=quiet)
        spotted = [name != "PLAGE" for name in scene.kinds]
        yield Sample(field=whole_gauss(scene.field), boxes=scene.boxes, spotted=spotted, views=list(make_views(rng)))


def _arrays(real: Sequence[Sample], made: Iterator[Sample], count: int) -> Arrays:
    count += len(real)
    field = np.zeros((count, SIDE, SIDE), np.int16)
    boxes = np.zeros((count, MOST_BOXES, 4), np.float32)
    spotted = np.zeros((count, MOST_BOXES), np.int8)
    crops = np.zeros((count, VIEWS, CROP, CROP), np.int16)
    windows = np.zeros((count, VIEWS, 3), np.float32)
    kind = np.full((count, VIEWS), -1, np.int64)
    for number, sample in enumerate(chain(real, made)):
        field[number] = sample.field
        there = min(len(sample.boxes), MOST_BOXES)
        boxes[number, :there] = sample.boxes[:there]
        spotted[number, :there] = [1 if one else -1 for one in sample.spotted[:there]]
        for place, view in enumerate(sample.views[:VIEWS]):
            crops[number, place] = np.round(view.field)
            windows[number, place] = (view.window.x, view.window.y, view.window.size)
            kind[number, place] = view.kind
    return {"field": field, "boxes": boxes, "spotted": spotted, "crops": crops, "windows": windows, "kind": kind}
