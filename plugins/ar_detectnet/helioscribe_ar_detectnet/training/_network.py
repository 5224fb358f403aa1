"""The networks and their losses."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from math import log
from typing import Any

import torch
from torch import Tensor, nn

from helioscribe_ar_detectnet.classes import CLASSES
from helioscribe_ar_detectnet.simulation.statistics import FREQUENCIES, SAMPLED
from helioscribe_ar_detectnet.training._features import FEATURES, features

__all__ = ["Networks", "box_loss", "class_loss", "coverage_loss"]

_MEMBERS, _HIDDEN = 5, 96
"""Of the classifier: networks whose probabilities are averaged, and units of each."""

_MORE_OFTEN = [log(SAMPLED[name] / FREQUENCIES[name]) for name in CLASSES]
"""Rare classes are shown more often than they are: added to the logits while training, so that without it the
probabilities are those of the Sun's frequencies (Menon et al. 2021, ICLR, logit adjustment)."""


def coverage_loss(predicted: Tensor, wanted: Tensor, weight: Tensor) -> Tensor:
    """Return S3's equation 1: half the weighted squared differences of coverage, summed over squares, a sample each."""
    return (weight * (wanted - predicted) ** 2).sum() / (2 * len(predicted))


def box_loss(predicted: Tensor, wanted: Tensor, weight: Tensor) -> Tensor:
    """Return S3's equation 2: half the weighted absolute differences of the four corners, a sample each."""
    return (weight * (wanted - predicted).abs()).sum() / (2 * len(predicted))


def class_loss(logits: Tensor, kind: Tensor) -> Tensor:
    """Return the mean cross-entropy of all members; views of kind -1 do not count."""
    shown = logits + torch.tensor(_MORE_OFTEN, device=logits.device)
    return nn.functional.cross_entropy(shown.flatten(0, 1), kind.repeat(len(logits)), ignore_index=-1)


class _Block(nn.Module):
    """Two convolutions around which the input goes on."""

    def __init__(self, channels: int, dilation: int = 1) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=dilation, dilation=dilation)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        self.evened = nn.ModuleList(nn.BatchNorm2d(channels) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        inside = torch.relu(self.evened[0](self.first(x)))
        return torch.relu(x + self.evened[1](self.second(inside)))


class _Detector(nn.Module):
    """From (batch, 2, 512, 512) to coverage and corners in (64, 64) squares."""

    def __init__(self, width: int) -> None:
        super().__init__()
        # Squares of 4 x 4 pixels become channels: no pixel is dropped, and little is computed at full size.
        self.body = nn.Sequential(
            nn.PixelUnshuffle(4),
            nn.Conv2d(32, width, 1),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            _Block(width),
            nn.Conv2d(width, 2 * width, 3, stride=2, padding=1),
            nn.BatchNorm2d(2 * width),
            nn.ReLU(),
            *(_Block(2 * width, dilation) for dilation in (1, 2, 4, 2)),
        )
        self.coverage = nn.Conv2d(2 * width, 1, 1)
        self.corners = nn.Conv2d(2 * width, 4, 1)
        nn.init.constant_(self.coverage.bias, -2.0)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        found = self.body(x)
        return torch.sigmoid(self.coverage(found))[:, 0], 8.0 * self.corners(found)


class _Classifier(nn.Module):
    """From (batch, 3, 128, 128) to the probabilities of the eight classes: a few small networks on what is measured.

    Convolutions on the crops learned how simulated regions are drawn, rather than what makes a class.
    """

    def __init__(self) -> None:
        super().__init__()
        self.evened = nn.BatchNorm1d(FEATURES)
        self.members = nn.ModuleList(
            nn.Sequential(nn.Linear(FEATURES, _HIDDEN), nn.ReLU(), nn.Dropout(0.2), nn.Linear(_HIDDEN, len(CLASSES)))
            for _ in range(_MEMBERS)
        )

    def logits(self, found: Tensor) -> Tensor:
        """Return each member's logarithms of probabilities, but for a constant, shape (member, batch, class).

        They are those of a Sun on which classes are as frequent as NOAA says.
        """
        evened = self.evened(found)
        return torch.stack([member(evened) for member in self.members])

    def forward(self, x: Tensor) -> Tensor:
        return torch.softmax(self.logits(features(x)), 2).mean(0)


class Networks(nn.Module):
    """Both, or one of them, trained side by side."""

    def __init__(self, names: Collection[str], *, width: int) -> None:
        super().__init__()
        self.detector = _Detector(width) if "detector" in names else None
        self.classifier = _Classifier() if "classifier" in names else None

    def losses(self, batch: Mapping[str, Any], *, box_weight: float, class_weight: float) -> dict[str, Tensor]:
        """Return the parts of the loss."""
        parts = {}
        if self.detector is not None:
            coverage, corners = self.detector(batch["x"])
            parts["coverage"] = coverage_loss(coverage, batch["coverage"], batch["weight"])
            parts["box"] = box_weight * box_loss(corners, batch["corners"], batch["corner_weight"])
        if self.classifier is not None and bool((batch["kind"] >= 0).any()):
            parts["class"] = class_weight * class_loss(self.classifier.logits(batch["features"]), batch["kind"])
        return parts
