"""The networks and their losses."""

from __future__ import annotations

from math import log
from typing import Any

import torch
from torch import Tensor, nn

from helioscribe_ar_detectnet._crops import PLANES
from helioscribe_ar_detectnet.classes import CLASSES
from helioscribe_ar_detectnet.simulation.statistics import FREQUENCIES, SAMPLED
from helioscribe_ar_detectnet.training._measures import MEASURES, measured

__all__ = ["Networks", "box_loss", "coverage_loss"]

_MORE_OFTEN = [log(SAMPLED[name] / FREQUENCIES[name]) for name in CLASSES]
"""Rare classes are shown more often than they are: added to the logits while training, so that without it the
probabilities are those of the Sun's frequencies (Menon et al. 2021, ICLR, logit adjustment)."""


def coverage_loss(predicted: Tensor, wanted: Tensor, weight: Tensor) -> Tensor:
    """Return S3's equation 1: half the weighted squared differences of coverage, summed over squares, a sample each."""
    return (weight * (wanted - predicted) ** 2).sum() / (2 * len(predicted))


def box_loss(predicted: Tensor, wanted: Tensor, weight: Tensor) -> Tensor:
    """Return S3's equation 2: half the weighted absolute differences of the four corners, a sample each."""
    return (weight * (wanted - predicted).abs()).sum() / (2 * len(predicted))


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
            nn.PixelUnshuffle(4), nn.Conv2d(32, width, 1), nn.BatchNorm2d(width), nn.ReLU(), _Block(width),
            nn.Conv2d(width, 2 * width, 3, stride=2, padding=1), nn.BatchNorm2d(2 * width), nn.ReLU(),
            *(_Block(2 * width, dilation) for dilation in (1, 2, 4, 2)),
        )  # fmt: skip
        self.coverage = nn.Conv2d(2 * width, 1, 1)
        self.corners = nn.Conv2d(2 * width, 4, 1)
        nn.init.constant_(self.coverage.bias, -2.0)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        found = self.body(x)
        return torch.sigmoid(self.coverage(found))[:, 0], 8.0 * self.corners(found)


class _Classifier(nn.Module):
    """From (batch, 3, 128, 128) to the probabilities of the eight classes."""

    def __init__(self) -> None:
        super().__init__()
        # Squares of 2 x 2 pixels become channels, as in the detector.
        layers: list[nn.Module] = [nn.PixelUnshuffle(2)]
        for before, after in ((4 * PLANES, 24), (24, 48), (48, 96)):
            layers += [nn.Conv2d(before, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU(), nn.MaxPool2d(2)]
        self.body = nn.Sequential(*layers, nn.Conv2d(96, 96, 3, padding=1), nn.BatchNorm2d(96), nn.ReLU())
        self.measures = nn.BatchNorm1d(MEASURES)
        self.head = nn.Sequential(
            nn.Dropout(0.3), nn.Linear(192 + MEASURES, 64), nn.ReLU(), nn.Linear(64, len(CLASSES))
        )

    def logits(self, x: Tensor) -> Tensor:
        """Return logarithms of probabilities, but for a constant, if classes are as frequent as on the Sun."""
        found = self.body(x)
        return self.head(torch.cat([found.mean((2, 3)), found.amax((2, 3)), self.measures(measured(x))], 1))

    def forward(self, x: Tensor) -> Tensor:
        return torch.softmax(self.logits(x), 1)


class Networks(nn.Module):
    """Both, trained side by side."""

    def __init__(self, *, width: int) -> None:
        super().__init__()
        self.detector = _Detector(width)
        self.classifier = _Classifier()

    def losses(self, batch: dict[str, Any], *, box_weight: float, class_weight: float) -> dict[str, Tensor]:
        """Return the parts of the loss."""
        coverage, corners = self.detector(batch["x"])
        named = batch["kind"]
        logits = self.classifier.logits(batch["crops"])
        parts = {
            "coverage": coverage_loss(coverage, batch["coverage"], batch["weight"]),
            "box": box_weight * box_loss(corners, batch["corners"], batch["corner_weight"]),
        }
        if bool((named >= 0).any()):
            shown = logits + torch.tensor(_MORE_OFTEN, device=logits.device)
            parts["class"] = class_weight * nn.functional.cross_entropy(shown, named, ignore_index=-1)
        return parts
