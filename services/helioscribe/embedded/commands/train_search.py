"""``train search`` and ``train results``: many settings, each a training of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.training_search import SearchPlan
from helioscribe.embedded.console import as_json, home_option, json_option, output_file, table
from helioscribe.embedded.training_orders import follow, order_of, order_options, service, to_option

if TYPE_CHECKING:
    from helioscribe.ports.training import Training
    from helioscribe.training.reports.search import CellResult

__all__ = ["results", "search"]


@click.command()
@order_options
@click.option("--here", is_flag=True, help="Train all cells in this process, one after another.")
@to_option
@home_option
@json_option
def search(here: bool, to: str | None, home: Path | None, json_: bool, **asked: Any) -> None:
    """Order one training for each combination of settings in the recipe's [search]: a grid, or random samples."""
    if here and to:
        raise click.UsageError("--here and --to: expected one of them")
    with service(home, to, train=here) as training:
        plan = _ordered(training, asked)
        for cell in plan.cells if here else ():
            follow(training, cell.job_id, quiet=json_)
        _say(training, plan.id, None, json_=json_)


@click.command()
@click.argument("search_id")
@output_file("FILE.html", "Write the results as an HTML page.")
@to_option
@home_option
@json_option
def results(search_id: str, output: Path | None, to: str | None, home: Path | None, json_: bool) -> None:
    """Print the results of all cells of a search, the best first."""
    with service(home, to) as training:
        _say(training, search_id, output, json_=json_)


def _ordered(training: Training, asked: Mapping[str, Any]) -> SearchPlan:
    from helioscribe.sdk.recipe import read_recipe
    from helioscribe.training.recipe import recipe_file
    from helioscribe.training.search import make_plan

    recipe = asked["recipe"]
    if not recipe.endswith(".toml"):
        raise InvalidInputError(f"{recipe}: expected a TOML file with a table [search]")
    return training.submit_search(make_plan(order_of(training, asked), read_recipe(recipe_file(recipe)).search))


def _say(training: Training, search_id: str, out: Path | None, *, json_: bool) -> None:
    from helioscribe.training.reports.search import look_at, search_page

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
        "options": dict(one.options),
        "best": one.best,
        "best_epoch": one.best_epoch,
        "values": list(one.values),
        "job": one.job.id,
        "state": one.job.state.value,
        "result": dict(one.job.result),
        "error": one.job.error.message if one.job.error else None,
    }
