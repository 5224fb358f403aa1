"""What the encoder is trained to do; no label takes part.

It sees some patches of two views of each flare. A shallow decoder must draw the others of the first (masked
autoencoding, He et al. 2022, CVPR), and what the patches say together must tell which two views are of one flare
(InfoNCE, van den Oord et al. 2018; with masked views as Assran et al. 2022, ECCV).
"""

from __future__ import annotations

from collections.abc import Mapping
from math import log

import torch
from torch import Tensor, nn
from torch.nn import functional

from helioscribe_stix_ssl.training._network import PATCH, Block, Encoder, pooled

__all__ = ["Pretext"]

_NARROW = 64  # width of the decoder, and of what is compared
_TEMPERATURE = 0.1


class Pretext(nn.Module):  # type: ignore[misc]  # torch is not seen by the type checker
    """Encoder, decoder, and the head whose answers are compared.

    Parameters
    ----------
    encoder
        What serves in the end.
    width
        Of the encoder.
    keep
        Share of the patches that the encoder sees.
    alike
        Weight of telling views apart beside drawing.
    """

    def __init__(self, encoder: Encoder, *, width: int, keep: float, alike: float) -> None:
        super().__init__()
        self.encoder, self.keep, self.alike = encoder, keep, alike
        self.narrow, self.block = nn.Linear(width, _NARROW), Block(_NARROW, 2)
        self.norm, self.draw = nn.LayerNorm(_NARROW), nn.Linear(_NARROW, PATCH**2)
        self.hidden = nn.Parameter(torch.zeros(1, 1, _NARROW))
        self.place = nn.Parameter(torch.randn(1, encoder.place.shape[1], _NARROW) * 0.02)
        # Images are much alike at first: without the norms over the batch nothing tells them apart for long.
        self.head = nn.Sequential(
            nn.Linear(2 * width, 2 * width), nn.BatchNorm1d(2 * width), nn.GELU(),
            nn.Linear(2 * width, _NARROW), nn.BatchNorm1d(_NARROW, affine=False),
        )  # fmt: skip

    def forward(self, one: Tensor, other: Tensor) -> tuple[Tensor, Mapping[str, float]]:
        """Return the loss of two views of the same flares, and its parts.

        Parameters
        ----------
        one, other
            0 to 1, each of shape (batch, 1, side, side).
        """
        both = torch.cat([one, other])
        count = self.place.shape[1]
        chance = torch.rand(len(both), count, device=both.device)
        keep = chance.argsort(1)[:, : max(1, round(self.keep * count))]
        tokens = self.encoder.tokens(both, keep)
        drawn = self._misdrawn(one, tokens[: len(one)], keep[: len(one)])
        mistaken = self._mistaken(pooled(tokens))
        return drawn + self.alike * mistaken, {"drawing": float(drawn.detach()), "alike": float(mistaken.detach())}

    def _misdrawn(self, grey: Tensor, tokens: Tensor, keep: Tensor) -> Tensor:
        """Mean square error on the hidden patches, relative to the variance of all pixels."""
        batch, count = len(grey), self.place.shape[1]
        where = keep[..., None].expand(-1, -1, _NARROW)
        whole = self.hidden.expand(batch, count, -1).scatter(1, where, self.narrow(tokens)) + self.place
        drawn = self.draw(self.norm(self.block(whole)))
        truth = functional.unfold(grey, PATCH, stride=PATCH).transpose(1, 2)
        hidden = torch.ones(batch, count, device=grey.device).scatter(1, keep, 0.0)
        error = ((drawn - truth) ** 2).mean(2)
        return (error * hidden).sum() / hidden.sum() / grey.var()

    def _mistaken(self, embedding: Tensor) -> Tensor:
        """Cross-entropy of finding each flare's other view in the batch, relative to that of guessing."""
        one, other = functional.normalize(self.head(embedding), dim=1).chunk(2)
        likeness = one @ other.T / _TEMPERATURE
        itself = torch.arange(len(one), device=one.device)
        error = functional.cross_entropy(likeness, itself) + functional.cross_entropy(likeness.T, itself)
        return error / (2 * log(max(len(one), 2)))
