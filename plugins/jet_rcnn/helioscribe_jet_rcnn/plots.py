"""Figures: what an event looks like, how training went, and how good the detector is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.detection import Detection, ScoreSeries
from helioscribe_jet_rcnn.data.kinds import JETS, KINDS
from helioscribe_jet_rcnn.data.windows import Sample
from helioscribe_jet_rcnn.metrics import STEPS, counts_at, f1_curve, roc, roc_area

__all__ = ["draw_evaluation", "draw_scores"]

_BLUE, _ORANGE, _GREEN, _YELLOW, _GREY = "#0072B2", "#D55E00", "#009E73", "#F0E442", "#6f757c"


def _figure(rows: int, columns: int, size: tuple[float, float]) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False)


def draw_evaluation(
    samples: Sequence[Sample], scores: NDArray[np.float64], threshold: float, folder: Path
) -> list[Path]:
    """Draw the ROC, F1 against the threshold, the confusion matrix and the scores of each kind; return the figure."""
    labels = np.array([one.jet for one in samples])
    figure, axes = _figure(2, 2, (10.5, 8.6))
    _draw_roc(axes[0, 0], labels, scores)
    axes[0, 1].plot(STEPS, f1_curve(labels, scores), color=_BLUE)
    axes[0, 1].axvline(threshold, color=_ORANGE, ls="--", lw=1, label=f"threshold {threshold:.3g}")
    axes[0, 1].set(xlabel="threshold", ylabel="F1", ylim=(0, 1))
    axes[0, 1].legend(frameon=False, fontsize=8)
    _draw_counts(axes[1, 0], counts_at(labels, scores, threshold))
    _draw_kinds(axes[1, 1], samples, scores, threshold)
    path = folder / "jet-rcnn.png"
    figure.savefig(path, dpi=120)
    return [path]


def _draw_roc(axes: Any, labels: NDArray[np.bool_], scores: NDArray[np.float64]) -> None:
    false, true = roc(labels, scores)
    axes.step(false, true, where="post", color=_BLUE, label=f"area {roc_area(labels, scores):.3f}")
    axes.plot([0, 1], [0, 1], color=_GREY, lw=1, ls=":", label="chance")
    axes.set(xlabel="false positive rate", ylabel="true positive rate", xlim=(-0.01, 1), ylim=(0, 1.01))
    axes.legend(frameon=False, fontsize=8, loc="lower right")


def _draw_counts(axes: Any, counts: Mapping[str, int]) -> None:
    table = np.array(
        [[counts["true_negative"], counts["false_positive"]], [counts["false_negative"], counts["true_positive"]]]
    )
    axes.imshow(table, cmap="Blues", vmin=0)
    for (row, column), value in np.ndenumerate(table):
        axes.text(column, row, str(value), ha="center", va="center", color="w" if value > table.max() / 2 else "k")
    axes.set(xticks=(0, 1), yticks=(0, 1), xticklabels=("no jet", "jet"), yticklabels=("no jet", "jet"))
    axes.set(xlabel="said", ylabel="is, or was made")


def _draw_kinds(axes: Any, samples: Sequence[Sample], scores: NDArray[np.float64], threshold: float) -> None:
    present = [kind for kind in KINDS if any(one.kind == kind for one in samples)]
    for row, kind in enumerate(reversed(present)):
        mine = np.array([score for one, score in zip(samples, scores, strict=True) if one.kind == kind])
        spread = (np.arange(mine.size) % 7 - 3) * 0.08
        axes.plot(mine, row + spread, ".", ms=4, color=_BLUE if kind in JETS else _GREY, alpha=0.7)
    axes.axvline(threshold, color=_ORANGE, ls="--", lw=1)
    axes.set(yticks=range(len(present)), yticklabels=present[::-1], xlabel="probability of a jet", xlim=(-0.02, 1.02))


def draw_scores(scores: ScoreSeries, found: Sequence[Detection], path: Path, *, threshold: float, dpi: int) -> None:
    """Draw the probability and the evidence of each frame, and the events."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    figure, axes = _figure(1, 1, (9, 3.4))
    one = axes[0, 0]
    mark = "." if scores.times.size < 100 else ""
    one.step(scores.times, scores.values[:, 0], where="mid", color=_BLUE, label="probability of the windows")
    one.plot(scores.times, scores.values[:, 1], color=_GREEN, marker=mark, label="evidence in the frame")
    one.axhline(threshold, color=_ORANGE, ls="--", lw=1, label="threshold")
    for number, event in enumerate(found):
        start, end = (moment.replace(tzinfo=None) for moment in (event.time_range.start, event.time_range.end))
        one.axvspan(start, end, color=_YELLOW, alpha=0.35, lw=0, label=None if number else "jet")
    one.set(ylim=(-0.02, 1.02), ylabel="probability")
    one.legend(frameon=False, fontsize=8, ncols=4, loc="lower left", bbox_to_anchor=(0, 1))
    locator = AutoDateLocator(minticks=4, maxticks=10)
    one.xaxis.set_major_locator(locator)
    one.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    one.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=dpi)
