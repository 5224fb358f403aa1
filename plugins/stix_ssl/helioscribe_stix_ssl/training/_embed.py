"""Embeddings of many images, a batch at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe_stix_ssl._preprocess import resized

__all__ = ["embedded", "graph_encoder", "torch_encoder"]

Encode = Callable[[NDArray[np.float32]], NDArray[np.float32]]


def torch_encoder(module: Any) -> Encode:
    """Return a function that runs a torch module."""
    import torch

    def encode(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        with torch.no_grad():
            return np.asarray(module.eval()(torch.from_numpy(batch)).numpy())

    return encode


def graph_encoder(graph: Any) -> Encode:
    """Return a function that runs the host's graph."""
    return lambda batch: np.asarray(graph(image=batch)["embedding"])


def embedded(encode: Encode, images: NDArray[np.uint8], *, batch: int = 64) -> NDArray[np.float32]:
    """Return embeddings of shape (image, dimension) of levels 0 to 255 of shape (image, n, n)."""
    parts = []
    for first in range(0, len(images), batch):
        grey = np.stack([resized(image) for image in images[first : first + batch]])
        parts.append(encode(grey[:, None].astype(np.float32) / np.float32(255)))
    return np.concatenate(parts)
