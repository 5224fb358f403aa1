"""The evaluation itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.detection import Detection, DetectionResult, Parameters
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import Product, SolarImage
from helioscribe_ar_detectnet.classes import CLASSES
from helioscribe_ar_detectnet.evaluation._baseline import classical_boxes
from helioscribe_ar_detectnet.evaluation._real import LabelledDisk, Verdict, judge, labelled_disks
from helioscribe_ar_detectnet.evaluation._robustness import robustness
from helioscribe_ar_detectnet.evaluation._scores import class_scores, interval, with_f1
from helioscribe_ar_detectnet.evaluation._simulated import real_patches, scenes
from helioscribe_ar_detectnet.evaluation._suns import box_edges, on_suns
from helioscribe_ar_detectnet.plots import draw_confusion, draw_disk
from helioscribe_ar_detectnet.simulation.statistics import EVEN, FREQUENCIES

__all__ = ["PUBLISHED", "evaluate"]

PUBLISHED = {"precision": 0.8075, "recall": 0.7422, "simplified_map": 0.6137, "f1": 0.7735, "class_accuracy": 0.88}
"""What system S3 reports of 1000 HMI images of 256 x 256, split by image and not by region."""

_SCENES = 60
_SAMPLES = 2000
_NEAR = 150.0
"""Farthest that a patch's box may lie from its middle [arcsec]."""

Detect = Callable[[Product, Parameters], DetectionResult]


def evaluate(
    data: Path, *, read: Callable[[Path], Product], detect: Detect, folder: Path | None, scene_count: int = _SCENES
) -> dict[str, Any]:
    """Measure the detector and a classical baseline.

    Parameters
    ----------
    data
        Folder with ``fulldisk_labels.csv`` and ``patch_labels.csv`` below it, or with labels as for training.
    read
        The platform's reader.
    detect
        Runs the detector with some parameters changed.
    folder
        Where to write plots; None for none.
    scene_count
        Simulated suns of either kind, for which boxes and classes are known.

    Returns
    -------
    dict
        Real disks, classes of real regions, simulated suns with classes as frequent as on the Sun and with all classes
        alike, what other instruments would change, and what S3 reports of its own data.

    Raises
    ------
    InvalidInputError
        If the folder holds no labelled disk.
    """
    disks = labelled_disks(data, read)
    found = {one.name: detect(one.image, {}).detections for one in disks}
    rows = [*_of_patches(data, read, detect), *_of_disks(disks, found)]
    if not disks and not rows:
        raise InvalidInputError(
            f"{data.name}: no full disk and no patch with labels; expected fulldisk_labels.csv, patch_labels.csv or SRS"
        )
    result = {
        **(_of_boxes(disks, found) if disks else {}),
        "real regions": _classified(rows),
        "simulated suns": on_suns(detect, scene_count, FREQUENCIES, seed=20_000),
        "simulated suns, all classes alike": on_suns(detect, scene_count, EVEN, seed=30_000),
        "other instruments": robustness(_suns(disks, scene_count // 5), detect),
        "S3, its own data": PUBLISHED,
    }
    if folder:
        _draw(result, disks, found, folder)
    return result


def _suns(disks: Sequence[LabelledDisk], count: int) -> Iterator[SolarImage]:
    """Yield the real disks and some simulated suns."""
    yield from (one.image for one in disks)
    yield from (image for _, image in scenes(count, 40_000, FREQUENCIES))


def _draw(
    result: Mapping[str, Any], disks: Sequence[LabelledDisk], found: Mapping[str, Sequence[Detection]], folder: Path
) -> None:
    pictures = {"real regions": "real", "simulated suns": "simulated", "simulated suns, all classes alike": "even"}
    for name, stem in pictures.items():
        draw_confusion(np.array(result[name]["confusion"]), CLASSES, folder / f"confusion_{stem}.png")
    for one in disks:
        draw_disk(one.image, found[one.name], folder / f"{one.name.split('.fits')[0]}.png", dpi=110)


def _of_boxes(disks: Sequence[LabelledDisk], found: Mapping[str, Sequence[Detection]]) -> dict[str, Any]:
    classical = {one.name: one.disk.arcsec(classical_boxes(one.disk)) for one in disks}
    return {
        "real disks": _on_disks(disks, {name: box_edges(detections) for name, detections in found.items()}),
        "real disks, classical baseline": _on_disks(disks, classical),
    }


def _on_disks(disks: Sequence[LabelledDisk], boxes: Mapping[str, NDArray[np.float64]]) -> dict[str, Any]:
    verdicts = [judge(one, boxes[one.name]) for one in disks]
    by_disk = {
        one.name: {
            "regions": len(one.places),
            "found": int(verdict.found.sum()),
            "boxes": len(boxes[one.name]),
            "boxes_that_count": len(verdict.right),
            "right": int(verdict.right.sum()),
        }
        for one, verdict in zip(disks, verdicts, strict=True)
    }
    return {
        **_scores(verdicts),
        "intervals_95": _intervals(verdicts),
        "recall_with_shared_boxes": _share(flag for verdict in verdicts for flag in verdict.inside),
        "boxes_on_spotless_disks": sum(len(boxes[one.name]) for one in disks if not len(one.places)),
        "disks": len(disks),
        "spotless_disks": sum(not len(one.places) for one in disks),
        "by_disk": by_disk,
    }


def _scores(verdicts: Sequence[Verdict]) -> dict[str, float]:
    found = np.concatenate([verdict.found for verdict in verdicts])
    right = np.concatenate([verdict.right for verdict in verdicts])
    recall, precision = float(found.mean()) if found.size else 0.0, float(right.mean()) if right.size else 0.0
    return with_f1(precision, recall)


def _intervals(verdicts: Sequence[Verdict]) -> dict[str, list[float]]:
    """Bootstrap over regions and over boxes: with so few disks, the disks themselves cannot be drawn again."""
    rng = np.random.default_rng(0)
    flags = [np.concatenate(part) for part in ([v.right for v in verdicts], [v.found for v in verdicts])]
    if not all(one.size for one in flags):
        return {}
    means = [rng.choice(one, (_SAMPLES, one.size)).mean(axis=1) for one in flags]
    draws = [with_f1(float(precision), float(recall)) for precision, recall in zip(*means, strict=True)]
    return {
        name: [float(edge) for edge in np.quantile([draw[name] for draw in draws], (0.025, 0.975))]
        for name in ("precision", "recall", "f1", "simplified_map")
    }


def _of_patches(data: Path, read: Callable[[Path], Product], detect: Detect) -> list[dict[str, Any]]:
    """Return classes of real patches, each set where it was on a quiet disk and found by the detector itself."""
    rows = []
    for patch in real_patches(data, read):
        near = [
            (float(np.hypot(one.position.tx - patch.place[0], one.position.ty - patch.place[1])), number, one)
            for number, one in enumerate(detect(patch.image, {}).detections)
            if one.position
        ]
        best = min(near, default=(_NEAR, 0, None))
        rows.append(_row("patch", patch.name, patch.kind, best[2] if best[0] < _NEAR else None))
    return rows


def _of_disks(disks: Sequence[LabelledDisk], found: Mapping[str, Sequence[Detection]]) -> list[dict[str, Any]]:
    """Return classes of the regions on real disks that have a box of their own."""
    rows = []
    for one in disks:
        own = judge(one, box_edges(found[one.name])).own
        for number, kind, box in zip(one.numbers, one.kinds, own, strict=True):
            rows.append(_row("disk", number, kind, found[one.name][box] if box >= 0 else None))
    return [row for row in rows if row["truth"]]


def _row(source: str, noaa: str, truth: str, one: Detection | None) -> dict[str, Any]:
    told = one.measurements if one else {}
    sure = told.get("mt_wilson_probability")
    return {
        "source": source,
        "noaa": noaa,
        "truth": truth,
        "network": str(told.get("ar_mtwilsoncls", "")),
        "probability": sure if sure is None else round(float(sure), 3),
    }


def _classified(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    pairs = [(row["truth"], row["network"]) for row in rows if row["network"]]
    of_patches = [row["truth"] == row["network"] for row in rows if row["source"] == "patch" and row["network"]]
    return {
        "regions": len(rows),
        **class_scores(pairs),
        "patches_right": int(sum(of_patches)),
        "patches_right_95": interval(np.array(of_patches, float)),
        "rows": list(rows),
    }


def _share(flags: Any) -> float:
    values = list(flags)
    return float(np.mean(values)) if values else 0.0
