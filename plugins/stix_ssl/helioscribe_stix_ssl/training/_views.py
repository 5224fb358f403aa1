"""Views of maps: turned, mirrored, moved, as another unit of brightness would show them, and with some noise."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

__all__ = ["view"]


def view(images: Tensor, side: int) -> Tensor:
    """Return views of images.

    Parameters
    ----------
    images
        Levels 0 to 255, shape (batch, n, n).
    side
        Pixels a side of the views.

    Returns
    -------
    Tensor
        0 to 1, shape (batch, 1, side, side).
    """
    batch, own = len(images), images.shape[-1]
    angle = torch.rand(batch) * 2 * torch.pi
    size = 1 + 0.1 * (2 * torch.rand(batch) - 1)
    mirror = torch.where(torch.rand(batch) < 0.5, -1.0, 1.0)
    cos, sin = torch.cos(angle) * size, torch.sin(angle) * size
    shift = 0.08 * torch.randn(2, batch)
    rows = [torch.stack([cos * mirror, -sin, shift[0]], 1), torch.stack([sin * mirror, cos, shift[1]], 1)]
    places = functional.affine_grid(torch.stack(rows, 1), [batch, 1, own, own], align_corners=False)
    grey = images[:, None].float() / 255
    seen = functional.grid_sample(grey, places, mode="bilinear", padding_mode="reflection", align_corners=False)
    noise = 0.02 * torch.rand(batch, 1, 1, 1) * torch.randn_like(seen)
    made = (_in_other_units(seen.clamp(0, 1)) + noise).clamp(0, 1)
    return functional.interpolate(made, size=(side, side), mode="bilinear", align_corners=False)


def _in_other_units(seen: Tensor) -> Tensor:
    """Return scaled logarithms of brightness as they were, were the map in other units: brighter ones, or fainter."""
    power = 1.5 * torch.randn(len(seen), 1, 1, 1)
    strength = power.abs().clamp(min=1e-2)
    fainter = torch.expm1(strength * seen) / torch.expm1(strength)
    brighter = torch.log1p(torch.expm1(strength) * seen) / strength
    return torch.where(power > 0, fainter, brighter)
