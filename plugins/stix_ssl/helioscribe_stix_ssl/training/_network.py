"""A small vision transformer (Dosovitskiy et al. 2021, ICLR) and what the patches of an image say together."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["PATCH", "Block", "Encoder", "pooled"]

PATCH = 16
"""Pixels a side of a patch."""


class Block(nn.Module):  # type: ignore[misc]  # torch is not seen by the type checker
    """Attention and a two-layer perceptron, each after a normalisation and beside a short cut."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.mix, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        """Return tokens of the same shape (batch, token, width)."""
        batch, tokens, width = x.shape
        mixed = self.mix(self.norm1(x)).reshape(batch, tokens, 3, self.heads, width // self.heads)
        query, key, value = mixed.permute(2, 0, 3, 1, 4).unbind(0)
        seen = functional.scaled_dot_product_attention(query, key, value)
        x = x + self.out(seen.transpose(1, 2).reshape(batch, tokens, width))
        return x + self.down(functional.gelu(self.up(self.norm2(x))))


class Encoder(nn.Module):  # type: ignore[misc]
    """Image to embedding: mean and spread of what the patches say.

    Parameters
    ----------
    width, depth, heads
        Of the transformer; embeddings are twice as long as it is wide.
    side
        Pixels a side of the image.
    """

    def __init__(self, *, width: int, depth: int, heads: int, side: int = 224) -> None:
        super().__init__()
        self.patches = nn.Conv2d(1, width, PATCH, PATCH)
        self.place = nn.Parameter(torch.randn(1, (side // PATCH) ** 2, width) * 0.02)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(depth))
        self.norm = nn.LayerNorm(width)

    def forward(self, image: Tensor) -> Tensor:
        """Return embeddings of shape (batch, 2 width) of images 0 to 1 of shape (batch, 3, side, side)."""
        return pooled(self.tokens(image.mean(1, keepdim=True)))

    def tokens(self, grey: Tensor, keep: Tensor | None = None) -> Tensor:
        """Return what the patches of grey images say, or those of them that are kept (batch, kept)."""
        x = self.patches((grey - 0.25) / 0.25).flatten(2).transpose(1, 2) + self.place
        if keep is not None:
            x = torch.gather(x, 1, keep[..., None].expand(-1, -1, x.shape[-1]))
        for block in self.blocks:
            x = block(x)
        return self.norm(x)


def pooled(tokens: Tensor) -> Tensor:
    """Return mean and spread over the patches, shape (batch, 2 width), of tokens (batch, token, width)."""
    mean = tokens.mean(1)
    spread = ((tokens - mean[:, None]) ** 2).mean(1).add(1e-6).sqrt()
    return torch.cat([mean, spread], dim=1)
