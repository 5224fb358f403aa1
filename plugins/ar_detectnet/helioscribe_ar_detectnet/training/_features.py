"""What is features of a crop: the strong field of either sign, how close both lie, and how well a line parts them.

As in the literature on flare-productive regions: lengths of the polarity inversion line with strong field on both
sides (Schrijver 2007, ApJ 655, L117; Falconer et al. 2002, ApJ 569, 1016), areas and fluxes of spots.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from helioscribe_ar_detectnet._inputs import CROP

__all__ = ["FEATURES", "features"]

_LEVELS = (150.0, 300.0, 500.0, 800.0, 1200.0, 1700.0)
"""Radial field [G]; spots have more than about 1000."""

_TOUCHING = (200.0, 400.0, 800.0)
_PARTED = (200.0, 700.0)
FEATURES = 2 * len(_LEVELS) + 2 * len(_TOUCHING) + 3 * len(_PARTED) + 4


def features(x: Tensor) -> Tensor:
    """Return features of crops, shape (batch, 3, y, x), that stay if a crop is turned or its polarities are exchanged.

    Logarithms of the areas above some levels, of the stronger and the weaker polarity; of the areas in which both lie
    within one and within three double pixels; of the highest field of each; how much of each lies on the other's side
    of the line midway between their middles, and the distance of these; slant and size of the crop.
    """
    x = nn.functional.avg_pool2d(x, 2)
    slant, size = x[:, 1:2].clamp(0.25, 1), x[:, 2:3]
    seen = 30.0 * (torch.exp(3.0 * x[:, :1]) - torch.exp(-3.0 * x[:, :1]))  # `_inputs.squeezed`, undone
    pixel = (2.0 ** (2.0 * size)) / slant * (2 * 48.0 / CROP) ** 2
    signs = torch.cat([seen, -seen], 1) / slant
    found = []
    for level in _LEVELS:
        found += _ranked(_area(_above(signs, level), pixel))
    for level in _TOUCHING:
        strong = _above(signs, level)
        for reach in (1, 3):
            near = nn.functional.max_pool2d(strong, 2 * reach + 1, 1, reach)
            found.append(_area(near[:, :1] * near[:, 1:], pixel)[:, 0])
    found += _ranked(torch.log1p((signs * slant).amax((2, 3)).clamp(min=1) / 300))
    scale = 2.0 ** size.mean((1, 2, 3))
    for level in _PARTED:
        found += _parted(signs.clamp(min=0) * _above(signs, level) * pixel, scale)
    return torch.stack([*found, slant.mean((1, 2, 3)), size.mean((1, 2, 3))], 1)


def _above(field: Tensor, level: float) -> Tensor:
    # A soft edge: rounding in another runtime must not move a pixel to the other side. Written out, because runtimes
    # approximate the logistic function by some 1e-7 where it is 0, which thousands of empty pixels would add up.
    return 1 / (1 + torch.exp(((1 - field / level) * 12).clamp(-60, 60)))


def _area(flags: Tensor, pixel: Tensor) -> Tensor:
    return torch.log(1 + (flags * pixel).sum((2, 3)))


def _ranked(values: Tensor) -> list[Tensor]:
    """Return the larger and the smaller one of values of both polarities, shape (batch, 2)."""
    return [values.amax(1), values.amin(1)]


def _parted(flux: Tensor, scale: Tensor) -> list[Tensor]:
    """Return how much of the stronger and of the weaker polarity lies on the other's side, and how far apart they are.

    Parameters
    ----------
    flux
        Of either polarity, shape (batch, 2, y, x).
    scale
        Size of the crops, shape (batch,).
    """
    total = flux.sum((2, 3)) + 1e-3
    steps = torch.arange(CROP // 2, dtype=flux.dtype) - (CROP // 2 - 1) / 2
    across, up = steps.view(1, 1, 1, -1), steps.view(1, 1, -1, 1)
    x, y = ((flux * axis).sum((2, 3)) / total for axis in (across, up))
    apart = torch.stack([x[:, 0] - x[:, 1], y[:, 0] - y[:, 1]], 1)
    length = (apart**2).sum(1).sqrt() + 1e-3
    way = (apart / length[:, None]).view(-1, 2, 1, 1)
    along = (across - x.mean(1).view(-1, 1, 1, 1)) * way[:, :1] + (up - y.mean(1).view(-1, 1, 1, 1)) * way[:, 1:]
    astray = (flux * torch.cat([torch.sigmoid(-2 * along), torch.sigmoid(2 * along)], 1)).sum((2, 3)) / total
    # Of the polarity with more flux first; soft, so that nothing jumps where both have as much.
    share = torch.sigmoid(4 * torch.log(total[:, 0] / total[:, 1]).clamp(-10, 10))
    first = share * astray[:, 0] + (1 - share) * astray[:, 1]
    return [first, astray.sum(1) - first, torch.log(length * scale + 0.3)]
