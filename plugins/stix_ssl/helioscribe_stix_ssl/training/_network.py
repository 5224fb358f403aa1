"""A small vision transformer and the two tasks that train it.

The encoder is a ViT (Dosovitskiy et al. 2021, ICLR) that begins with convolutions. It sees a share of the patches of an
image; a shallow decoder must draw the others (He et al. 2022, CVPR), and a linear head must tell from the embedding
what was planted in the image. No label that a person gave takes part.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from helioscribe_stix_ssl._preprocess import SIDE
from helioscribe_stix_ssl.training._planting import KINDS, plant
from helioscribe_stix_ssl.training._views import view

__all__ = ["PATCH", "Encoder", "Pretext", "pooled"]

PATCH = 8
"""Pixels a side of a patch, of an image of half the size: maps hold no finer detail."""

_NARROW = 64  # width of the decoder


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


class Stem(nn.Sequential):  # type: ignore[misc]
    """Convolutions that see each patch and a rim of four pixels: they learn sooner than a linear layer does.

    As in Xiao et al. (2021, NeurIPS), without normalisation: that is the same in training and afterwards.

    Parameters
    ----------
    width
        Of what is said of each patch.
    """

    def __init__(self, width: int) -> None:
        channels = (1, width // 6, width // 3, 2 * width // 3)
        layers = [
            layer
            for given, made in pairwise(channels)
            for layer in (nn.Conv2d(given, made, 3, stride=2, padding=1), nn.GELU())
        ]
        super().__init__(*layers, nn.Conv2d(channels[-1], width, 1))


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
        self.patches = Stem(width)
        self.place = nn.Parameter(torch.randn(1, (side // 2 // PATCH) ** 2, width) * 0.02)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(depth))
        self.norm = nn.LayerNorm(width)

    def forward(self, image: Tensor) -> Tensor:
        """Return embeddings of shape (batch, 2 width) of images 0 to 1 of shape (batch, 1, side, side)."""
        return pooled(self.tokens(functional.avg_pool2d(image, 2)))

    def tokens(self, grey: Tensor, keep: Tensor | None = None) -> Tensor:
        """Return what the patches of images of half the size say, or those of them that are kept (batch, kept)."""
        x = self.patches((grey - 0.25) / 0.25).flatten(2).transpose(1, 2) + self.place
        if keep is not None:
            x = torch.gather(x, 1, keep[..., None].expand(-1, -1, x.shape[-1]))
        for block in self.blocks:
            x = block(x)
        return self.norm(x)


class Decoder(nn.Module):  # type: ignore[misc]
    """Draws whole images from what some of their patches say.

    Parameters
    ----------
    width
        Of the encoder.
    patches
        Of an image.
    """

    def __init__(self, width: int, patches: int) -> None:
        super().__init__()
        self.narrow, self.block = nn.Linear(width, _NARROW), Block(_NARROW, 2)
        self.norm, self.draw = nn.LayerNorm(_NARROW), nn.Linear(_NARROW, PATCH**2)
        self.hidden = nn.Parameter(torch.zeros(1, 1, _NARROW))
        self.place = nn.Parameter(torch.randn(1, patches, _NARROW) * 0.02)

    def forward(self, tokens: Tensor, keep: Tensor) -> Tensor:
        """Return the pixels of all patches, shape (batch, patch, pixel)."""
        seen = self.narrow(tokens)
        where = keep[..., None].expand(-1, -1, _NARROW)
        whole = self.hidden.expand(len(seen), self.place.shape[1], -1).scatter(1, where, seen) + self.place
        return self.draw(self.norm(self.block(whole)))


class Pretext(nn.Module):  # type: ignore[misc]
    """Encoder, decoder, and a head that tells what was planted.

    Training has two stages. In the first one images are only drawn, from few of their patches, which is cheap and
    teaches what maps look like; in the second one it must also be told what was planted in them.

    Parameters
    ----------
    encoder
        What serves in the end.
    width
        Of the encoder.
    first
        Batches of the first stage.
    first_keep, keep
        Share of the patches that the encoder sees in either stage.
    """

    def __init__(self, encoder: Encoder, *, width: int, first: int, first_keep: float, keep: float) -> None:
        super().__init__()
        self.encoder, self.first, self.first_keep, self.keep = encoder, first, first_keep, keep
        self.patches = encoder.place.shape[1]
        self.decoder = Decoder(width, self.patches)
        # Embeddings differ little from each other: what they have in common says nothing of what was planted.
        self.head = nn.Sequential(nn.BatchNorm1d(2 * width, affine=False), nn.Linear(2 * width, len(KINDS)))
        self.register_buffer("learned", torch.zeros((), dtype=torch.long))  # batches, so that a run can go on

    def forward(self, levels: Tensor, several: Tensor) -> tuple[Tensor, dict[str, float]]:
        """Return the loss on images of levels 0 to 255, shape (batch, n, n), and its parts.

        `several` is true where an image is known to show several sources before anything is planted, shape (batch,).
        """
        planted, kinds = plant(levels, several)
        grey = view(planted, SIDE // 2)
        self.learned += self.training
        if self.training and self.learned <= self.first:
            drawing, _ = self._drawn(grey, self.first_keep)
            return drawing, {"drawing": float(drawing.detach())}
        drawing, tokens = self._drawn(grey, self.keep)
        telling = functional.cross_entropy(self.head(functional.normalize(pooled(tokens), dim=1)), kinds)
        return drawing + telling, {"drawing": float(drawing.detach()), "telling": float(telling.detach())}

    def _drawn(self, grey: Tensor, share: float) -> tuple[Tensor, Tensor]:
        """Return the mean square error on hidden patches relative to the variance of all pixels, and the tokens."""
        order = torch.rand(len(grey), self.patches, device=grey.device).argsort(1)
        keep = order[:, : max(1, round(share * self.patches))]
        tokens = self.encoder.tokens(grey, keep)
        truth = functional.unfold(grey, PATCH, stride=PATCH).transpose(1, 2)
        hidden = torch.ones_like(truth[..., 0]).scatter(1, keep, 0.0)
        error = ((self.decoder(tokens, keep) - truth) ** 2).mean(2)
        return (error * hidden).sum() / hidden.sum() / grey.var(), tokens


def pooled(tokens: Tensor) -> Tensor:
    """Return mean and spread of tokens (batch, token, width), shape (batch, 2 width)."""
    mean = tokens.mean(1)
    return torch.cat([mean, ((tokens - mean[:, None]) ** 2).mean(1).add(1e-6).sqrt()], dim=1)
