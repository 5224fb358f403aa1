"""A batch as the networks take it: disks turned and mirrored at random, with targets on the grid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from helioscribe_ar_detectnet._geometry import MIDDLE, SIDE, cosines
from helioscribe_ar_detectnet._grid import encode, within
from helioscribe_ar_detectnet.classes import GAMMA

__all__ = ["complexity", "prepared", "squares", "stacked"]

_EMPTY, _COVERED, _IGNORED = 1.0, 16.0, 0.0
"""Weights of a square without a region, of all squares of one region together, so that small ones count as large ones
do, and of a square with plage that has no spots: nobody is right about that."""

_GAIN = (0.75, 1.33)
"""Between the weakest and the strongest scale of fields: instruments differ by such factors."""


def prepared(batch: Mapping[str, Any], *, augment: bool) -> dict[str, Any]:
    """Return inputs and targets of a batch; with `augment`, hemispheres exchanged, mirrored, with other polarities."""
    disks = _disks(batch, augment=augment) if "field" in batch else {}
    views = {name: batch[name].flatten(0, 1) for name in ("features", "kind") if name in batch}
    return {**disks, **views}


def _disks(batch: Mapping[str, Any], *, augment: bool) -> dict[str, Any]:
    field, boxes, spotted = batch["field"].float(), batch["boxes"].clone(), batch["spotted"]
    if augment:
        field, boxes, spotted = _exchanged(field, boxes, spotted)
        field, boxes = _varied_disks(field, boxes)
    there = zip(boxes.cpu().numpy(), spotted.cpu().numpy(), strict=True)
    parts = zip(*(_target(one, flags) for one, flags in there), strict=True)
    names = ("coverage", "corners", "weight", "corner_weight")
    targets = (torch.from_numpy(np.stack(part)).to(field.device) for part in parts)
    return {**dict(zip(names, targets, strict=True)), "x": stacked(field)}


def complexity(classifier: Any, batch: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return 1 where a view's class is gamma or has one, 0 where not, -1 for no view; and the probability of that."""
    said = torch.softmax(classifier.logits(batch["features"].flatten(0, 1)), 2).mean(0)
    complex_ = torch.isin(batch["kind"], torch.tensor(GAMMA, device=batch["kind"].device)).float()
    return torch.where(batch["kind"] < 0, -1.0, complex_), said[:, GAMMA].sum(1).view(batch["kind"].shape)


def squares(batch: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return 1 where a square has a region, 0 where none, -1 where nobody is right; and what the detector reads."""
    field = batch["field"].float()
    there = zip(batch["boxes"].cpu().numpy(), batch["spotted"].cpu().numpy(), strict=True)
    found = [_target(boxes, spotted) for boxes, spotted in there]
    labels = [np.where(weight > _IGNORED, coverage > 0, -1) for coverage, _, weight, _ in found]
    return torch.from_numpy(np.stack(labels)).float(), stacked(field)


def stacked(field: Any) -> Any:
    """Return fields [G], shape (batch, y, x), with the cosine of the heliocentric angle as a second channel."""
    mu = torch.tensor(cosines(), device=field.device).expand(len(field), 1, SIDE, SIDE)
    return torch.cat([torch.asinh(field[:, None] * (mu > 0) / 60.0) / 3.0, mu], 1)  # as `_inputs.disk_planes`


def _exchanged(field: Any, boxes: Any, spotted: Any) -> tuple[Any, Any, Any]:
    """Return suns with the next one's northern hemisphere, unless a region lies across the equator of either."""
    following = torch.roll(torch.arange(len(field), device=field.device), -1)
    south, north = boxes[..., 3] < MIDDLE, boxes[..., 1] > MIDDLE
    parted = ((spotted == 0) | south | north).all(1)
    taken = parted & parted[following]
    rows = torch.arange(SIDE, device=field.device) > MIDDLE
    field = torch.where(taken[:, None, None] & rows[:, None], field[following], field)
    own = torch.where(taken[:, None] & north, 0, spotted)
    theirs = torch.where(taken[:, None] & north[following], spotted[following], 0)
    return field, torch.cat([boxes, boxes[following]], 1), torch.cat([own, theirs], 1)


def _varied_disks(field: Any, boxes: Any) -> tuple[Any, Any]:
    """Return every sun with another gain, half of them mirrored, along either axis, half with other polarities."""
    each = (len(field), 1, 1)
    field = field * torch.empty(each, device=field.device).uniform_(*_GAIN)
    for axis, edges in ((1, [1, 3]), (2, [0, 2])):
        mirrored = torch.rand(each, device=field.device) < 0.5
        field = torch.where(mirrored, field.flip(axis), field)
        boxes[..., edges] = torch.where(mirrored, SIDE - 1 - boxes[..., edges[::-1]], boxes[..., edges])
    return torch.where(torch.rand(each, device=field.device) < 0.5, -field, field), boxes


def _target(boxes: NDArray[np.float32], spotted: NDArray[np.int8]) -> tuple[NDArray[np.float32], ...]:
    found = encode(boxes[spotted > 0].astype(np.float64))
    elsewhere = np.where(within(boxes[spotted < 0]), _IGNORED, _EMPTY)
    weight = np.where(found.coverage > 0, _COVERED * found.share, elsewhere).astype(np.float32)
    return found.coverage, found.corners, weight, np.tile(found.share / found.size, (2, 1, 1))
