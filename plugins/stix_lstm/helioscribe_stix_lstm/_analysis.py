"""All that is computed on the way from a light curve to flares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import LightCurve
from helioscribe.sdk import Models
from helioscribe_stix_lstm._background import Excess, excess_over_background
from helioscribe_stix_lstm._bands import GROUPED, NATIVE, grouped, taken_back
from helioscribe_stix_lstm._clean import cleaned
from helioscribe_stix_lstm._events import Flare, find_flares
from helioscribe_stix_lstm._features import features
from helioscribe_stix_lstm._forest import scored_series
from helioscribe_stix_lstm._grid import Grid, to_grid
from helioscribe_stix_lstm._network import Output, carried, windowed
from helioscribe_stix_lstm._plausible import plausible
from helioscribe_stix_lstm._score import Significance, combined, flare_score, significance
from helioscribe_stix_lstm._settings import Settings

__all__ = ["Analysis", "analyse", "regrouped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """A light curve as the detector sees it, all on one grid."""

    grid: Grid
    """Counts without attenuator steps and glitches."""

    excess: Excess
    """Relative to the background."""

    found: Significance
    """Relative to what the network takes for quiet."""

    network: NDArray[np.float64]
    """Score of the network, shape (t,)."""

    forest: NDArray[np.float64]
    """Score of the forest, shape (t,)."""

    score: NDArray[np.float64]
    """Both combined; 1 is the threshold, shape (t,)."""

    flares: list[Flare]
    """In order of time."""


def regrouped(curve: LightCurve, bands: int) -> LightCurve:
    """Return the light curve in the bands that are asked for.

    Raises
    ------
    InvalidInputError
        If it has neither these bands nor five, or holds no counts.
    """
    if curve.unit != "ct":
        raise InvalidInputError(f"expected counts (ct), got a light curve in {curve.unit}")
    present = curve.energies.shape[0]
    if present not in (NATIVE, GROUPED):
        raise InvalidInputError(f"expected five energy bands, or three groups of them, got {present}")
    return grouped(curve) if bands == GROUPED and present == NATIVE else curve


def analyse(curve: LightCurve, models: Models, settings: Settings) -> Analysis:
    """Look for flares in a light curve of five bands or three groups."""
    grid = cleaned(to_grid(curve))
    excess = excess_over_background(grid.counts, grid.valid, grid.gain)
    x = features(excess, grid.valid, grid.attenuator)
    found = significance(_run(models, x, settings, grid.counts.shape[1]), excess, grid.valid, settings.mode)
    network = flare_score(found)
    forest = scored_series(models.arrays(_forest_name(grid)), excess.value)
    score = combined(network / settings.limit, forest / settings.forest_limit, found.level, settings.combine)
    score = np.where(grid.valid, score, 0.0)
    flares = find_flares(score, found.level / settings.limit, grid.counts[:, 0], grid.valid, settings.rules)
    flares = plausible(flares, grid, excess, found.bands, settings.limit)
    return Analysis(grid=grid, excess=excess, found=found, network=network, forest=forest, score=score, flares=flares)


def _forest_name(grid: Grid) -> str:
    return "forest" if grid.counts.shape[1] == NATIVE else "forest_grouped"


def _run(models: Models, x: NDArray[np.float32], settings: Settings, bands: int) -> Output:
    if settings.contract == "windows":
        output = windowed(models["network"], x, length=settings.sequence_length)
    else:
        output = carried(models["network"], x, burn_in=settings.burn_in)
    return Output(
        prediction=taken_back(output.prediction, bands),
        reconstruction=taken_back(output.reconstruction, bands),
        flare=output.flare,
    )
