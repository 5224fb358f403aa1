"""The networks: an encoder that sees one frame, and a recurrent head that sees what the encoder said of thirty."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from helioscribe_jet_rcnn._frames import PLANES

__all__ = ["Encoder", "Head", "Network"]

_CHUNK = 16
"""Frames that are encoded at once: their activations fit into the caches."""


_LEAST_CHANGE = 1e-3
"""Of a plane's mean square: a plane without any change has a logarithm all the same."""


class _Block(nn.Module):
    """Two convolutions and max-pooling."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.convolutions = nn.Sequential(
            nn.Conv2d(before, after, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(after, after, 3, padding=1),
            nn.ReLU(inplace=True),
        )
        self.norm = nn.BatchNorm2d(after)
        for layer in self.convolutions:
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(nn.functional.max_pool2d(self.convolutions(x), 2))


class Encoder(nn.Module):
    """From frames (frame, planes, 166, 166) to gate pre-activations (frame, 4 hidden) and maps (frame, 20, 20).

    Five blocks: 166, 83, 41, 20, 10, 5 pixels a side. The map, made of the fourth block's input, says where a jet is.
    Beside what the blocks see, the gates are told how much changed at each lag, which no pooled layer keeps in units,
    and where the map points and how far it spreads, so that the head sees it wander and grow.
    """

    def __init__(self, channels: tuple[int, ...], hidden: int) -> None:
        super().__init__()
        sides = (PLANES, *channels)
        self.blocks = nn.ModuleList(_Block(before, after) for before, after in zip(sides, channels, strict=False))
        self.where = nn.Sequential(
            nn.Conv2d(channels[2], channels[2], 3, padding=1), nn.ReLU(inplace=True), nn.Conv2d(channels[2], 1, 1)
        )
        nn.init.constant_(self.where[-1].bias, -3.0)
        self.gates = nn.Linear(2 * channels[-1] + (PLANES - 1) + 5, 4 * hidden)

    def logits(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return gate pre-activations and the logits of the maps."""
        x = x.contiguous(memory_format=torch.channels_last)
        changed = torch.log(x[:, 1:].square().mean((2, 3)) + _LEAST_CHANGE)
        place = x
        for number, block in enumerate(self.blocks):
            x = block(x)
            place = self.where(x)[:, 0] if number == 2 else place
        return self.gates(torch.cat((x.mean((2, 3)), x.amax((2, 3)), changed, _pointed(place)), 1)), place

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        gates, place = self.logits(x)
        return gates, torch.sigmoid(place)


def _pointed(place: Tensor) -> Tensor:
    """Return of maps of logits (frame, row, column): largest, mean, where in both directions, how far spread."""
    share = torch.softmax(place.flatten(1), 1).reshape(place.shape)
    side = torch.linspace(-1, 1, place.shape[1], device=place.device)
    down, across = share.sum(2), share.sum(1)
    middle = torch.stack([down @ side, across @ side], 1)
    spread = down @ side.square() + across @ side.square() - middle.square().sum(1)
    return torch.cat([place.amax((1, 2))[:, None], place.mean((1, 2))[:, None], middle, spread[:, None]], 1)


class Head(nn.Module):
    """An LSTM over cached gate pre-activations (window, frame, 4 hidden) and a mask (window, frame).

    What a frame adds to the gates does not depend on the window, so only the recurrence is left to do. The answer
    rests on the last state and on the mean one: what is true of most frames is not forgotten.
    """

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.hidden = hidden
        self.recurrent = nn.Linear(hidden, 4 * hidden, bias=False)
        self.decide = nn.Sequential(nn.Linear(2 * hidden, 32), nn.ReLU(), nn.Dropout(0.3), nn.Linear(32, 1))
        nn.init.orthogonal_(self.recurrent.weight)

    def logits(self, gates: Tensor, mask: Tensor) -> Tensor:
        """Return the logits, shape (window,). A frame whose mask is 0 leaves the state as it is."""
        state = gates.new_zeros(gates.shape[0], self.hidden)
        cell, total = state, state
        for frame in range(gates.shape[1]):
            enter, keep, new, out = (gates[:, frame] + self.recurrent(state)).chunk(4, 1)
            there = mask[:, frame, None]
            fresh = torch.sigmoid(keep) * cell + torch.sigmoid(enter) * torch.tanh(new)
            cell = there * fresh + (1 - there) * cell
            state = there * (torch.sigmoid(out) * torch.tanh(fresh)) + (1 - there) * state
            total = total + there * state
        return self.decide(torch.cat((state, total / mask.sum(1, keepdim=True).clamp(min=1)), 1))[:, 0]

    def forward(self, gates: Tensor, mask: Tensor) -> Tensor:
        return torch.sigmoid(self.logits(gates, mask))


class Network(nn.Module):
    """Both, trained as one; then the encoder rests, and the head alone learns.

    Parameters
    ----------
    channels
        Of the encoder's blocks.
    hidden
        Of the LSTM.
    encoder_steps
        Batches in which both learn, from a few frames of each window. After them the head learns from all frames: most
        of the time goes into encoding, and neighbouring frames teach an encoder little that one of them does not.
    frames
        How many frames of a window both learn from.
    """

    steps: Tensor

    def __init__(self, *, channels: tuple[int, ...], hidden: int, encoder_steps: int, frames: int) -> None:
        super().__init__()
        self.encoder = Encoder(channels, hidden)
        self.head = Head(hidden)
        self.encoder_steps, self.frames = encoder_steps, frames
        self.register_buffer("steps", torch.zeros((), dtype=torch.int64))

    def forward(self, x: Tensor, lengths: Tensor, scale: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return logits (window,), map logits (frame, 20, 20) of the frames that were encoded, and which these are.

        Parameters
        ----------
        x
            Shape (window, frame, planes, 166, 166).
        lengths
            How many frames there are, from the first, shape (window,).
        scale
            What the numbers of `x` are multiplied with, shape (window,); only frames that are encoded are.
        """
        mask = torch.arange(x.shape[1], device=x.device)[None] < lengths[:, None]
        resting = int(self.steps) >= self.encoder_steps
        if self.training:
            self.steps += 1
            if resting:
                self.encoder.eval()
            else:
                mask = _some(mask, self.frames)
        with torch.set_grad_enabled(torch.is_grad_enabled() and not resting):
            scales = scale[:, None].expand(mask.shape)[mask][:, None, None, None]
            pairs = zip(x[mask].split(_CHUNK), scales.split(_CHUNK), strict=True)
            parts = [self.encoder.logits(chunk.to(by.dtype) * by) for chunk, by in pairs]
        found, places = (torch.cat([part[one] for part in parts]) for one in (0, 1))
        gates = found.new_zeros(*mask.shape, found.shape[1])
        gates[mask] = found
        return self.head.logits(gates, mask.to(found.dtype)), places, mask


def _some(mask: Tensor, count: int) -> Tensor:
    """Keep so many of the frames of each window, in their order."""
    luck = torch.rand(mask.shape, device=mask.device) * mask
    return mask & (luck >= luck.topk(min(count, mask.shape[1]), 1).values[:, -1:])
