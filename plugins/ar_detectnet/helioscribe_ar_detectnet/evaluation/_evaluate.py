"""The evaluation itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.detection import Detection, DetectionResult, Parameters
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import Product
from helioscribe_ar_detectnet._disk import read_disk
from helioscribe_ar_detectnet._grouping import overlap
from helioscribe_ar_detectnet.classes import CLASSES, four_of
from helioscribe_ar_detectnet.evaluation._baseline import classical_boxes
from helioscribe_ar_detectnet.evaluation._real import LabelledDisk, Verdict, judge, labelled_disks
from helioscribe_ar_detectnet.evaluation._simulated import real_patches, scenes
from helioscribe_ar_detectnet.plots import draw_confusion, draw_disk

__all__ = ["PUBLISHED", "evaluate"]

PUBLISHED = {"precision": 0.8075, "recall": 0.7422, "simplified_map": 0.6137, "f1": 0.7735, "class_accuracy": 0.88}
"""What system S3 reports of 1000 HMI images of 256 x 256, split by image and not by region."""

_SCENES = 60
_SEED = 20_000
_SAMPLES = 2000
_MATCH = 0.5

Detect = Callable[[Product, Parameters], DetectionResult]


def evaluate(
    data: Path, *, read: Callable[[Path], Product], detect: Detect, folder: Path | None, scene_count: int = _SCENES
) -> dict[str, Any]:
    """Measure the detector and a classical baseline.

    Parameters
    ----------
    data
        Folder with ``fulldisk_labels.csv`` and ``patch_labels.csv`` below it.
    read
        The platform's reader.
    detect
        Runs the detector with some parameters changed.
    folder
        Where to write plots; None for none.
    scene_count
        Simulated suns, for which boxes and classes are known.

    Returns
    -------
    dict
        Real disks, real patches, simulated suns, and what S3 reports of its own data.

    Raises
    ------
    InvalidInputError
        If the folder holds no labelled disk.
    """
    disks = labelled_disks(data, read)
    if not disks:
        raise InvalidInputError(f"{data.name}: no full-disk magnetogram with labels; expected fulldisk_labels.csv")
    found = {one.name: detect(one.image, {}).detections for one in disks}
    result = {
        "real disks": _on_disks(disks, {name: _arcsec(boxes) for name, boxes in found.items()}),
        "real disks, classical baseline": _on_disks(disks, {one.name: _classical(one) for one in disks}),
        "real patches": _on_patches(data, read, detect),
        "simulated suns": _on_scenes(detect, scene_count, folder),
        "S3, its own data": PUBLISHED,
    }
    for one in disks if folder else ():
        assert folder is not None
        draw_disk(one.image, found[one.name], folder / f"{one.name.split('.fits')[0]}.png", dpi=110)
    return result


def _arcsec(detections: Sequence[Detection]) -> NDArray[np.float64]:
    corners = [
        (box.lower_left.tx, box.lower_left.ty, box.upper_right.tx, box.upper_right.ty)
        for box in (one.box for one in detections)
        if box
    ]
    return np.array(corners, float).reshape(-1, 4)


def _classical(one: LabelledDisk) -> NDArray[np.float64]:
    return (classical_boxes(one.disk) - 255.5) * one.disk.scale


def _on_disks(disks: Sequence[LabelledDisk], boxes: Mapping[str, NDArray[np.float64]]) -> dict[str, Any]:
    verdicts = [judge(one, boxes[one.name]) for one in disks]
    by_disk = {
        one.name: {
            "regions": len(one.places), "found": int(verdict.found.sum()), "boxes": len(boxes[one.name]),
            "boxes_that_count": len(verdict.right), "right": int(verdict.right.sum()),
        }
        for one, verdict in zip(disks, verdicts, strict=True)
    }  # fmt: skip
    return {
        **_scores(verdicts), "intervals_95": _intervals(verdicts),
        "recall_with_shared_boxes": _share(flag for verdict in verdicts for flag in verdict.inside),
        "boxes_on_spotless_disks": sum(len(boxes[one.name]) for one in disks if not len(one.places)),
        "disks": len(disks), "spotless_disks": sum(not len(one.places) for one in disks), "by_disk": by_disk,
    }  # fmt: skip


def _scores(verdicts: Sequence[Verdict]) -> dict[str, float]:
    found = np.concatenate([verdict.found for verdict in verdicts])
    right = np.concatenate([verdict.right for verdict in verdicts])
    recall, precision = float(found.mean()) if found.size else 0.0, float(right.mean()) if right.size else 0.0
    return _with_f1(precision, recall)


def _with_f1(precision: float, recall: float) -> dict[str, float]:
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {
        "precision": float(precision), "recall": float(recall), "f1": float(f1),
        "simplified_map": float(precision * recall),
    }  # fmt: skip


def _intervals(verdicts: Sequence[Verdict]) -> dict[str, list[float]]:
    """Bootstrap over regions and over boxes: with so few disks, the disks themselves cannot be drawn again."""
    rng = np.random.default_rng(0)
    intervals = {}
    for name, flags in (("recall", [v.found for v in verdicts]), ("precision", [v.right for v in verdicts])):
        values = np.concatenate(flags)
        if values.size:
            means = rng.choice(values, (_SAMPLES, values.size)).mean(axis=1)
            intervals[name] = [float(edge) for edge in np.quantile(means, (0.025, 0.975))]
    return intervals


def _on_patches(data: Path, read: Callable[[Path], Product], detect: Detect) -> dict[str, Any]:
    """Classes of real patches, each seen where it was on the disk and found by the detector itself."""
    rows = []
    for patch in real_patches(data, read):
        disk = read_disk(patch.image)
        place = disk.position(*patch.place)
        near = [
            one for one in detect(patch.image, {}).detections
            if one.position and np.hypot(one.position.tx - place.tx, one.position.ty - place.ty) < 150
        ]  # fmt: skip
        said = str(near[0].measurements["ar_mtwilsoncls"]) if near else ""
        rows.append({"noaa": patch.name, "truth": patch.kind, "network": said})
    known = [row for row in rows if row["network"]]
    return {
        "patches": len(rows), "found": len(known),
        "class_accuracy": _share(row["truth"] == row["network"] for row in known),
        "four_class_accuracy": _share(four_of(row["truth"]) == four_of(row["network"]) for row in known),
        "rows": rows,
    }  # fmt: skip


def _share(flags: Any) -> float:
    values = list(flags)
    return float(np.mean(values)) if values else 0.0


def _on_scenes(detect: Detect, count: int, folder: Path | None) -> dict[str, Any]:
    scored: list[tuple[float, bool]] = []
    wanted, confusion = 0, np.zeros((len(CLASSES), len(CLASSES)), int)
    for scene, image in scenes(count, _SEED):
        detections = detect(image, {}).detections
        boxes = _arcsec(detections) / read_disk(image).scale + 255.5
        spotted = np.array([kind != "PLAGE" for kind in scene.kinds], bool)
        shared = overlap(boxes, scene.boxes.astype(float))
        taken: set[int] = set()
        wanted += int(spotted.sum())
        for number, one in enumerate(detections):
            best = int(shared[number].argmax()) if shared.shape[1] else -1
            hit = best >= 0 and shared[number, best] >= _MATCH and best not in taken
            if hit and spotted[best]:
                taken.add(best)
                said = CLASSES.index(str(one.measurements["ar_mtwilsoncls"]))
                confusion[CLASSES.index(scene.kinds[best]), said] += 1
            elif best >= 0 and not spotted[best] and shared[number, best] > 0.05:
                continue  # plage: neither right nor wrong
            scored.append((one.probability or 0.0, hit and bool(spotted[best])))
    hits = sum(right for _, right in scored)
    if folder:
        draw_confusion(confusion, CLASSES, folder / "confusion_simulated.png")
    return {
        **_with_f1(hits / max(len(scored), 1), hits / max(wanted, 1)),
        "ap_at_iou_0.5": _average_precision(scored, wanted),
        "class_accuracy": float(np.trace(confusion) / max(confusion.sum(), 1)),
        "four_class_accuracy": _four(confusion), "regions": wanted, "suns": count, "confusion": confusion.tolist(),
    }  # fmt: skip


def _average_precision(scored: Sequence[tuple[float, bool]], wanted: int) -> float:
    """Area under precision against recall, all points, with precision made to fall (PASCAL VOC 2010)."""
    flags = np.array([right for _, right in sorted(scored, key=lambda pair: -pair[0])], float)
    if not flags.size or not wanted:
        return 0.0
    hits = np.cumsum(flags)
    precision = hits / np.arange(1, len(flags) + 1)
    falling = np.maximum.accumulate(precision[::-1])[::-1]
    return float((falling * flags).sum() / wanted)


def _four(confusion: NDArray[np.int_]) -> float:
    labels = np.array([four_of(name) for name in CLASSES])
    same = labels[:, None] == labels[None]
    return float(confusion[same].sum() / max(confusion.sum(), 1))
