"""A pretrained vision transformer as an encoder of maps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

__all__ = ["Pretrained"]


class Pretrained(nn.Module):  # type: ignore[misc]  # torch is not seen by the type checker
    """Normalises, runs the model and pools: the class token where the model was trained to use it.

    Parameters
    ----------
    model
        Of transformers.
    kind
        Its ``model_type``.
    mean, spread
        Of the colours that it was trained on, one a channel.
    """

    def __init__(self, model: Any, kind: str, mean: Sequence[float], spread: Sequence[float]) -> None:
        super().__init__()
        self.model, self.kind = model.requires_grad_(False), kind
        self.register_buffer("mean", torch.tensor(mean).reshape(1, 3, 1, 1))
        self.register_buffer("spread", torch.tensor(spread).reshape(1, 3, 1, 1))
        self.idle = nn.Parameter(torch.zeros(1))  # the host's loop wants something to optimise

    @property
    def encoder(self) -> Pretrained:
        """The network itself: nothing else takes part."""
        return self

    def forward(self, image: Tensor) -> Tensor:
        """Return embeddings (batch, dimension) of images 0 to 1, shape (batch, 1, side, side)."""
        found = self.model(pixel_values=(image - self.mean) / self.spread)  # three equal channels
        if self.kind.startswith("clip"):
            return found.pooler_output
        tokens = found.last_hidden_state
        return tokens.mean(1) if self.kind == "ijepa" else tokens[:, 0]
