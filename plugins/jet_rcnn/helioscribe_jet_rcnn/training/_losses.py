"""Losses and scores of batches, whose windows are turned and mirrored while training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from helioscribe_jet_rcnn.training._dataset import STEP

__all__ = ["losses", "probabilities", "turned"]

_GAINS = (0.8, 1.25)
"""Renderings differ in contrast; windows are shown in others than their own."""

_POSITIVE_CELL = 10.0
"""Weight of a cell with a jet: a jet lights a few cells of hundreds."""


def turned(images: Tensor, number: int) -> Tensor:
    """Return images, shape (..., y, x), in one of the eight flips and quarter turns, the same for all."""
    images = torch.rot90(images, number % 4, (-2, -1))
    return images.flip(-1) if number >= 4 else images


def losses(network: Any, batch: Mapping[str, Tensor], *, weights: tuple[float, float]) -> dict[str, Tensor]:
    """Return the parts of the loss.

    ``window`` is the cross entropy of the answer; ``map`` that of the map where a simulation, or there being no jet,
    says which cells are lit; ``real_map`` wants one cell at least in a window with a real jet.
    """
    x, lit, gains = batch["x"], batch["lit"], torch.ones(len(batch["x"]), device=batch["x"].device)
    if network.training:
        numbers = torch.randint(0, 8, (len(x),)).tolist()
        x, lit = (
            torch.stack([turned(window, number) for window, number in zip(part, numbers, strict=True)])
            for part in (x, lit)
        )
        gains.uniform_(*_GAINS)
    logits, places, mask = network(x, batch["length"], STEP * gains)
    known = lit[mask].float()
    weight = (known >= 0).float() * (1 + (_POSITIVE_CELL - 1) * (known > 0).float())
    cells = binary_cross_entropy_with_logits(places, known.clamp(min=0), weight=weight, reduction="sum")
    real = torch.stack([one.amax() for one in places.split(mask.sum(1).tolist())])
    unknown = (lit[:, 0, 0, 0] < 0).float() * batch["label"]
    somewhere = binary_cross_entropy_with_logits(real, torch.ones_like(real), weight=unknown)
    return {
        "window": binary_cross_entropy_with_logits(logits, batch["label"]),
        "map": weights[0] * cells / weight.sum().clamp(min=1),
        "real_map": weights[1] * somewhere,
    }


def probabilities(network: Any, batch: Mapping[str, Tensor]) -> Tensor:
    """Return the probability of a jet in each window."""
    scale = torch.full((len(batch["x"]),), STEP, device=batch["x"].device)
    return torch.sigmoid(network(batch["x"], batch["length"], scale)[0])
