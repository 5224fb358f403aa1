"""Plants what is to be told from the embedding: a second flare of the batch, or a torn piece of one.

The labels cost nothing, as in CutPaste (Li et al. 2021, CVPR). Brightness and noise give nothing away: where no second
flare is planted, one is often added on top of the first, and each sum is scaled as any map is.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from helioscribe_stix_ssl.training._instrument import FIELD

__all__ = ["KINDS", "plant"]

KINDS = ("one", "two", "torn")
"""What the head tells apart."""

_SHARES = (0.3, 0.2, 0.3, 0.2)  # alone, a flare on top, a flare aside, a torn piece
_KIND = (0, 0, 1, 2)
_ON_TOP, _ASIDE = (0.0, 6.0), (24.0, 68.0)  # arcsec
_BRIGHT = (0.2, 1.0)  # of the second flare, relative to the first
_BRIGHTNESS = (-7.0, 3.0)  # natural logarithm of the brightest pixel, in the units of published maps


def plant(images: Tensor) -> tuple[Tensor, Tensor]:
    """Return images with something planted in half of them, and the index of `KINDS` of each.

    Parameters
    ----------
    images
        Levels 0 to 255 on the logarithmic scale of the preprocessing, shape (batch, n, n).

    Returns
    -------
    tuple
        Levels of the same shape, and kinds of shape (batch,).
    """
    bright = _uniform(images, *_BRIGHTNESS).exp()
    one = _linear(images.float() / 255, bright)
    other = one.roll(1, 0)
    chosen = torch.multinomial(torch.tensor(_SHARES, device=images.device), len(images), replacement=True)
    flare = _flare(other, aside=chosen == 2)
    seen = one + flare * ((chosen == 1) | (chosen == 2))[:, None, None]
    seen = torch.where(_window(images) & (chosen == 3)[:, None, None], _piece(other), seen)
    return _levels(seen, bright), torch.tensor(_KIND, device=images.device)[chosen]


def _uniform(images: Tensor, low: float, high: float) -> Tensor:
    """Return a number for each image, shape (batch, 1, 1)."""
    return torch.empty(len(images), 1, 1, device=images.device).uniform_(low, high)


def _linear(levels: Tensor, bright: Tensor) -> Tensor:
    """Return flux above the median, relative to the peak, of levels 0 to 1."""
    flux = torch.expm1(levels * torch.log1p(bright))
    flux = flux - flux.flatten(1).median(1).values[:, None, None]
    return flux / flux.amax((1, 2), keepdim=True).clamp(min=1e-9)


def _levels(flux: Tensor, bright: Tensor) -> Tensor:
    """Return levels 0 to 255, from the darkest to the brightest pixel of each image."""
    low, high = flux.amin((1, 2), keepdim=True), flux.amax((1, 2), keepdim=True)
    share = (flux - low) / (high - low).clamp(min=1e-9)
    return torch.log1p(share * bright) / torch.log1p(bright) * 255


def _flare(images: Tensor, *, aside: Tensor) -> Tensor:
    """Return what is bright in each image, fainter, moved aside or hardly at all."""
    floor = _uniform(images, 0.0, 0.35)  # noise and side lobes mostly stay behind
    flare = (images - floor).clamp(min=0) / (1 - floor) * _uniform(images, *_BRIGHT)
    angle = 2 * torch.pi * torch.rand(len(images), device=images.device)
    far, near = (_uniform(images, *limits)[:, 0, 0] for limits in (_ASIDE, _ON_TOP))
    radius = torch.where(aside, far, near) / (FIELD / 2)
    return _moved(flare, torch.stack([angle.cos(), angle.sin()], 1) * radius[:, None], beyond="zeros")


def _piece(images: Tensor) -> Tensor:
    """Return other parts of images, of another brightness or negative."""
    shift = 2 * torch.rand(len(images), 2, device=images.device) - 1
    return _moved(images, shift, beyond="reflection") * _uniform(images, -1.0, 1.0)


def _window(images: Tensor) -> Tensor:
    """Return a rectangle of each image, shape as the images."""
    at = torch.linspace(-1, 1, images.shape[-1], device=images.device)
    middle = 2 * torch.rand(2, len(images), 1, device=images.device) - 1
    half = torch.empty_like(middle).uniform_(0.08, 0.35)
    rows, columns = (at - middle).abs() < half
    return rows[:, :, None] & columns[:, None, :]


def _moved(images: Tensor, shift: Tensor, *, beyond: str) -> Tensor:
    """Return images moved by `shift` (x, y), in halves of their sides, shape (batch, 2)."""
    still = torch.eye(2, device=images.device).expand(len(images), 2, 2)
    places = functional.affine_grid(
        torch.cat([still, shift[:, :, None]], 2), [len(images), 1, *images.shape[1:]], align_corners=False
    )
    return functional.grid_sample(images[:, None], places, padding_mode=beyond, align_corners=False)[:, 0]
