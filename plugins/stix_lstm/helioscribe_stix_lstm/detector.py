"""The detector: a light curve in, flares out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.detection import Detection, DetectionResult, Parameters, ScoreSeries, Value
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import LightCurve, Product
from helioscribe.domain.times import TimeRange, from_datetime64
from helioscribe.sdk import Models
from helioscribe.sdk.coverage import cover_light_curve
from helioscribe_stix_lstm._analysis import Analysis, analyse, regrouped
from helioscribe_stix_lstm._background import smooth
from helioscribe_stix_lstm._events import Flare
from helioscribe_stix_lstm._grid import CADENCE
from helioscribe_stix_lstm._settings import Settings

__all__ = ["StixLstm", "create"]

PEAK_WIDTH = 5
"""Samples over which rates are averaged before their maximum is taken."""


def create(parameters: Parameters) -> StixLstm:
    """Make the detector from complete, checked parameters."""
    return StixLstm(Settings.read(parameters))


class StixLstm:
    """Finds flares in X-ray light curves.

    Parameters
    ----------
    settings
        How it looks.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def detect(self, product: Product, models: Models) -> DetectionResult:
        """Look for flares.

        Raises
        ------
        InvalidInputError
            If the product is no light curve of five bands or three groups.
        """
        if not isinstance(product, LightCurve):
            raise InvalidInputError(f"stix-lstm reads light curves, got {product.kind}")
        curve = regrouped(product, self._settings.bands)
        analysis = analyse(curve, models, self._settings)
        detections = tuple(_detection(curve, analysis, flare) for flare in analysis.flares)
        usable = analysis.grid.valid[analysis.grid.cell]
        return DetectionResult(
            detections=detections,
            covered=cover_light_curve(curve, usable, detections),
            scores=_scores(curve, analysis, usable),
            diagnostics=_diagnostics(analysis, self._settings),
        )


def _detection(curve: LightCurve, analysis: Analysis, flare: Flare) -> Detection:
    first, peak, last = (_sample(analysis, cell) for cell in (flare.start, flare.peak, flare.end))
    half = (curve.exposure * 0.5e9).astype("timedelta64[ns]")
    # Two flares that meet in one coarse sample share its middle.
    start = curve.times[first] - (half[first] if first < peak else np.timedelta64(0, "ns"))
    end = curve.times[last] + (half[last] if last > peak else np.timedelta64(0, "ns"))
    return Detection(
        event_type="FL",
        time_range=TimeRange(start=from_datetime64(start), end=from_datetime64(end)),
        peak_time=from_datetime64(curve.times[peak]),
        probability=_probability(analysis, flare),
        clipped=flare.clipped,
        measurements=_measurements(curve, analysis, flare, slice(first, last + 1)),
    )


def _sample(analysis: Analysis, cell: int) -> int:
    """Return the sample that is nearest to a cell."""
    cells = analysis.grid.cell
    after = int(np.clip(np.searchsorted(cells, cell), 0, cells.size - 1))
    before = max(0, after - 1)
    return before if cell - cells[before] < cells[after] - cell else after


def _probability(analysis: Analysis, flare: Flare) -> float:
    here = slice(flare.start, flare.end + 1)
    certain = analysis.found.flare[here][analysis.score[here] >= 1.0]
    return float(np.clip(certain.mean() if certain.size else analysis.found.flare[here].max(), 0.0, 1.0))


def _measurements(curve: LightCurve, analysis: Analysis, flare: Flare, samples: slice) -> dict[str, Value]:
    grid, excess = analysis.grid, analysis.excess
    here = slice(flare.start, flare.end + 1)
    rates = curve.rates[samples]
    # A glitch in a flare is not its peak.
    known = np.isfinite(rates).all(axis=1) & grid.valid[grid.cell[samples]]
    peaks = smooth(np.nan_to_num(rates), known, PEAK_WIDTH).max(axis=0)
    # A long flare raises the background under its peak, and hardly at its start.
    background = excess.background[here].min(axis=0)
    result: dict[str, Value] = {
        "fl_peakflux": float(peaks[0]),
        "fl_peakfluxunit": "ct/s",
        "peak_over_background": float(grid.counts[here, 0].max() / max(background[0], 1.0)),
        "significance": float(analysis.found.level[here].max()),
        "score": float(analysis.score[here].max()),
        "attenuated": bool((grid.attenuator[here] > 0).any()),
    }
    for band, name in enumerate(curve.band_names):
        key = name.removesuffix(" keV").replace("-", "_").replace(".", "p")
        result[f"peak_rate_{key}_kev"] = float(peaks[band])
        result[f"background_rate_{key}_kev"] = float(background[band] / CADENCE)
    return result


def _scores(curve: LightCurve, analysis: Analysis, usable: NDArray[np.bool_]) -> ScoreSeries:
    columns = {
        "score": analysis.score,
        "network": analysis.network,
        "forest": analysis.forest,
        "level": analysis.found.level,
        "flare": analysis.found.flare,
    }
    values = np.column_stack(list(columns.values()))[analysis.grid.cell]
    known = np.asarray(np.where(usable[:, None], values, np.nan), np.float32)
    return ScoreSeries(times=curve.times, names=tuple(columns), values=known)


def _diagnostics(analysis: Analysis, settings: Settings) -> dict[str, NDArray[np.float32]]:
    """What tables and plots show beside the scores; series are given for each sample."""
    cell = analysis.grid.cell
    return {
        "significance": analysis.found.bands[cell].astype(np.float32),
        "background": analysis.excess.background[cell].astype(np.float32),
        "threshold": np.array([settings.limit], np.float32),
    }
