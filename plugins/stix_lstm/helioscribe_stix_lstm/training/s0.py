"""The published recipe S0, rebuilt from its description to compare with.

An LSTM predicts the next sample of the min-max scaled counts from the samples before it; it is trained on the very
series in which it then looks for anomalies, and a sample is one where the mean squared error exceeds a limit.
The description gives three limits; each is a method of its own here.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.product import LightCurve
from helioscribe_stix_lstm._background import excess_over_background
from helioscribe_stix_lstm._grid import to_grid
from helioscribe_stix_lstm.evaluation._baseline import claims_from_flags
from helioscribe_stix_lstm.evaluation._matching import Claim

__all__ = ["s0_claims", "s0_errors"]

SEQUENCE, HIDDEN, LAYERS, BATCH, EPOCHS, RATE = 50, 128, 2, 32, 20, 0.001
"""As the script calls it; the text recommends 30, 256 and 3."""

LIMITS: dict[str, Callable[[NDArray[np.float64]], float]] = {
    "S0, limit 0.0004": lambda _: 0.0004,
    "S0, limit 0.0112": lambda _: 0.0112,
    "S0, mean + 2 deviations": lambda errors: float(errors.mean() + 2.0 * errors.std()),
}
"""In the detection, in the table and in the plot of the script."""


def s0_claims() -> dict[str, Callable[[LightCurve], list[Claim]]]:
    """Return a method for each limit; a series is trained on once for all."""
    known: dict[int, NDArray[np.float64]] = {}

    def method(limit: Callable[[NDArray[np.float64]], float]) -> Callable[[LightCurve], list[Claim]]:
        def claims(curve: LightCurve) -> list[Claim]:
            grid = to_grid(curve)
            counts = grid.counts[grid.valid]
            if id(curve) not in known:
                known[id(curve)] = s0_errors(counts)
            errors = known[id(curve)]
            background = excess_over_background(counts, np.ones(len(counts), np.bool_)).background[:, 0]
            return claims_from_flags(grid.times[grid.valid], counts[:, 0], background, errors > limit(errors))

        return claims

    return {name: method(limit) for name, limit in LIMITS.items()}


def s0_errors(counts: NDArray[np.float64], *, epochs: int = EPOCHS) -> NDArray[np.float64]:
    """Train on a series, shape (t, band), and return the error of each sample, 0 for those without a full window."""
    import torch

    torch.manual_seed(0)
    low, high = counts.min(axis=0), counts.max(axis=0)
    scaled = torch.from_numpy(((counts - low) / np.where(high > low, high - low, 1.0)).astype(np.float32))
    windows = scaled.unfold(0, SEQUENCE, 1)[:-1].transpose(1, 2)
    target = scaled[SEQUENCE:]
    lstm = torch.nn.LSTM(scaled.shape[1], HIDDEN, LAYERS, batch_first=True)
    head = torch.nn.Linear(HIDDEN, scaled.shape[1])
    steps = torch.optim.Adam([*lstm.parameters(), *head.parameters()], lr=RATE)
    for _ in range(epochs):
        for k in range(0, len(target), BATCH):
            steps.zero_grad()
            loss = ((head(lstm(windows[k : k + BATCH])[0][:, -1]) - target[k : k + BATCH]) ** 2).mean()
            loss.backward()
            steps.step()
    with torch.no_grad():
        parts = [head(lstm(windows[k : k + 512])[0][:, -1]) for k in range(0, len(target), 512)]
    errors = ((torch.cat(parts) - target) ** 2).mean(dim=1).numpy().astype(np.float64)
    return np.concatenate((np.zeros(SEQUENCE), errors))
