"""One folder a run: the report and the model card to read, metrics and history to compute with."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from helioscribe.domain.model import ModelCard
from helioscribe.domain.times import format_utc
from helioscribe.training.reports.page import Findings, html_report

__all__ = ["write_json", "write_report"]


def write_report(folder: Path, card: ModelCard, history: Sequence[Mapping[str, float]], findings: Findings) -> None:
    """Write what people and programs want to know of a run into a folder that exists.

    ``report.html`` is the whole in one file; ``model_card.md``, ``metrics.json`` and ``history.json`` are parts of it;
    ``threshold_curve.json`` is there if the program scores its samples.
    """
    (folder / "report.html").write_text(html_report(card, history, findings), encoding="utf-8")
    if findings.diagnostics is not None:
        write_json(folder / "threshold_curve.json", dict(findings.diagnostics.columns()))
    write_json(folder / "metrics.json", card.metrics)
    write_json(folder / "history.json", list(history))
    (folder / "model_card.md").write_text(_card(card), encoding="utf-8")


def write_json(path: Path, value: object) -> None:
    """Write JSON for people and programs."""
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")


def _card(card: ModelCard) -> str:
    lines = [
        f"# {card.name} {card.version}",
        "",
        f"Trained {format_utc(card.created)[:19]} UTC; weights sha256 `{card.sha256}`; ONNX opset {card.opset}.",
    ]
    if card.notes:
        lines += ["", card.notes]
    for title, text in card.canvas.items():
        lines += ["", f"## {title}", "", text]
    lines += _section("Thresholds", card.thresholds) + _section("Recipe", card.recipe)
    lines += _section("Data", card.dataset) + _section("Metrics", card.metrics)
    lines += ["", "## Files", ""]
    lines += [f"- {name} ({file.format}): sha256 `{file.sha256}`" for name, file in sorted(card.files.items())]
    return "\n".join(lines) + "\n"


def _section(title: str, values: Mapping[str, Any]) -> list[str]:
    if not values:
        return []
    rows = [f"| {name} | {_cell(value)} |" for name, value in _flat(values)]
    return ["", f"## {title}", "", "| name | value |", "|---|---|", *rows]


def _flat(values: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for name, value in values.items():
        if isinstance(value, Mapping):
            rows += _flat(value, f"{prefix}{name}.")
        else:
            rows.append((f"{prefix}{name}", value))
    return rows


def _cell(value: Any) -> str:
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return text.replace("|", "\\|").replace("\n", " ")
