"""The charts of a run's page: how it learned, and what its scores are worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from helioscribe.training.reports.charts import Axis, Mark, Series, chart, confusion
from helioscribe.training.reports.diagnostics import Diagnostics

__all__ = ["learning", "section", "worth"]

_NOT_LOSSES = {"epoch", "seconds", "cpu_seconds", "learning_rate"}
_OF_SCORES = ("validation_f1", "validation_best_f1", "validation_auc", "validation_brier")
_LETTERS = {"f1", "tss", "hss"}


def section(title: str, body: str, *, wide: bool = False) -> str:
    """Return a card of the page; nothing for an empty body."""
    if not body:
        return ""
    return f"<section{' class=wide' if wide else ''}><h2>{escape(title)}</h2>{body}</section>"


def learning(history: Sequence[Mapping[str, float]], best: int) -> list[str]:
    """Return the curves over the epochs, as cards."""
    epochs, mark = Axis(title="epoch", whole=True), [Mark(x=best, text=f"best: {best}")]
    losses = [name for name in history[0] if name.endswith("_loss")]
    scored = [name for name in _OF_SCORES if name in history[-1]]
    parts = [name for name in history[0] if name not in {*losses, *scored, *_NOT_LOSSES}]
    found = [
        section("Loss", chart(_columns(history, losses), x=epochs, y=Axis(title="loss"), marks=mark, label="Loss")),
        _optional("Scores on the validation part", history, scored, Axis(title="score", low=0, high=1), mark),
        _optional("Parts of the loss", history, parts, Axis(title="value"), mark),
    ]
    rate = chart(_columns(history, ["learning_rate"]), x=epochs, y=Axis(title="learning rate"), label="Learning rate")
    return [*found, section("Learning rate", rate)]


def _optional(
    title: str, history: Sequence[Mapping[str, float]], names: Sequence[str], y: Axis, marks: Sequence[Mark]
) -> str:
    if not names:
        return ""
    epochs = Axis(title="epoch", whole=True)
    return section(title, chart(_columns(history, names), x=epochs, y=y, marks=marks, label=title))


def _columns(history: Sequence[Mapping[str, float]], names: Sequence[str]) -> list[Series]:
    kinds = sorted({name.partition("_")[2] for name in names})
    return [
        Series(
            name=name.replace("_", " "),
            points=[(row["epoch"], row[name]) for row in history if name in row],
            # The same colour for the same thing; the training part is dashed.
            style=f"c{kinds.index(name.partition('_')[2]) % 6}{' dashed' if name.startswith('train_') else ''}",
        )
        for name in names
    ]


def worth(found: Diagnostics) -> list[str]:
    """Return threshold, confusion, ROC, precision and recall, reliability, and the scores' spread, as cards."""
    at = found.tuned.curve.at(found.threshold)
    counts = {name: int(at[name]) for name in ("tp", "fp", "fn", "tn")}
    return [
        section("Threshold", _thresholds(found)),
        section(f"At the threshold {found.threshold:.3g}", confusion(counts) + _measures(at)),
        section("ROC", _roc(found, at)),
        section("Precision and recall", _precision_recall(found, at)),
        section("Are the scores probabilities?", _reliability(found)),
        section("How the scores lie", _spread(found)),
    ]


def _thresholds(found: Diagnostics) -> str:
    columns = found.columns()
    lines = [
        Series(name=_word(name), style=f"c{number}", points=_xy(columns, "threshold", name))
        for number, name in enumerate(("f1", "precision", "recall", "tss", "hss"))
    ]
    return chart(
        lines,
        x=_share("threshold"),
        y=_share("score"),
        label="Scores against the threshold",
        marks=[Mark(x=found.threshold, text=f"{found.threshold:.3g} for {_word(found.tuned.objective)}")],
    )


def _roc(found: Diagnostics, at: Mapping[str, float]) -> str:
    points = [(0.0, 0.0), *_xy(found.columns(), "false_alarm_rate", "recall"), (1.0, 1.0)]
    chance = Series(name="chance", points=[(0, 0), (1, 1)], style="cx dashed")
    return chart(
        [Series(name=f"area {found.auc:.3f}", points=points, style="c0"), chance],
        x=_share("false alarm rate"),
        y=_share("recall"),
        label="ROC curve",
        marks=[Mark(x=at["false_alarm_rate"], y=at["recall"], text="chosen")],
    )


def _precision_recall(found: Diagnostics, at: Mapping[str, float]) -> str:
    columns, curve = found.columns(), found.tuned.curve
    share = curve.positives / (curve.positives + curve.negatives)
    return chart(
        [
            Series(
                name=f"average precision {found.average_precision:.3f}",
                style="c0",
                points=_xy(columns, "recall", "precision"),
            ),
            Series(name=f"share of positives {share:.2f}", points=[(0, share), (1, share)], style="cx dashed"),
        ],
        x=_share("recall"),
        y=_share("precision"),
        label="Precision against recall",
        marks=[Mark(x=at["recall"], y=at["precision"], text="chosen")],
    )


def _share(title: str) -> Axis:
    return Axis(title=title, low=0.0, high=1.0)


def _word(name: str) -> str:
    return name.upper() if name in _LETTERS else name.replace("_", " ")


def _measures(at: Mapping[str, float]) -> str:
    names = ("accuracy", "precision", "recall", "f1", "tss", "hss")
    return f'<p class="soft">{", ".join(f"{_word(name)} {at[name]:.3f}" for name in names)}</p>'


def _reliability(found: Diagnostics) -> str:
    lines = [
        Series(name="observed", points=[(one.score, one.observed) for one in found.bins], style="c0 dots"),
        Series(name="perfect", points=[(0, 0), (1, 1)], style="cx dashed"),
    ]
    drawn = chart(
        lines, x=_share("mean score of a bin"), y=_share("share that is positive"), label="Reliability diagram"
    )
    return f'{drawn}<p class="soft">Brier score {found.brier:.4f}; 0 is best.</p>'


def _spread(found: Diagnostics) -> str:
    curve = found.tuned.curve
    with_it = [(one.score, one.observed * one.count / curve.positives) for one in found.bins]
    without = [(one.score, (1 - one.observed) * one.count / curve.negatives) for one in found.bins]
    return chart(
        [
            Series(name="positive", points=with_it, style="c0 dots"),
            Series(name="negative", points=without, style="c1 dots"),
        ],
        x=_share("mean score of a bin"),
        y=_share("share of the class"),
        label="Both classes by score",
        marks=[Mark(x=found.threshold, text="threshold")],
    )


def _xy(columns: Mapping[str, Sequence[float | None]], x: str, y: str) -> list[tuple[float, float]]:
    both = zip(columns[x], columns[y], strict=True)
    return [(a, b) for a, b in both if a is not None and b is not None]
