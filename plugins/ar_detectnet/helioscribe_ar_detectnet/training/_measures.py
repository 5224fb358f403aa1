"""What can be measured of a crop without learning: how much strong field of either sign there is, and how close."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from helioscribe_ar_detectnet._inputs import CROP

__all__ = ["MEASURES", "measured"]

_LEVELS = (150.0, 500.0, 1000.0, 1500.0)
"""Radial field [G]; spots have more than about 1000."""

_TOUCHING = (300.0, 900.0)
MEASURES = 2 * len(_LEVELS) + 2 * len(_TOUCHING) + 2


def measured(x: Tensor) -> Tensor:
    """Return measures of crops of shape (batch, 3, y, x) that do not change if the polarities are exchanged.

    Logarithms of the areas above some levels, of the stronger and the weaker polarity; of the areas in which both lie
    within one and within three double pixels; slant and size of the crop.
    """
    x = nn.functional.avg_pool2d(x, 2)
    slant, size = x[:, 1:2].clamp(0.25, 1), x[:, 2:3]
    radial = 30.0 * (torch.exp(3.0 * x[:, :1]) - torch.exp(-3.0 * x[:, :1])) / slant  # `_inputs.squeezed`, undone
    pixel = (2.0 ** (2.0 * size)) / slant * (2 * 48.0 / CROP) ** 2
    found = []
    for level in _LEVELS:
        areas = torch.stack([_area(_above(radial, level), pixel), _area(_above(-radial, level), pixel)], 1)
        found += [areas.amax(1), areas.amin(1)]
    for level in _TOUCHING:
        signs = _above(radial, level), _above(-radial, level)
        for reach in (1, 3):
            near = [nn.functional.max_pool2d(one, 2 * reach + 1, 1, reach) for one in signs]
            found.append(_area(near[0] * near[1], pixel))
    return torch.stack([*found, slant.mean((1, 2, 3)), size.mean((1, 2, 3))], 1)


def _above(field: Tensor, level: float) -> Tensor:
    # A soft edge: rounding in another runtime must not move a pixel to the other side. Written out, because runtimes
    # approximate the logistic function by some 1e-7 where it is 0, which thousands of empty pixels would add up.
    return 1 / (1 + torch.exp(((1 - field / level) * 12).clamp(-60, 60)))


def _area(flags: Tensor, pixel: Tensor) -> Tensor:
    return torch.log(1 + (flags * pixel).sum((1, 2, 3)))
