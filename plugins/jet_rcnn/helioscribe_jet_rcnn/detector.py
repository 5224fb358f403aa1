"""The detector: a sequence of images in, jets out."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.coverage import CoverageState, CoveredSpan
from helioscribe.domain.detection import Detection, DetectionResult, Parameters, ScoreSeries
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import ImageSequence, Product
from helioscribe.domain.times import TimeRange, from_datetime64
from helioscribe.sdk import Models
from helioscribe_jet_rcnn._events import COLUMNS, events_of
from helioscribe_jet_rcnn._frames import filled, fit_of, new_pictures, stretched
from helioscribe_jet_rcnn._place import boxes
from helioscribe_jet_rcnn._windows import scan

__all__ = ["CADENCE", "JetRcnn", "create"]

CADENCE = 24.0
"""Usual distance of frames [s]; sequences up to twice as slow are taken, faster ones are thinned out."""

_SLOWEST = 50.0
_WIDEST = 1000.0
"""Longest side of a field [arcsec]; in a wider one, jets are smaller than the network's pixels."""

_GAP = 3.0
"""Cadences without a frame after which a new stretch begins."""


def create(parameters: Parameters) -> JetRcnn:
    """Make the detector from complete, checked parameters."""
    return JetRcnn(parameters)


class JetRcnn:
    """Finds coronal jets in sequences of any length, window by window.

    Parameters
    ----------
    parameters
        How it looks.
    """

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters

    def detect(self, product: Product, models: Models) -> DetectionResult:
        """Look for jets.

        Raises
        ------
        InvalidInputError
            If the product is no sequence, its field is too wide, its frames are too far apart, or none shows anything.
        """
        if not isinstance(product, ImageSequence):
            raise InvalidInputError(f"jet-rcnn reads image sequences, got {product.kind}")
        _check_field(product)
        least = int(self._parameters["least_frames"])
        scored, short = [], []
        for stretch in _stretches(product):
            if len(stretch) >= least:
                scored.append((stretch, self._scores(product, stretch, models)))
            else:
                short.append(stretch)
        found = tuple(event for _, scores in scored for event in events_of(scores, self._parameters))
        return DetectionResult(
            detections=found,
            covered=_covered(product, [stretch for stretch, _ in scored], short, found, least),
            scores=_joined([scores for _, scores in scored]),
            diagnostics={
                "held_out_groups": models.arrays("input")["held_out_groups"],
                "threshold": np.array([float(self._parameters["threshold"])]),
            },
        )

    def _scores(self, product: ImageSequence, stretch: NDArray[np.intp], models: Models) -> ScoreSeries:
        frames = stretched(filled(product.pixels[stretch]), product.unit)
        found = scan(frames, models, stride=int(self._parameters["stride"]))
        headers = tuple(product.headers[int(index)] for index in stretch)
        where = boxes(found.place, fit_of(frames), headers)
        evidence = found.place.max((1, 2))
        values = np.column_stack([found.probability, evidence, where]).astype(np.float32)
        return ScoreSeries(times=product.times[stretch], names=COLUMNS, values=values)


def _check_field(product: ImageSequence) -> None:
    steps = [abs(float(product.headers[0].get(key, 1.0))) for key in ("CDELT2", "CDELT1")]
    high, wide = (step * side for step, side in zip(steps, product.pixels.shape[1:], strict=True))
    if max(high, wide) > _WIDEST:
        raise InvalidInputError(
            f"jet-rcnn: a field of {wide:.0f} x {high:.0f} arcsec; expected {_WIDEST:g} at most: a cut-out"
        )


def _stretches(product: ImageSequence) -> list[NDArray[np.intp]]:
    """Return the frames of each stretch without a gap, about `CADENCE` apart; those that show nothing new are none."""
    there = np.flatnonzero(new_pictures(product.pixels))
    if not there.size:
        raise InvalidInputError("jet-rcnn: no frame shows anything")
    seconds = (product.times[there] - product.times[there[0]]) / np.timedelta64(1, "s")
    usual = float(np.median(np.diff(seconds))) if there.size > 1 else CADENCE
    if usual > _SLOWEST:
        raise InvalidInputError(f"jet-rcnn: one frame in {usual:g} s; expected one in {_SLOWEST:g} s or less")
    kept = [0]
    for index in range(1, there.size):
        # Half a step early is near enough: clocks of frames are not exact.
        if seconds[index] - seconds[kept[-1]] >= CADENCE - max(usual / 2, 1.0):
            kept.append(index)
    cuts = np.flatnonzero(np.diff(seconds[kept]) > _GAP * max(usual, CADENCE)) + 1
    return np.split(there[kept], cuts)


def _covered(
    product: ImageSequence,
    scored: list[NDArray[np.intp]],
    short: list[NDArray[np.intp]],
    found: tuple[Detection, ...],
    least: int,
) -> tuple[CoveredSpan, ...]:
    spans = []
    for stretch in sorted([*scored, *short], key=lambda one: int(one[0])):
        span = TimeRange(
            start=from_datetime64(product.times[stretch[0]]), end=from_datetime64(product.times[stretch[-1]])
        )
        if any(stretch is one for one in short):
            reason = f"{len(stretch)} frames; {least} are needed"
            spans.append(CoveredSpan(time_range=span, state=CoverageState.NOT_OBSERVED, reason=reason))
            continue
        seen = any(event.time_range.overlaps(span) for event in found)
        state = CoverageState.PROCESSED if seen else CoverageState.NOTHING_FOUND
        spans.append(CoveredSpan(time_range=span, state=state))
    return tuple(_with_gaps(spans))


def _with_gaps(spans: list[CoveredSpan]) -> list[CoveredSpan]:
    whole = spans[:1]
    for before, after in pairwise(spans):
        gap = TimeRange(start=before.time_range.end, end=after.time_range.start)
        whole += [CoveredSpan(time_range=gap, state=CoverageState.NOT_OBSERVED, reason="no frames"), after]
    return whole


def _joined(parts: list[ScoreSeries]) -> ScoreSeries | None:
    if not parts:
        return None
    return ScoreSeries(
        times=np.concatenate([one.times for one in parts]),
        names=COLUMNS,
        values=np.concatenate([one.values for one in parts]),
    )
