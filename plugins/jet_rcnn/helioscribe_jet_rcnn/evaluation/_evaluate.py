"""The detector on real sequences of held-out events, and on windows made of their backgrounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import Product
from helioscribe_jet_rcnn.data.counts import counts_of
from helioscribe_jet_rcnn.data.kinds import CLOSE, JETS, KINDS, PAIRED, QUIET, REAL, WHOLE
from helioscribe_jet_rcnn.data.labels import read_labels
from helioscribe_jet_rcnn.data.scenes import Scene, read_scenes
from helioscribe_jet_rcnn.data.windows import Sample, make_windows
from helioscribe_jet_rcnn.evaluation._asked import Detect, score_of
from helioscribe_jet_rcnn.evaluation._baselines import BASELINES, baselines
from helioscribe_jet_rcnn.evaluation._hours import false_alarms
from helioscribe_jet_rcnn.metrics import f1_curve, group_interval, roc_area, summary, wilson

__all__ = ["evaluate", "measured"]

_WINDOWS = 300
_SEED = 7


def evaluate(data: Path, *, read: Callable[[Path], Product], detect: Detect, folder: Path | None) -> dict[str, Any]:
    """Measure the detector on events that its network has not seen.

    Parameters as in `helioscribe.sdk.Evaluation`. A folder needs ``labels.csv``; see `read_labels`.

    Raises
    ------
    InvalidInputError
        If none of its events was held out.
    """
    labelled = [one for one in read_labels(data) if one.path.is_file()]
    if not labelled:
        raise InvalidInputError(f"{data}: none of the files of labels.csv is there")
    first = detect(read(labelled[0].path), {})
    held = {str(group) for group in first.diagnostics["held_out_groups"].tolist()}
    threshold = float(first.diagnostics["threshold"][0])
    scenes = read_scenes([one for one in labelled if one.group in held and one.jet is not None], read)
    if not any(scene.labelled.jet for scene in scenes):
        raise InvalidInputError(f"{data}: no jet of an event that was held out; those are {', '.join(sorted(held))}")
    samples = list(make_windows(scenes, _WINDOWS, np.random.default_rng(_SEED), every=True))
    scores = np.array([score_of(one.frames, detect) for one in samples])
    whole = [(one.frames, float(score)) for one, score in zip(samples, scores, strict=True) if one.kind == WHOLE]
    found = measured(samples, scores, threshold=threshold) | {
        "false alarms an hour": false_alarms(scenes, detect, np.random.default_rng(_SEED)),
        "disputed": _disputed(read_scenes([one for one in labelled if one.jet is None], read), detect, threshold),
        "real jets as counts": _as_counts(whole, detect, threshold, noise=None),
        "real jets as noisier counts": _as_counts(whole, detect, threshold, noise=np.random.default_rng(_SEED)),
    }
    if folder is not None:
        from helioscribe_jet_rcnn.plots import draw_evaluation

        draw_evaluation(samples, scores, threshold, folder)
    return {"events that were held out": found}


def measured(samples: Sequence[Sample], scores: NDArray[np.float64], *, threshold: float) -> dict[str, Any]:
    """Return metrics of scored windows.

    Parameters
    ----------
    samples
        The windows.
    scores
        Probabilities, shape (sample,).
    threshold
        Of the detector.
    """
    kinds = np.array([one.kind for one in samples])
    real, made = np.isin(kinds, REAL), np.isin(kinds, PAIRED)
    labels = np.array([one.jet for one in samples])
    measures = np.array([baselines(one.frames) for one in samples])
    plain = {name: measures[:, column] for column, name in enumerate(BASELINES)}
    return {
        "threshold": threshold,
        "all windows": summary(labels, scores, threshold),
        "real pixels": summary(labels[real], scores[real], threshold),
        "simulated pairs of one energy": summary(labels[made], scores[made], threshold),
        "share above the threshold": {
            kind: _share(scores[kinds == kind] >= threshold) for kind in KINDS if (kinds == kind).any()
        },
        "real jets by event": _by_event(samples, scores, threshold),
        "f1 against threshold": f1_curve(labels, scores).round(4).tolist(),
        "areas under the ROC": {
            name: _areas(kinds, labels, values, either_way=name != "jet-rcnn")
            for name, values in {"jet-rcnn": scores, **plain}.items()
        },
    }


def _areas(
    kinds: NDArray[np.str_], labels: NDArray[np.bool_], values: NDArray[np.float64], *, either_way: bool
) -> dict[str, float]:
    """Return areas of real jets against each kind of real pixels without one, of simulated pairs, and of all.

    Quiet fields are parts of fields, so that jets that are cut out as closely are compared with them, too. A plain
    measure is taken whichever way round it is better: what has more of it, or what has less.
    """
    none = [kind for kind in REAL if kind not in JETS and (kinds == kind).any()]
    sets = {f"{WHOLE} against {kind}": np.isin(kinds, (WHOLE, kind)) for kind in none}
    sets[f"{CLOSE} against {QUIET}"] = np.isin(kinds, (CLOSE, QUIET))
    sets |= {"simulated pairs of one energy": np.isin(kinds, PAIRED), "all windows": kinds != ""}
    found = {}
    for name, chosen in sets.items():
        area = roc_area(labels[chosen], values[chosen])
        found[name] = round(max(area, 1 - area) if either_way else area, 4)
    return found


def _share(said: NDArray[np.bool_]) -> dict[str, Any]:
    hits = int(said.sum())
    return {"windows": len(said), "share": round(hits / len(said), 4), "interval": wilson(hits, len(said))}


def _by_event(samples: Sequence[Sample], scores: NDArray[np.float64], threshold: float) -> dict[str, Any]:
    hits: dict[str, tuple[int, int]] = {}
    for one, score in zip(samples, scores, strict=True):
        if one.kind == WHOLE:
            found, of = hits.get(one.group, (0, 0))
            hits[one.group] = (found + int(score >= threshold), of + 1)
    events: dict[str, Any] = {
        group: {"found": found, "of": of, "interval": wilson(found, of)}
        for group, (found, of) in sorted(hits.items(), key=lambda item: -item[1][1])
    }
    total = [sum(pair[side] for pair in hits.values()) for side in (0, 1)]
    return {"recall": round(total[0] / total[1], 4), "interval over events": group_interval(hits), "events": events}


def _disputed(scenes: Sequence[Scene], detect: Detect, threshold: float) -> Mapping[str, Any]:
    """Sequences about which volunteers did not agree: nobody knows, so only how many are called jets is told."""
    scores = [score_of(scene.frames, detect) for scene in scenes]
    return {"sequences": len(scores), "above the threshold": sum(score >= threshold for score in scores)}


def _as_counts(
    shown: Sequence[tuple[NDArray[np.float32], float]],
    detect: Detect,
    threshold: float,
    *,
    noise: np.random.Generator | None,
) -> Mapping[str, Any]:
    """How much the scores of frames change when their rendering is undone; `noise` adds to that which they have."""
    before = np.array([score for _, score in shown])
    scores = np.array([score_of(counts_of(frames, noise), detect, unit="DN / s") for frames, _ in shown])
    change = np.abs(scores - before)
    return {
        "median change": round(float(np.median(change)), 4),
        "largest change": round(float(change.max()), 4),
        "same answer": int(((scores >= threshold) == (before >= threshold)).sum()),
        "of": len(scores),
    }
