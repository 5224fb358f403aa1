"""A batch as the networks take it: turned and mirrored at random, with targets on the grid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from helioscribe_ar_detectnet._crops import Window, planes
from helioscribe_ar_detectnet._grid import SIDE, encode
from helioscribe_ar_detectnet.simulation.disk import cosines

__all__ = ["prepared", "stacked"]

_EMPTY, _COVERED, _IGNORED = 1.0, 4.0, 0.0
"""Weights of squares without a region, with one, and with plage that has no spots: nobody is right about that."""


def prepared(batch: Mapping[str, Any], *, augment: bool) -> dict[str, Any]:
    """Return inputs and targets of a batch; with `augment`, mirrored and with its polarities exchanged at random."""
    field, boxes = batch["field"].float(), batch["boxes"].clone()
    crops = _crops(batch).to(field.device)
    if augment:
        field, boxes = _varied_disks(field, boxes)
        crops = _varied_crops(crops)
    there = zip(boxes.cpu().numpy(), batch["spotted"].cpu().numpy(), strict=True)
    parts = zip(*(_target(one, spotted) for one, spotted in there), strict=True)
    coverage, corners, weight = (torch.from_numpy(np.stack(part)).to(field.device) for part in parts)
    return {
        "x": stacked(field), "coverage": coverage, "corners": corners, "weight": weight, "crops": crops,
        "kind": batch["kind"].reshape(-1),
    }  # fmt: skip


def stacked(field: Any) -> Any:
    """Return fields [G], shape (batch, y, x), with the cosine of the heliocentric angle as a second channel."""
    mu = torch.from_numpy(cosines()).to(field.device).expand(len(field), 1, SIDE, SIDE)
    return torch.cat([torch.asinh(field[:, None] / 60.0) / 3.0, mu], 1)  # as `_inputs.squeezed`


def _crops(batch: Mapping[str, Any]) -> Any:
    """Return views as the classifier takes them, shape (view, plane, y, x)."""
    fields = batch["crops"].flatten(0, 1).cpu().numpy()
    windows = (Window(x=x, y=y, size=size or 1.0) for x, y, size in batch["windows"].flatten(0, 1).tolist())
    return torch.from_numpy(np.stack([planes(field, window) for field, window in zip(fields, windows, strict=True)]))


def _varied_disks(field: Any, boxes: Any) -> tuple[Any, Any]:
    last = SIDE - 1
    if torch.rand(()) < 0.5:
        field = field.flip(1)
        boxes[..., [1, 3]] = (last - boxes[..., [3, 1]]) * (boxes[..., 2:3] > 0)
    if torch.rand(()) < 0.5:
        field = field.flip(2)
        boxes[..., [0, 2]] = (last - boxes[..., [2, 0]]) * (boxes[..., 2:3] > 0)
    return (-field if torch.rand(()) < 0.5 else field), boxes


def _varied_crops(crops: Any) -> Any:
    flips = torch.rand(3, len(crops), 1, 1, 1) < 0.5
    crops = torch.where(flips[0], crops.flip(2), crops)
    crops = torch.where(flips[1], crops.flip(3), crops)
    signs = torch.where(flips[2], -1.0, 1.0)
    return torch.cat([crops[:, :1] * signs, crops[:, 1:]], 1)


def _target(boxes: NDArray[np.float32], spotted: NDArray[np.int8]) -> tuple[NDArray[np.float32], ...]:
    coverage, corners = encode(boxes[spotted > 0].astype(np.float64))
    plage, _ = encode(boxes[spotted < 0].astype(np.float64))
    weight = np.where(coverage > 0, _COVERED, np.where(plage > 0, _IGNORED, _EMPTY)).astype(np.float32)
    return coverage, corners, weight
