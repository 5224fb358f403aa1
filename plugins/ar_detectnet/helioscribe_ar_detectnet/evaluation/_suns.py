"""The detector on simulated suns, where boxes and classes are known exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.detection import Detection, DetectionResult, Parameters
from helioscribe.domain.product import Product
from helioscribe_ar_detectnet._disk import Disk, read_disk
from helioscribe_ar_detectnet._grouping import overlap
from helioscribe_ar_detectnet.evaluation._scores import (
    area_under_roc,
    average_precision,
    class_scores,
    intervals_over,
    with_f1,
)
from helioscribe_ar_detectnet.evaluation._simulated import scenes
from helioscribe_ar_detectnet.simulation.disk import Scene

__all__ = ["box_edges", "on_suns"]

_MATCH = 0.5
_PLAGE = 0.05
_ALL = 0.05
"""Coverage down to which boxes are asked for where precision is drawn against recall."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sun:
    """What the detector said of one sun."""

    wanted: int
    """Regions with spots."""

    scored: Sequence[tuple[float, bool]]
    """Coverage of each box that counts, and whether it is right; with the detector's own threshold."""

    ranked: Sequence[tuple[float, bool]]
    """The same of all boxes down to a coverage of 0.05."""

    hits: Sequence[tuple[str, Detection]]
    """Class of each region that was found, and its box."""


def box_edges(detections: Sequence[Detection]) -> NDArray[np.float64]:
    """Return x1, y1, x2, y2 [arcsec] of boxes, shape (box, 4)."""
    corners = [
        (box.lower_left.tx, box.lower_left.ty, box.upper_right.tx, box.upper_right.ty)
        for box in (one.box for one in detections)
        if box
    ]
    return np.array(corners, float).reshape(-1, 4)


def on_suns(
    detect: Callable[[Product, Parameters], DetectionResult], count: int, frequencies: Mapping[str, float], *, seed: int
) -> dict[str, Any]:
    """Return measures of boxes and of classes, with 95 % intervals from drawing whole suns again."""
    suns = []
    for scene, image in scenes(count, seed, frequencies):
        disk = read_disk(image)
        own, every = detect(image, {}).detections, detect(image, {"threshold": _ALL}).detections
        scored, hits = _judged(scene, own, disk)
        suns.append(
            _Sun(
                wanted=sum(kind != "PLAGE" for kind in scene.kinds),
                scored=scored,
                ranked=_judged(scene, every, disk)[0],
                hits=hits,
            )
        )
    hits = [hit for sun in suns for hit in sun.hits]
    said = [(kind, str(one.measurements["ar_mtwilsoncls"])) for kind, one in hits]
    return {
        **_boxes(suns),
        "intervals_95": intervals_over(suns, _boxes),
        "suns": count,
        "regions": sum(sun.wanted for sun in suns),
        **class_scores(said),
        "gamma_auc": _auc(hits, "GAMMA"),
        "delta_auc": _auc(hits, "DELTA"),
    }


def _boxes(suns: Sequence[_Sun]) -> dict[str, float]:
    wanted = sum(sun.wanted for sun in suns)
    flags = [right for sun in suns for _, right in sun.scored]
    ranked = [pair for sun in suns for pair in sun.ranked]
    return {
        **with_f1(sum(flags) / max(len(flags), 1), sum(flags) / max(wanted, 1)),
        "ap_at_iou_0.5": average_precision(ranked, wanted),
    }


def _judged(
    scene: Scene, detections: Sequence[Detection], disk: Disk
) -> tuple[list[tuple[float, bool]], list[tuple[str, Detection]]]:
    """Return coverage and verdict of each box, surest first; those on plage are neither right nor wrong."""
    shared = overlap(disk.pixels(box_edges(detections)), scene.boxes.astype(float))
    scored: list[tuple[float, bool]] = []
    hits: list[tuple[str, Detection]] = []
    taken: set[int] = set()
    for one, with_regions in zip(detections, shared, strict=True):
        best = int(with_regions.argmax()) if len(with_regions) else -1
        hit = best >= 0 and with_regions[best] >= _MATCH and best not in taken and scene.kinds[best] != "PLAGE"
        if hit:
            taken.add(best)
            hits.append((scene.kinds[best], one))
        elif best >= 0 and scene.kinds[best] == "PLAGE" and with_regions[best] > _PLAGE:
            continue
        scored.append((one.probability or 0.0, hit))
    return scored, hits


def _auc(hits: Sequence[tuple[str, Detection]], part: str) -> float | None:
    scores = [float(one.measurements[f"{part.lower()}_probability"]) for _, one in hits]
    return area_under_roc(scores, [part in kind.split("-") for kind, _ in hits])
