"""The dataset: semi-synthetic series cut into sequences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import LightCurve, Product
from helioscribe.sdk.training import Split, TrainingData
from helioscribe_stix_lstm._grid import CADENCE, to_grid
from helioscribe_stix_lstm.training._population import Population, listed, summarised
from helioscribe_stix_lstm.training._scenes import LENGTH, Scene, scene

__all__ = ["make_dataset"]

QUIET = "*ql-lightcurve_20200506*"
"""The quiet day whose background is used."""

FLARES = "*operational_flare_list*"
"""The list whose flares are used."""

TRAIN_HOURS = (0.0, 12.0)
"""Hours of the quiet day for training."""

VALIDATION_HOURS = (17.85, 24.0)
"""Hours for validation; those between are left for the evaluation."""


def make_dataset(options: Mapping[str, Any], *, data: Path | None, read: Callable[[Path], Product]) -> TrainingData:
    """Simulate series and cut them.

    Parameters
    ----------
    options
        Settings of the recipe.
    data
        Folder, searched with its subfolders, with the quiet day and the flare list; None for a simulated
        background and a summary of the list.
    read
        Reads a file into a product.
    """
    rng = np.random.default_rng(options["seed"])
    population = summarised(rng) if data is None else listed(_one(data, FLARES))
    train, validation = ([], []) if data is None else _quiet_blocks(read(_one(data, QUIET)))
    odd = np.arange(population.rise.size) % 5 == 0
    share = float(options["grouped_share"])
    count, steps = int(options["sequences"]), int(options["sequence_steps"])
    parts = [
        _split(rng, _some(population, ~odd), train, sequences=count, steps=steps, share=share),
        _split(rng, _some(population, odd), validation, sequences=max(1, count // 2), steps=steps, share=share),
    ]
    return TrainingData(train=parts[0], validation=parts[1], description=_description(data is not None, population))


def _one(data: Path, pattern: str) -> Path:
    found = sorted(data.rglob(pattern))
    if not found:
        raise InvalidInputError(f"{data}: found no file {pattern}, which training needs")
    return found[0]


def _quiet_blocks(product: Product) -> tuple[list[NDArray[np.float64]], list[NDArray[np.float64]]]:
    if not isinstance(product, LightCurve):
        raise InvalidInputError(f"expected a light curve of a quiet day, got {product.kind}")
    grid = to_grid(product)
    hour = np.arange(grid.valid.size) * CADENCE / 3600.0
    blocks = [
        grid.counts[grid.valid & (hour >= low) & (hour < high)] for low, high in (TRAIN_HOURS, VALIDATION_HOURS)
    ]
    if min(map(len, blocks)) < LENGTH:
        raise InvalidInputError("the quiet day has less than six hours of samples in a part")
    return [blocks[0]], [blocks[1]]


def _some(population: Population, keep: NDArray[np.bool_]) -> Population:
    return Population(
        rise=population.rise[keep],
        decay=population.decay[keep],
        excess=population.excess[keep],
        background=population.background[keep],
    )


def _split(
    rng: np.random.Generator,
    population: Population,
    blocks: list[NDArray[np.float64]],
    *,
    sequences: int,
    steps: int,
    share: float,
) -> Split:
    """Cut a quarter of each series into sequences, so that many different series take part."""
    each = max(1, (LENGTH - 1) // steps // 4)
    cuts: list[dict[str, NDArray[np.float32]]] = []
    while len(cuts) < sequences:
        series = scene(rng, population, blocks, grouped=bool(rng.random() < share))
        cuts += [_cut(series, int(first), steps) for first in rng.integers(0, LENGTH - steps, each)]
    return Split(arrays={name: np.stack([cut[name] for cut in cuts[:sequences]]) for name in cuts[0]})


def _cut(series: Scene, first: int, steps: int) -> dict[str, NDArray[np.float32]]:
    here = slice(first, first + steps)
    return {
        "x": series.x[here],
        "quiet": series.quiet[first : first + steps + 1],
        "label": series.label[here],
        "weight": series.weight[here],
    }


def _description(real: bool, population: Population) -> dict[str, Any]:  # noqa: FBT001  # two texts for one switch
    return {
        "background": "STIX quick-look 2020-05-06 (real), rescaled, and Poisson" if real else "Poisson (simulated)",
        "flares": "peaks, durations, band ratios of the operational STIX flare list" if real else "log-normal summary",
        "flares_listed": int(population.rise.size),
        "simulated": "flare shapes, attenuator, dead time, compression, glitches, particle events, gaps",
        "split": f"quiet day: train {TRAIN_HOURS} h, validation {VALIDATION_HOURS} h, rest unseen; "
        "flares: every fifth to validation",
    }
