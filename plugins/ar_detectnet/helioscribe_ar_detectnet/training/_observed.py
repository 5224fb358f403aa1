"""Real disks as samples: their regions with and without spots, and each classified region as the classifier sees it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.product import Product
from helioscribe.sdk.parts import read_parts
from helioscribe_ar_detectnet._crops import cut, window_of
from helioscribe_ar_detectnet._geometry import SIDE
from helioscribe_ar_detectnet.classes import CLASSES
from helioscribe_ar_detectnet.labels.disks import LabelledRegion, ObservedDisk, observed_disks
from helioscribe_ar_detectnet.labels.splits import PARTS, split_by_time
from helioscribe_ar_detectnet.training._views import View

__all__ = ["Observed", "Sample", "read_observed", "whole_gauss"]

_MOST_GAUSS = 4000

_FARTHEST = 0.31
"""Cosine of 72 degrees: nearer to the limb, NOAA's classes are guesses."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """A magnetogram with boxes, and single regions with classes."""

    field: NDArray[np.int16]
    """Along the line of sight [G], shape (512, 512)."""

    boxes: NDArray[np.float32]
    """x1, y1, x2, y2 [pixels of 512], shape (region, 4)."""

    spotted: Sequence[bool]
    """Whether each region has spots."""

    views: Sequence[View]
    """Regions for the classifier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """Real disks by the part of the dataset."""

    samples: dict[str, list[Sample]] = field(default_factory=lambda: {part: [] for part in PARTS})
    """Disks with regions."""

    quiet: dict[str, list[NDArray[np.int16]]] = field(default_factory=lambda: {part: [] for part in PARTS})
    """Fields [G] of disks without any region."""

    names: dict[str, list[str]] = field(default_factory=lambda: {part: [] for part in (*PARTS, "between")})
    """Files of each part; those between the parts are in none."""

    counts: Counter[str] = field(default_factory=Counter)
    """Regions by the source of their boxes, and by their class."""

    def description(self) -> dict[str, Any]:
        """Return what there is, for the model card."""
        return {
            "real_disks": {part: len(self.samples[part]) for part in PARTS},
            "real_quiet_disks": {part: len(self.quiet[part]) for part in PARTS},
            "real_regions": dict(sorted(self.counts.items())),
            "held_out": self.names["test"],
            "between_parts": len(self.names["between"]),
        }


def read_observed(folder: Path, read: Callable[[Path], Product]) -> Observed:
    """Read the labelled disks below a folder, and share them out as it says, or else by time, 70, 20 and 10 %."""
    # Of each disk only what is trained on is kept: an archive has thousands.
    found = [(one.path, one.time, _counted(one), _sample(one)) for one in observed_disks(folder, read)]
    known = read_parts(folder)
    times = [time for _, time, *_ in found]
    shares = [known.part(path) for path, *_ in found] if known else split_by_time(times)
    observed = Observed()
    for (path, _, counts, sample), part in zip(found, shares, strict=True):
        observed.names[part or "between"].append(path.name)
        if part is None:
            continue
        observed.counts.update(counts)
        if len(sample.boxes):
            observed.samples[part].append(sample)
        else:
            observed.quiet[part].append(sample.field)
    return observed


def _counted(one: ObservedDisk) -> list[str]:
    return [word for region in one.regions for word in (region.source, region.kind) if word]


def _sample(one: ObservedDisk) -> Sample:
    return Sample(
        field=whole_gauss(one.disk.field),
        boxes=np.array([region.box for region in one.regions], np.float32).reshape(-1, 4),
        spotted=[not region.plage for region in one.regions],
        views=list(_views(one)),
    )


def _views(one: ObservedDisk) -> Iterator[View]:
    for region in one.regions:
        if region.kind in CLASSES and _slant(one, region) > _FARTHEST:
            box = np.array(region.box)
            window = window_of(box)
            fine = one.disk.fine
            cropped = cut(fine, box, window, side=fine.shape[0])
            yield View(field=cropped, window=window, kind=CLASSES.index(region.kind))


def _slant(one: ObservedDisk, region: LabelledRegion) -> float:
    x, y = (round((low + high) / 2) for low, high in (region.box[::2], region.box[1::2]))
    return float(one.disk.mu[np.clip(y, 0, SIDE - 1), np.clip(x, 0, SIDE - 1)])


def whole_gauss(field: NDArray[np.floating]) -> NDArray[np.int16]:
    """Return a field in whole gauss, which takes half of the room."""
    return np.clip(np.round(field), -_MOST_GAUSS, _MOST_GAUSS).astype(np.int16)
