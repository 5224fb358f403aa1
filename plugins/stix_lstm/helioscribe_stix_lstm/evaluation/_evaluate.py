"""The evaluation itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from helioscribe.domain.detection import DetectionResult, Parameters
from helioscribe.domain.product import LightCurve, Product
from helioscribe.domain.times import to_datetime64
from helioscribe_stix_lstm.evaluation._baseline import threshold_claims
from helioscribe_stix_lstm.evaluation._labels import Labelled, labelled_series
from helioscribe_stix_lstm.evaluation._matching import Claim, Verdict, judge, metrics

__all__ = ["VARIANTS", "evaluate"]

VARIANTS: Mapping[str, Parameters] = {
    "stix-lstm": {},
    "stix-lstm, windows": {"contract": "windows"},
    "stix-lstm, reconstruction": {"mode": "reconstruction"},
    "stix-lstm, three groups": {"bands": 3},
    "random cut forest": {"combine": "forest"},
    "network and forest, mean": {"combine": "mean"},
    "network or forest": {"combine": "either"},
    "network and forest": {"combine": "both"},
}
"""Settings that are compared; the first is the default."""


def evaluate(
    data: Path,
    *,
    read: Callable[[Path], Product],
    detect: Callable[[Product, Parameters], DetectionResult],
    folder: Path | None,
    variants: Mapping[str, Parameters] = VARIANTS,
    compare_s0: bool = False,
) -> dict[str, Any]:
    """Measure the detector, a plain threshold and, if asked for, the published recipe S0.

    Parameters
    ----------
    data
        Folder with STIX light curves, reference peaks and flare lists.
    read
        The platform's reader.
    detect
        Runs the detector with some parameters changed.
    folder
        Where to write a plot of each series; None for none.
    variants
        Parameters to change, by name of the method.
    compare_s0
        Also train and run S0's recipe on each series; needs torch and takes long.

    Returns
    -------
    dict
        By method: metrics by series, of all together, and the seconds that detection took.

    Raises
    ------
    InvalidInputError
        If the folder holds no series.
    """
    series = list(labelled_series(data, read))
    methods = {name: _detector(detect, changed) for name, changed in variants.items()}
    methods["threshold on background"] = threshold_claims
    if compare_s0:
        from helioscribe_stix_lstm.training.s0 import s0_claims

        methods |= s0_claims()
    report = {name: _measured(method, series) for name, method in methods.items()}
    if folder is not None:
        for item in series:
            _draw(item, detect(item.curve, {}), folder)
    return report


def _detector(
    detect: Callable[[Product, Parameters], DetectionResult], changed: Parameters
) -> Callable[[LightCurve], list[Claim]]:
    def claims(curve: LightCurve) -> list[Claim]:
        return [
            Claim(
                start=to_datetime64(found.time_range.start),
                peak=to_datetime64(found.peak_time or found.time_range.start),
                ratio=float(found.measurements["peak_over_background"]),
                clipped=found.clipped,
            )
            for found in detect(curve, changed).detections
        ]

    return claims


def _measured(method: Callable[[LightCurve], list[Claim]], series: Sequence[Labelled]) -> dict[str, Any]:
    total = Verdict(hits=[], ratios=[], found=[], false=[], days=0.0)
    report: dict[str, Any] = {}
    begin = perf_counter()
    for item in series:
        days = float((item.curve.times[-1] - item.curve.times[0]) / np.timedelta64(1, "D"))
        verdict = judge(method(item.curve), item.truth, days)
        report[item.name] = metrics(verdict)
        total += verdict
    return report | {"all": metrics(total), "seconds": round(perf_counter() - begin, 3)}


def _draw(item: Labelled, result: DetectionResult, folder: Path) -> None:
    from helioscribe_stix_lstm.plots._common import save
    from helioscribe_stix_lstm.plots.evaluation import draw_evaluation

    save(draw_evaluation(item.curve, result, item.truth.peak), folder, f"evaluation_{item.name}", ("png",), 110)
