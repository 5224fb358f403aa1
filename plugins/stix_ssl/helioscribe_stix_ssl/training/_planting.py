"""Plants what is to be told from the embedding: a second flare of the batch, or a torn piece of one.

The labels cost nothing, as in CutPaste (Li et al. 2021, CVPR). Brightness and noise give nothing away: where no second
flare is planted, one is often added on top of the first, and each sum is scaled as any map is.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from helioscribe_stix_ssl.training._instrument import FIELD

__all__ = ["KINDS", "one_and_two", "plant"]

KINDS = ("one", "two", "torn")
"""What the head tells apart."""

_ONE, _TWO_FLARES = 0, 1  # of them
_ALONE, _TOP, _TWO, _TORN = range(4)  # nothing, a flare on top, a flare aside, a torn piece
_SHARES, _KIND = (0.3, 0.2, 0.3, 0.2), (0, 0, 1, 2)
_ON_TOP, _ASIDE = (0.0, 6.0), (24.0, 68.0)  # arcsec
_BRIGHT = (0.2, 1.0)  # of the second flare, relative to the first
_BRIGHTNESS = (-7.0, 3.0)  # natural logarithm of the brightest pixel, in the units of published maps


def plant(images: Tensor, several: Tensor) -> tuple[Tensor, Tensor]:
    """Return images with something planted in half of them, and the index of `KINDS` of each.

    Parameters
    ----------
    images
        Levels 0 to 255 on the logarithmic scale of the preprocessing, shape (batch, n, n).
    several
        Which are known to show several sources as they are, shape (batch,): the simulation says so of its own.

    Returns
    -------
    tuple
        Levels of the same shape, and kinds of shape (batch,).
    """
    chosen = torch.multinomial(torch.tensor(_SHARES, device=images.device), len(images), replacement=True)
    kinds = torch.tensor(_KIND, device=images.device)[chosen]
    return _planted(images, chosen), torch.where(several & (kinds == _ONE), _TWO_FLARES, kinds)


def one_and_two(images: NDArray[np.uint8], *, seed: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return images with another of them on top, which still show one flare, and with another aside: two.

    Parameters
    ----------
    images
        Levels 0 to 255, shape (image, n, n).
    seed
        Of everything random.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        drawn = torch.from_numpy(images)[torch.randperm(len(images))]
        top, aside = (_planted(drawn, torch.full((len(drawn),), kind)) for kind in (_TOP, _TWO))
    return top.to(torch.uint8).numpy(), aside.to(torch.uint8).numpy()


def _planted(images: Tensor, chosen: Tensor) -> Tensor:
    bright = _uniform(images, *_BRIGHTNESS).exp()
    one = _linear(images.float() / 255, bright)
    other = one.roll(1, 0)
    flare = _flare(other, aside=chosen == _TWO)
    seen = one + flare * ((chosen == _TOP) | (chosen == _TWO))[:, None, None]
    seen = torch.where(_window(images) & (chosen == _TORN)[:, None, None], _piece(other), seen)
    return _levels(seen, bright)


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
    floor = _uniform(images, -0.35, 0.35).clamp(min=0)  # noise and side lobes come with half of them
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
