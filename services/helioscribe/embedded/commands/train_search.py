"""``train search`` and ``train results``: many settings, each a training of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.search import SearchPlan
from helioscribe.domain.training_run import TrainingOrder
from helioscribe.embedded.console import as_json, table

if TYPE_CHECKING:
    from helioscribe.ports.training import Training
    from helioscribe.training.search_report import CellResult

__all__ = ["say_results", "start"]


def start(training: Training, recipe: str, order: TrainingOrder) -> SearchPlan:
    """Order the cells of a recipe."""
    from helioscribe.sdk.recipe import read_recipe
    from helioscribe.training.search import make_plan

    if not recipe.endswith(".toml"):
        raise InvalidInputError(f"{recipe}: expected a TOML file with a table [search]")
    return training.submit_search(make_plan(order, read_recipe(Path(recipe)).search))


def say_results(training: Training, search_id: str, out: Path | None, *, json_: bool) -> None:
    """Print the cells, the best first, and write the page."""
    from helioscribe.training.search_report import look_at, search_page

    plan = training.search(search_id)
    found = look_at(plan, training)
    if out is not None:
        out.write_text(search_page(plan, found), encoding="utf-8")
    if json_:
        as_json([_record(one) for one in found])
        return
    names = list(plan.cells[0].options)
    table((*names, plan.score, "epoch", "state", "job"), [_row(one, names) for one in found], title=plan.id)


def _row(one: CellResult, names: Sequence[str]) -> list[object]:
    value = "" if one.best is None else f"{one.best:.4f}"
    return [*(one.options[name] for name in names), value, one.best_epoch or "", one.job.state, one.job.id]


def _record(one: CellResult) -> dict[str, object]:
    return {
        "options": dict(one.options), "best": one.best, "best_epoch": one.best_epoch, "values": list(one.values),
        "job": one.job.id, "state": one.job.state.value, "result": dict(one.job.result),
        "error": one.job.error.message if one.job.error else None,
    }  # fmt: skip
