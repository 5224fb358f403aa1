"""Grid and random search: what to try, and where the plan is kept."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import product
from typing import Any

import numpy as np

from helioscribe.domain.errors import InvalidInputError, NotFoundError
from helioscribe.domain.training_run import TrainingOrder
from helioscribe.domain.training_search import SearchCell, SearchPlan
from helioscribe.ports.artifacts import ArtifactStore

__all__ = ["cell_order", "get_plan", "keep_plan", "make_plan"]

_FOLDER = "searches/"
_LARGEST = 64 << 20
_KNOWN = ("method", "samples", "seed", "score", "direction", "space")
_RANGE = {"low", "high", "scale"}
_DIGITS = 4


def make_plan(order: TrainingOrder, search: Mapping[str, Any]) -> SearchPlan:
    """Return the cells of a recipe's ``[search]``.

    Parameters
    ----------
    order
        What all cells share.
    search
        ``method`` is ``grid`` or ``random``; ``space`` has a list of values for each setting, or for a random search a
        range ``{low, high, scale = "linear" or "log"}``; a random search takes ``samples`` different cells, drawn with
        ``seed``; ``score`` and ``direction`` say by which column of the history cells are compared.

    Raises
    ------
    InvalidInputError
        For a table that says anything else.
    """
    if unknown := sorted(set(search) - set(_KNOWN)):
        raise InvalidInputError(f"recipe: [search] has no setting {unknown[0]!r}; available: {', '.join(_KNOWN)}")
    space = search.get("space")
    if not isinstance(space, dict) or not space:
        raise InvalidInputError("recipe: [search.space]: expected settings with lists of values")
    method = search.get("method", "grid")
    if method not in ("grid", "random"):
        raise InvalidInputError(f"recipe: [search] method: expected grid or random, got {method!r}")
    cells = _grid(space) if method == "grid" else _random(space, search)
    judged = {name: str(search[name]) for name in ("score", "direction") if name in search}
    return SearchPlan(order=order, cells=tuple(SearchCell(options=cell) for cell in cells), **judged)


def _grid(space: Mapping[str, Any]) -> list[dict[str, Any]]:
    for name, values in space.items():
        if not isinstance(values, list) or not values:
            raise InvalidInputError(f"recipe: [search.space] {name}: a grid needs a list of values, got {values!r}")
    return [dict(zip(space, values, strict=True)) for values in product(*space.values())]


def _random(space: Mapping[str, Any], search: Mapping[str, Any]) -> list[dict[str, Any]]:
    samples, seed = search.get("samples", 20), search.get("seed", 1)
    if not isinstance(samples, int) or samples < 1 or not isinstance(seed, int):
        raise InvalidInputError(f"recipe: [search] samples, seed: expected whole numbers, got {samples!r}, {seed!r}")
    rng = np.random.default_rng(seed)
    cells: list[dict[str, Any]] = []
    for _ in range(20 * samples):  # a small space may hold fewer different cells than are asked for
        cell = {name: _drawn(rng, name, values) for name, values in space.items()}
        if cell not in cells:
            cells.append(cell)
        if len(cells) == samples:
            break
    return cells


def _drawn(rng: np.random.Generator, name: str, values: Any) -> Any:
    if isinstance(values, list) and values:
        return values[int(rng.integers(len(values)))]
    if not isinstance(values, dict) or not {"low", "high"} <= set(values) <= _RANGE:
        raise InvalidInputError(f"recipe: [search.space] {name}: expected a list, or low and high, got {values!r}")
    low, high, scale = float(values["low"]), float(values["high"]), values.get("scale", "linear")
    if scale not in ("linear", "log") or not low < high or (scale == "log" and low <= 0):
        expected = "expected low below high, linear or log"
        raise InvalidInputError(f"recipe: [search.space] {name}: {expected}, got {values!r}")
    if scale == "log":
        return float(f"{math.exp(rng.uniform(math.log(low), math.log(high))):.{_DIGITS}g}")
    drawn = float(f"{rng.uniform(low, high):.{_DIGITS}g}")
    return round(drawn) if isinstance(values["low"], int) and isinstance(values["high"], int) else drawn


def cell_order(plan: SearchPlan, cell: SearchCell) -> TrainingOrder:
    """Return what a cell orders."""
    order = plan.order
    title = ", ".join(f"{name} {value}" for name, value in cell.options.items())
    return TrainingOrder(
        detector=order.detector,
        options={**order.options, **cell.options},
        dataset=order.dataset,
        device=order.device,
        title=title,
    )


def keep_plan(plan: SearchPlan, artifacts: ArtifactStore) -> None:
    """Store a plan under its id."""
    artifacts.put(f"{_FOLDER}{plan.id}.json", json.dumps(asdict(plan), allow_nan=False).encode())


def get_plan(search_id: str, artifacts: ArtifactStore) -> SearchPlan:
    """Return a plan. Raises `NotFoundError`."""
    try:
        record = json.loads(artifacts.get(f"{_FOLDER}{search_id}.json", limit=_LARGEST))
    except (NotFoundError, InvalidInputError):
        raise NotFoundError(f"no search {search_id[:80]}") from None
    cells: Sequence[SearchCell] = [SearchCell(**cell) for cell in record.pop("cells")]
    return SearchPlan(**record | {"order": TrainingOrder(**record["order"]), "cells": tuple(cells)})
