"""The detector: the rule on one band of a light curve."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.detection import Detection, DetectionResult, Parameters, ScoreSeries, Value
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import LightCurve, Product
from helioscribe.domain.times import TimeRange, from_datetime64
from helioscribe.sdk import Detector, Models
from helioscribe.sdk.coverage import cover_light_curve
from helioscribe_xray_threshold.rise import Flare, Rule, find_flares, minute_means

__all__ = ["RiseDetector", "create", "goes_class"]

_CLASSES = (("X", 1e-4), ("M", 1e-5), ("C", 1e-6), ("B", 1e-7), ("A", 1e-8))
_MINUTE = np.timedelta64(1, "m")

ENERGY = 8.0
"""Within GOES's long band, and within those from which the lists of RHESSI (6 to 12 keV) and STIX are made [keV]."""

LONGEST = np.timedelta64(400, "D")
"""Longest series that is taken: a wrong clock must not fill the memory."""


def create(parameters: Parameters) -> Detector:
    """Make the detector from complete parameters."""
    return RiseDetector(
        Rule(
            rise=float(parameters["rise"]),
            minutes=int(parameters["minutes"]),
            floor=float(parameters["floor"]),
            significance=float(parameters["significance"]),
            gap=float(parameters["gap"]),
        )
    )


def goes_class(flux: float) -> str:
    """Return the GOES class of a peak flux.

    Parameters
    ----------
    flux
        1 to 8 Angstrom, one-minute mean [W / m2].
    """
    letter, unit = next(((name, base) for name, base in _CLASSES if flux >= base), _CLASSES[-1])
    # Cut, not rounded, as SWPC does; the small term keeps 2.5e-5 from becoming M2.4.
    return f"{letter}{np.floor(flux / unit * 10 + 1e-6) / 10:.1f}"


class RiseDetector:
    """Finds flares by their rise.

    Parameters
    ----------
    rule
        What makes a flare; its floor is for irradiances [W / m2].
    """

    def __init__(self, rule: Rule) -> None:
        self._rule = rule

    def detect(self, product: Product, models: Models) -> DetectionResult:  # noqa: ARG002  # it has none
        """Look at a light curve.

        Raises
        ------
        InvalidInputError
            If it is none, or longer than any.
        """
        if not isinstance(product, LightCurve):
            raise InvalidInputError(f"expected a light curve, got {product.kind}")
        band = _band(product)
        if product.times[-1] - product.times[0] > LONGEST:
            raise InvalidInputError("light curve spans more than 400 days: is a time wrong?")
        usable = _usable(product, band)
        minutes, means, numbers = minute_means(product.times, product.rates[:, band], usable)
        rule = self._rule if product.unit != "ct" else replace(self._rule, floor=0.0)
        flares = find_flares(means, _noise(product, means, numbers), rule)
        found = tuple(_detection(product, band, minutes, means, flare) for flare in flares)
        scores = ScoreSeries(
            times=minutes.astype("datetime64[ns]"), names=("flux",), values=means[:, None].astype(np.float32)
        )
        return DetectionResult(detections=found, covered=cover_light_curve(product, usable, found), scores=scores)


def _band(curve: LightCurve) -> int:
    """Return the softest band that reaches `ENERGY`; the first if none does."""
    low, high = curve.energies.T
    return int(np.argmin(np.where(high > ENERGY, low, np.inf)))


def _usable(curve: LightCurve, band: int) -> NDArray[np.bool_]:
    # The attenuator changes the counts; its steps are no rise of the Sun's.
    return np.asarray(curve.good & np.isfinite(curve.counts[:, band]) & (curve.attenuator == 0))


def _noise(curve: LightCurve, means: NDArray[np.float64], numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    if curve.unit != "ct":
        return np.zeros_like(means)
    exposure = float(np.median(curve.exposure * curve.live_fraction))
    with np.errstate(invalid="ignore"):
        return np.sqrt(np.maximum(means, 0) / np.maximum(numbers * exposure, 1e-9))


def _detection(
    curve: LightCurve, band: int, minutes: NDArray[np.datetime64], means: NDArray[np.float64], flare: Flare
) -> Detection:
    first, last = curve.time_range.start, curve.time_range.end
    start = max(from_datetime64(minutes[flare.start]), first)
    end = min(from_datetime64(minutes[flare.end] + _MINUTE), last)
    peak = min(max(from_datetime64(minutes[flare.peak] + _MINUTE // 2), start), end)
    flux = float(means[flare.peak])
    measurements: dict[str, Value] = {
        "fl_peakflux": flux,
        "fl_peakfluxunit": "W/m2" if curve.unit != "ct" else "ct/s",
        "hs_background": float(means[flare.start]),
        "hs_band": curve.band_names[band],
    }
    if curve.unit == "W / m2" and curve.instrument == "XRS":
        measurements["fl_goescls"] = goes_class(flux)
    return Detection(
        event_type="FL",
        time_range=TimeRange(start=start, end=end),
        peak_time=peak,
        clipped=flare.clipped,
        measurements=measurements,
    )
