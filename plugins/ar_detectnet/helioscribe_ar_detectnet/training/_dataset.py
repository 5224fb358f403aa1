"""Magnetograms to train on: simulated suns, real patches on real quiet disks, and labelled real disks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from helioscribe.domain.product import Product
from helioscribe.sdk.parts import read_parts
from helioscribe.sdk.training import Arrays, Split, TrainingData
from helioscribe_ar_detectnet._crops import planes
from helioscribe_ar_detectnet._geometry import SIDE
from helioscribe_ar_detectnet._inputs import CROP
from helioscribe_ar_detectnet.simulation.region import Patch
from helioscribe_ar_detectnet.simulation.scenes import make_scene
from helioscribe_ar_detectnet.simulation.statistics import SAMPLED
from helioscribe_ar_detectnet.training._features import FEATURES, features
from helioscribe_ar_detectnet.training._observed import Observed, Sample, read_observed, whole_gauss
from helioscribe_ar_detectnet.training._patches import real_patches
from helioscribe_ar_detectnet.training._views import VIEWS, View, make_views

__all__ = ["MOST_BOXES", "NETWORKS", "make_dataset"]

NETWORKS = ("detector", "classifier")
"""By the names of the manifest."""

MOST_BOXES = 16
"""Rows of the array of boxes of a sample; unused ones are 0."""


def make_dataset(
    *, scenes: int, seed: int, data: Path | None, read: Callable[[Path], Product], networks: Collection[str] = NETWORKS
) -> TrainingData:
    """Make scenes and views of regions, and add the labelled disks that there are.

    Parameters
    ----------
    scenes
        Simulated suns of both parts together; with each go `VIEWS` views of regions.
    seed
        Of everything.
    data
        Folder below which SHARP or SMARP magnetograms, and full disks with labels, lie; None for none.
    read
        The platform's reader.
    networks
        ``detector`` needs the suns, ``classifier`` the views; what nobody needs is not made.
    """
    train, validation = real_patches(data, read) if data else ([], [])
    observed = read_observed(data, read) if data else Observed()
    known = read_parts(data)
    count = max(2, round(scenes * 0.15))
    splits = {
        name: Split(
            arrays=_Source(
                seed=first, count=size, patches=patches, real=observed.samples[name], quiet=observed.quiet[name]
            ).arrays(networks)
        )
        for name, first, size, patches in (
            ("train", seed, scenes - count, train),
            ("validation", seed + 1, count, validation),
        )
    }
    return TrainingData(
        **splits,
        description={
            "scenes": scenes,
            "simulated": "all suns, and all regions but for the real patches",
            "real_patches": len(train),
            "real_patches_validation": len(validation),
            "split": f"by scene; {known.summary() if known else 'real patches by region; real disks by time'}",
            "classes": dict(SAMPLED),
            **observed.description(),
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """What one part of the dataset is made of."""

    seed: int
    count: int
    patches: Sequence[Patch]
    real: Sequence[Sample]
    quiet: Sequence[NDArray[np.int16]]

    def arrays(self, networks: Collection[str]) -> Arrays:
        found: dict[str, NDArray[Any]] = {}
        total, numbers = len(self.real) + self.count, range(self.count)
        if "detector" in networks:
            suns = (_sun(np.random.default_rng([self.seed, one]), self.patches, self.quiet) for one in numbers)
            found |= _disk_arrays(chain(self.real, suns), total)
        if "classifier" in networks:
            made = (list(make_views(np.random.default_rng([self.seed, one, 1]))) for one in numbers)
            found |= _view_arrays(chain((one.views for one in self.real), made), total)
        return found


def _sun(rng: np.random.Generator, patches: Sequence[Patch], quiet: Sequence[NDArray[np.int16]]) -> Sample:
    scene = make_scene(rng, real=patches, quiet=quiet)
    spotted = [name != "PLAGE" for name in scene.kinds]
    return Sample(field=whole_gauss(scene.field), boxes=scene.boxes, spotted=spotted, views=())


def _disk_arrays(samples: Iterable[Sample], count: int) -> dict[str, NDArray[Any]]:
    field = np.zeros((count, SIDE, SIDE), np.int16)
    boxes = np.zeros((count, MOST_BOXES, 4), np.float32)
    spotted = np.zeros((count, MOST_BOXES), np.int8)
    for number, sample in enumerate(samples):
        field[number] = sample.field
        there = min(len(sample.boxes), MOST_BOXES)
        boxes[number, :there] = sample.boxes[:there]
        spotted[number, :there] = [1 if one else -1 for one in sample.spotted[:there]]
    return {"field": field, "boxes": boxes, "spotted": spotted}


def _view_arrays(samples: Iterable[Sequence[View]], count: int) -> dict[str, NDArray[Any]]:
    crops = np.zeros((count, VIEWS, CROP, CROP), np.int16)
    windows = np.zeros((count, VIEWS, 3), np.float32)
    found = np.zeros((count, VIEWS, FEATURES), np.float32)
    kind = np.full((count, VIEWS), -1, np.int64)
    for number, views in enumerate(samples):
        for place, view in enumerate(views[:VIEWS]):
            crops[number, place] = whole_gauss(view.field)
            windows[number, place] = (view.window.x, view.window.y, view.window.size)
            seen = planes(crops[number, place], view.window)
            found[number, place] = features(torch.from_numpy(seen[None]))[0].numpy()
            kind[number, place] = view.kind
    return {"crops": crops, "windows": windows, "features": found, "kind": kind}
