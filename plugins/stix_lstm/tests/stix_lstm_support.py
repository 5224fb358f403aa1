"""Light curves that several tests use."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from helioscribe.domain.product import LightCurve
from helioscribe_stix_lstm.training._compression import compressed

PACKAGE = Path(__file__).parents[1] / "helioscribe_stix_lstm"
QUIET = np.array([247.0, 46.0, 60.0, 763.0, 410.0])
RATIOS = np.array([1.0, 0.15, 0.02, 0.001, 0.0])


def make_curve(counts, *, step=4.0, start="2022-03-01T00:00:00", attenuator=None, good=None, times=None):
    counts = np.asarray(counts, np.float64)
    n = len(counts)
    if times is None:
        times = np.datetime64(start, "ns") + (np.arange(n) * step * 1e9).astype("timedelta64[ns]")
    edges = [(4, 10), (10, 15), (15, 25), (25, 50), (50, 84)] if counts.shape[1] == 5 else [(4, 10), (10, 25), (25, 84)]
    return LightCurve(
        observatory="Solar Orbiter",
        instrument="STIX",
        times=times,
        exposure=np.full(n, step),
        counts=counts,
        errors=np.sqrt(np.maximum(np.nan_to_num(counts), 0) + 1),
        energies=np.array(edges, np.float64),
        live_fraction=np.ones(n),
        attenuator=np.zeros(n, np.uint8) if attenuator is None else attenuator,
        good=np.ones(n, bool) if good is None else good,
    )


def flare_shape(n, peak, rise=60.0, decay=300.0, step=4.0):
    """One at the sample `peak`; Gaussian before, exponential after."""
    t = (np.arange(n) - peak) * step
    return np.where(t < 0, np.exp(-0.5 * (np.minimum(t, 0) / rise) ** 2), np.exp(-np.maximum(t, 0) / decay))


def quiet_counts(n, seed=0):
    return np.random.default_rng(seed).poisson(QUIET, (n, 5)).astype(float)


def with_flares(n, flares, seed=0):
    """Compressed counts of a quiet Sun with flares (sample of the peak, counts at the peak)."""
    rng = np.random.default_rng(seed)
    extra = sum((size * flare_shape(n, peak)[:, None] * RATIOS for peak, size in flares), np.zeros((n, 5)))
    return compressed(quiet_counts(n, seed) + rng.poisson(extra))


def keep(curve, chosen):
    names = ("times", "exposure", "counts", "errors", "live_fraction", "attenuator", "good")
    return replace(curve, **{name: getattr(curve, name)[chosen] for name in names})
