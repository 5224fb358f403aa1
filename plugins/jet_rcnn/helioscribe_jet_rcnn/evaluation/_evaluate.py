"""The detector on real sequences of held-out events, and on windows made of their backgrounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.detection import DetectionResult, Parameters
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import Header, ImageSequence, Product
from helioscribe_jet_rcnn.data.counts import counts_of
from helioscribe_jet_rcnn.data.kinds import CLOSE, CONFIRMED, ERASED, JETS, KINDS, PAIRED, QUIET, REAL, WHOLE
from helioscribe_jet_rcnn.data.labels import read_labels
from helioscribe_jet_rcnn.data.scenes import Scene, read_scenes
from helioscribe_jet_rcnn.data.windows import Sample, make_windows
from helioscribe_jet_rcnn.evaluation._baselines import BASELINES, baselines
from helioscribe_jet_rcnn.metrics import f1_curve, group_interval, roc_area, summary, wilson

__all__ = ["evaluate", "measured"]

Detect = Callable[[Product, Parameters], DetectionResult]

_WINDOWS = 300
_SEED = 7
_CADENCE = 24.0
"""Of the frames that are scored [s]; a fifth of the real ones are 36 s apart."""


def evaluate(
    data: Path,
    *,
    read: Callable[[Path], Product],
    detect: Detect,
    folder: Path | None,
) -> dict[str, Any]:
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
    scores = np.array([_score(one.frames, detect) for one in samples])
    whole = [(one.frames, float(score)) for one, score in zip(samples, scores, strict=True) if one.kind == WHOLE]
    found = measured(samples, scores, threshold=threshold) | {
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
        "false alarms an hour": {
            kind: _hourly([one for one in samples if one.kind == kind], scores[kinds == kind] >= threshold)
            for kind in (QUIET, ERASED, CONFIRMED) if (kinds == kind).any()
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


def _hourly(samples: Sequence[Sample], said: NDArray[np.bool_]) -> dict[str, float]:
    """Return how many windows without a jet are called one in each hour that was watched."""
    hours = sum(len(one.frames) for one in samples) * _CADENCE / 3600
    return {"hours": round(hours, 2), "alarms": int(said.sum()), "an hour": round(float(said.sum()) / hours, 2)}


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
    scores = [_score(scene.frames, detect) for scene in scenes]
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
    scores = np.array([_score(counts_of(frames, noise), detect, unit="DN / s") for frames, _ in shown])
    change = np.abs(scores - before)
    return {
        "median change": round(float(np.median(change)), 4), "largest change": round(float(change.max()), 4),
        "same answer": int(((scores >= threshold) == (before >= threshold)).sum()), "of": len(scores),
    }  # fmt: skip


def _score(frames: NDArray[np.float32], detect: Detect, *, unit: str = "display") -> float:
    result = detect(_product(frames, unit), {})
    return float(result.scores.values[:, 0].max()) if result.scores is not None else 0.0


def _product(frames: NDArray[np.float32], unit: str) -> ImageSequence:
    """Return a window as a sequence: the field alone, at a place and a time that do not matter."""
    inside = np.isfinite(frames[0])
    rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
    field = np.ascontiguousarray(frames[:, rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    header: Header = {"CTYPE1": "HPLN-TAN", "CTYPE2": "HPLT-TAN", "CDELT1": 2.0, "CDELT2": 2.0}
    return ImageSequence(
        observatory="SDO", instrument="AIA", channel="304", unit=unit, pixels=field,
        times=np.datetime64("2014-01-01T00:00:00", "ns") + np.arange(len(field)) * np.timedelta64(24, "s"),
        headers=tuple(header for _ in field),
    )  # fmt: skip
