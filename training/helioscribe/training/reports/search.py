"""What a search found: its cells by their best epoch, and their curves side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from helioscribe.domain.job import Job
from helioscribe.domain.training_run import epochs_of
from helioscribe.domain.training_search import SearchPlan
from helioscribe.ports.training import Training
from helioscribe.training.reports.charts import Axis, Series, chart
from helioscribe.training.reports.page import html_page
from helioscribe.training.reports.worth import section

__all__ = ["CellResult", "look_at", "search_page"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CellResult:
    """How far a cell is."""

    options: Mapping[str, Any]
    """What it sets."""

    job: Job
    """Its training."""

    values: Sequence[float]
    """The column that is compared, by epoch."""

    best: float | None
    """Its best; None before the first epoch."""

    best_epoch: int
    """From 1; 0 before the first."""


def look_at(plan: SearchPlan, training: Training) -> list[CellResult]:
    """Return the cells, the best first, those without an epoch last."""
    found = [_result(plan, cell.options, cell.job_id, training) for cell in plan.cells]
    sign = 1 if plan.direction == "lower" else -1
    return sorted(found, key=lambda one: (one.best is None, sign * (one.best or 0.0)))


def _result(plan: SearchPlan, options: Mapping[str, Any], job_id: str, training: Training) -> CellResult:
    status = training.get(job_id)
    rows = [entry.values for entry in epochs_of(status.entries)]
    values = [float(row[plan.score]) for row in rows if plan.score in row]
    choose = min if plan.direction == "lower" else max
    best = choose(values) if values else None
    return CellResult(
        options=options,
        job=status.job,
        values=values,
        best=best,
        best_epoch=values.index(best) + 1 if best is not None else 0,
    )


def search_page(plan: SearchPlan, results: Sequence[CellResult]) -> str:
    """Return a page: a panel for each value of the first setting, a line a cell; below them the table."""
    first, *rest = plan.cells[0].options
    panels = []
    ends = _range([value for one in results for value in one.values])
    for value in dict.fromkeys(cell.options[first] for cell in plan.cells):
        cells = [one for one in results if one.options[first] == value]
        panels.append(section(f"{first.replace('_', ' ')} {value}", _panel(plan, cells, rest, ends)))
    panels.append(section("Cells, the best first", _table(plan, results), wide=True))
    body = f'<div class="grid">{"".join(panels)}</div>'
    title = plan.order.title or f"Search for {plan.order.detector}"
    done = sum(one.best is not None for one in results)
    sub = f"{escape(plan.order.detector)}: {done} of {len(results)} cells have results; <code>{plan.id}</code>"
    return html_page(title, sub, body)


def _range(values: Sequence[float]) -> tuple[float, float]:
    return (min(values), max(values)) if values else (0.0, 1.0)


def _panel(plan: SearchPlan, cells: Sequence[CellResult], rest: Sequence[str], ends: tuple[float, float]) -> str:
    ordered = sorted(cells, key=lambda one: [str(one.options[name]) for name in rest])
    lines = [
        Series(
            name=", ".join(str(one.options[name]) for name in rest) or plan.score.replace("_", " "),
            points=list(enumerate(one.values, start=1)),
            style=f"c{number % 6}{' dashed' if number >= 6 else ''}",
        )
        for number, one in enumerate(ordered)
    ]
    y = Axis(title=plan.score.replace("_", " "), low=ends[0], high=ends[1])
    return chart(lines, x=Axis(title="epoch"), y=y, label=plan.score)


def _table(plan: SearchPlan, results: Sequence[CellResult]) -> str:
    names = list(plan.cells[0].options)
    head = "".join(f"<th>{escape(name)}</th>" for name in (*names, plan.score, "epoch", "epochs", "state", "version"))
    rows = "".join(
        f"<tr{' class=best' if number == 0 and one.best is not None else ''}>"
        + "".join(f"<td>{escape(str(cell))}</td>" for cell in _cells(one, names))
        + "</tr>"
        for number, one in enumerate(results)
    )
    return f'<div class="scroll"><table class="plain"><tr>{head}</tr>{rows}</table></div>'


def _cells(one: CellResult, names: Sequence[str]) -> list[object]:
    value = "" if one.best is None else f"{one.best:.4f}"
    state = one.job.error.message if one.job.error and not one.values else one.job.state.value
    settings = [one.options[name] for name in names]
    return [*settings, value, one.best_epoch or "", len(one.values), state, one.job.result.get("version", "")]
