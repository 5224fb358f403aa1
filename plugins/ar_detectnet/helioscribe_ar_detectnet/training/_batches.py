"""A batch as the networks take it: turned and mirrored at random, with targets on the grid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from helioscribe_ar_detectnet._grid import SIDE, encode
from helioscribe_ar_detectnet.simulation.disk import cosines

__all__ = ["prepared", "stacked"]

_EMPTY, _COVERED, _IGNORED = 1.0, 2.0, 0.0
"""Weights of squares without a region, with one, and with plage that has no spots: nobody is right about that."""


def prepared(batch: Mapping[str, Any], *, augment: bool) -> dict[str, Any]:
    """Return inputs and targets of a batch; with `augment`, mirrored and with its polarities exchanged at random."""
    field, boxes = batch["field"].float(), batch["boxes"].clone()
    crops = batch["crops"].float()
    if augment:
        field, boxes, crops = _varied(field, boxes, crops)
    there = zip(boxes.cpu().numpy(), batch["spotted"].cpu().numpy(), strict=True)
    parts = zip(*(_target(one, spotted) for one, spotted in there), strict=True)
    coverage, corners, weight = (torch.from_numpy(np.stack(part)).to(field.device) for part in parts)
    return {
        "x": stacked(field), "coverage": coverage, "corners": corners, "weight": weight,
        "crops": torch.cat([_squeezed(crops[:, :, :1]), crops[:, :, 1:]], 2), "kind": batch["kind"],
    }  # fmt: skip


def stacked(field: Any) -> Any:
    """Return fields [G], shape (batch, y, x), with the cosine of the heliocentric angle as a second channel."""
    mu = torch.from_numpy(cosines()).to(field.device).expand(len(field), 1, SIDE, SIDE)
    return torch.cat([_squeezed(field[:, None]), mu], 1)


def _squeezed(field: Any) -> Any:
    return torch.asinh(field / 60.0) / 3.0  # as `_inputs.squeezed`


def _varied(field: Any, boxes: Any, crops: Any) -> tuple[Any, Any, Any]:
    last = SIDE - 1
    if torch.rand(()) < 0.5:
        field, crops = field.flip(1), crops.flip(3)
        boxes[..., [1, 3]] = (last - boxes[..., [3, 1]]) * (boxes[..., 2:3] > 0)
    if torch.rand(()) < 0.5:
        field, crops = field.flip(2), crops.flip(4)
        boxes[..., [0, 2]] = (last - boxes[..., [2, 0]]) * (boxes[..., 2:3] > 0)
    if torch.rand(()) < 0.5:
        field = -field
        crops = torch.cat([-crops[:, :, :1], crops[:, :, 1:]], 2)
    return field, boxes, crops


def _target(boxes: NDArray[np.float32], spotted: NDArray[np.int8]) -> tuple[NDArray[np.float32], ...]:
    coverage, corners = encode(boxes[spotted > 0].astype(np.float64))
    plage, _ = encode(boxes[spotted < 0].astype(np.float64))
    weight = np.where(coverage > 0, _COVERED, np.where(plage > 0, _IGNORED, _EMPTY)).astype(np.float32)
    return coverage, corners, weight
