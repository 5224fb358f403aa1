"""The dataset: semi-synthetic series cut into sequences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import Product
from helioscribe.sdk.parts import Parts, read_parts
from helioscribe.sdk.training import Split, TrainingData
from helioscribe_stix_lstm.training._population import Population, listed, summarised
from helioscribe_stix_lstm.training._quiet import TRAIN_HOURS, VALIDATION_HOURS, Blocks, quiet_day, quiet_parts
from helioscribe_stix_lstm.training._scenes import LENGTH, Scene, scene

__all__ = ["make_dataset"]

QUIET = "*ql-lightcurve_20200506*"
"""The quiet day whose background is used."""

FLARES = "*operational_flare_list*"
"""The list whose flares are used."""


def make_dataset(options: Mapping[str, Any], *, data: Path | None, read: Callable[[Path], Product]) -> TrainingData:
    """Simulate series and cut them.

    Parameters
    ----------
    options
        Settings of the recipe.
    data
        Folder, searched with its subfolders, with the quiet day and the flare list, or a dataset of the catalogue
        that says how it is split; None for a simulated background and a summary of the list.
    read
        Reads a file into a product.
    """
    rng = np.random.default_rng(options["seed"])
    known = read_parts(data)
    # A dataset of the catalogue need not hold the list.
    there = data is not None and (known is None or any(data.rglob(FLARES)))
    population = listed(_one(data, FLARES)) if data is not None and there else summarised(rng)
    train, validation = _background(data, known, read)
    odd = np.arange(population.rise.size) % 5 == 0
    share = float(options["grouped_share"])
    count, steps = int(options["sequences"]), int(options["sequence_steps"])
    parts = [
        _split(rng, _some(population, ~odd), train, sequences=count, steps=steps, share=share),
        _split(rng, _some(population, odd), validation, sequences=max(1, count // 2), steps=steps, share=share),
    ]
    described = _description(population, real=bool(train), there=there, known=known)
    return TrainingData(train=parts[0], validation=parts[1], description=described)


def _one(data: Path, pattern: str) -> Path:
    found = sorted(data.rglob(pattern))
    if not found:
        raise InvalidInputError(f"{data}: found no file {pattern}, which training needs")
    return found[0]


def _background(data: Path | None, known: Parts | None, read: Callable[[Path], Product]) -> tuple[Blocks, Blocks]:
    if data is None:
        return [], []
    return quiet_parts(known, read) if known else quiet_day(read(_one(data, QUIET)))


def _some(population: Population, keep: NDArray[np.bool_]) -> Population:
    return Population(
        rise=population.rise[keep],
        decay=population.decay[keep],
        excess=population.excess[keep],
        background=population.background[keep],
    )


def _split(
    rng: np.random.Generator, population: Population, blocks: Blocks, *, sequences: int, steps: int, share: float
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


def _description(population: Population, *, real: bool, there: bool, known: Parts | None) -> dict[str, Any]:
    day = "quiet times of the dataset" if known else "STIX quick-look 2020-05-06"
    of_day = f"quiet day: train {TRAIN_HOURS} h, validation {VALIDATION_HOURS} h, rest unseen"
    split = known.summary() if known else of_day if real else "each part is simulated by itself"
    return {
        "background": f"{day} (real), rescaled, and Poisson" if real else "Poisson (simulated)",
        "flares": "peaks, durations, band ratios of the operational STIX list" if there else "log-normal summary",
        "flares_listed": int(population.rise.size),
        "simulated": "flare shapes, attenuator, dead time, compression, glitches, particle events, gaps",
        "split": f"{split}; flares: every fifth to validation",
    }
