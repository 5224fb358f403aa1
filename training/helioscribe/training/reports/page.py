"""One page a run, in one file: what was trained, how it went, and what the result is worth."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from typing import Any

from helioscribe.domain.model import ModelCard
from helioscribe.domain.times import format_utc
from helioscribe.training.reports.diagnostics import Diagnostics
from helioscribe.training.reports.gallery import Mistake
from helioscribe.training.reports.worth import learning, section, worth

__all__ = ["Findings", "html_page", "html_report", "pairs"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Findings:
    """What a run found out about its own result."""

    best_epoch: int
    """From 1."""

    diagnostics: Diagnostics | None = None
    """Of the validation scores; None without scores of both classes."""

    mistakes: Sequence[Mistake] = ()
    """With their pictures."""


def html_report(card: ModelCard, history: Sequence[Mapping[str, float]], findings: Findings) -> str:
    """Return the page."""
    parts = [_facts(card, history, findings), '<div class="grid">', *learning(history, findings.best_epoch)]
    if findings.diagnostics is not None:
        parts += worth(findings.diagnostics)
    parts.append(_gallery(findings.mistakes))
    parts += ["</div>", '<div class="tables">', *_tables(card), "</div>"]
    sub = f"Trained {format_utc(card.created)[:19]} UTC; weights <code>{card.sha256[:16]}</code>; {escape(card.notes)}"
    return html_page(f"{card.name} {card.version}", sub, "".join(parts))


def html_page(title: str, subtitle: str, body: str) -> str:
    """Return a whole page; `title` is text, the rest is HTML."""
    style = files("helioscribe.training.reports").joinpath("report.css").read_text(encoding="utf-8")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style}</style></head>"
        f'<body><main><h1>{escape(title)}</h1><p class="soft">{subtitle}</p>{body}</main></body></html>\n'
    )


def pairs(values: Mapping[str, Any]) -> str:
    """Return names and values as a table; what has the same values for many things is a table of its own."""
    flat = _flat(values)
    rows = "".join(f"<tr><th>{_name(name)}</th>{_cell(value)}</tr>" for name, value in flat if not _alike(value))
    tables = "".join(_table(name, value) for name, value in flat if _alike(value))
    return tables + (f'<table class="pairs">{rows}</table>' if rows else "")


def _facts(card: ModelCard, history: Sequence[Mapping[str, float]], findings: Findings) -> str:
    facts = {"best epoch": f"{findings.best_epoch} of {len(history)}"}
    if (found := findings.diagnostics) is not None:
        at = found.tuned.curve.at(found.threshold)
        facts |= {"F1": f"{at['f1']:.3f}", "ROC area": f"{found.auc:.3f}", "Brier score": f"{found.brier:.4f}"}
        facts["threshold"] = f"{found.threshold:.3g}"
    facts["training"] = _duration(sum(row.get("seconds", 0.0) for row in history))
    samples = card.dataset.get("train_samples")
    if samples is not None:
        facts["samples"] = f"{samples} + {card.dataset.get('validation_samples')}"
    shown = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in facts.items())
    return f'<dl class="facts">{shown}</dl>'


def _gallery(mistakes: Sequence[Mistake]) -> str:
    shown = "".join(
        f'<figure><img src="{_data(one.kind, one.picture)}" alt="sample {one.sample}">'
        f'<figcaption><span class="{"missed" if one.positive else "false"}">{"missed" if one.positive else "false"}'
        f"</span>, score {one.score:.3f}<br><small>sample {one.sample}</small></figcaption></figure>"
        for one in mistakes
    )
    body = f'<div class="gallery">{shown}</div>' if shown else ""
    return section("What it gets wrong, surest first", body, wide=True)


def _data(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def _tables(card: ModelCard) -> list[str]:
    digests = {name: f"{file.format}, sha256 {file.sha256}" for name, file in sorted(card.files.items())}
    tables = {
        "What it means for others": card.canvas,
        "Recipe": card.recipe,
        "Data": card.dataset,
        "Thresholds": card.thresholds,
        "Metrics": card.metrics,
        "Files": digests,
    }
    return [section(title, pairs(values)) for title, values in tables.items()]


def _flat(values: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for name, value in values.items():
        nested = isinstance(value, Mapping) and not _alike(value)
        rows += _flat(value, f"{prefix}{name}.") if nested else [(f"{prefix}{name}", value)]
    return rows


def _alike(value: Any) -> bool:
    """Tell whether this is a mapping of at least three mappings that have the same keys."""
    if not isinstance(value, Mapping) or len(value) < 3:
        return False
    keys = [tuple(one) if isinstance(one, Mapping) else () for one in value.values()]
    return len(set(keys)) == 1 and keys[0] != ()


def _table(name: str, rows: Mapping[str, Mapping[str, Any]]) -> str:
    heads = "".join(f"<th>{_name(head)}</th>" for head in next(iter(rows.values())))
    body = "".join(f"<tr><th>{_name(row)}</th>{''.join(map(_cell, one.values()))}</tr>" for row, one in rows.items())
    return f'<div class="scroll"><table class="plain"><tr><th>{_name(name)}</th>{heads}</tr>{body}</table></div>'


def _name(name: str) -> str:
    # Long names may be broken where their parts meet.
    return escape(name).replace(".", ".<wbr>").replace("_", "_<wbr>")


def _cell(value: Any) -> str:
    return f"<td{' class=number' if isinstance(value, int | float) else ''}>{_text(value)}</td>"


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_text, value))
    return escape(f"{value:.6g}" if isinstance(value, float) else str(value))


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"
