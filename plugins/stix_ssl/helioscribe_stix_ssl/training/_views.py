"""Views of maps: turned, mirrored, moved, with another curve of brightness and some noise."""

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
    batch = len(images)
    angle = torch.rand(batch) * 2 * torch.pi
    size = 1 + 0.1 * (2 * torch.rand(batch) - 1)
    mirror = torch.where(torch.rand(batch) < 0.5, -1.0, 1.0)
    cos, sin = torch.cos(angle) * size, torch.sin(angle) * size
    shift = 0.08 * torch.randn(2, batch)
    rows = [torch.stack([cos * mirror, -sin, shift[0]], 1), torch.stack([sin * mirror, cos, shift[1]], 1)]
    places = functional.affine_grid(torch.stack(rows, 1), [batch, 1, side, side], align_corners=False)
    grey = images[:, None].float() / 255
    seen = functional.grid_sample(grey, places, mode="bilinear", padding_mode="reflection", align_corners=False)
    curve = torch.exp(0.3 * torch.randn(batch, 1, 1, 1))
    noise = 0.02 * torch.rand(batch, 1, 1, 1) * torch.randn_like(seen)
    return (seen.clamp(1e-4, 1) ** curve + noise).clamp(0, 1)
