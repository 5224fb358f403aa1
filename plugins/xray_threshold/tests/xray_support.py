"""Light curves for the tests of the rule."""

import numpy as np

from helioscribe.domain.product import LightCurve

DEFAULTS = {"rise": 1.4, "minutes": 4, "floor": 1e-7, "significance": 5.0, "gap": 10.0}


def curve(values, **changes):
    values = np.asarray(values, float)
    n = values.size
    fields = {
        "observatory": "GOES-15",
        "instrument": "XRS",
        "times": np.datetime64("2011-06-07T06:00", "ns")
        + np.arange(n) * np.timedelta64(60, "s")
        + np.timedelta64(30, "s"),
        "exposure": np.full(n, 60.0),
        "counts": values[:, None],
        "errors": np.full((n, 1), np.nan),
        "energies": np.array([[1.55, 12.4]]),
        "live_fraction": np.ones(n),
        "attenuator": np.zeros(n, np.uint8),
        "good": np.isfinite(values),
        "unit": "W / m2",
    }
    return LightCurve(**fields | changes)
