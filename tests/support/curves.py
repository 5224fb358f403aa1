"""Light curves as files."""

from __future__ import annotations

import numpy as np

__all__ = ["stix_csv"]


def stix_csv(seed: int) -> bytes:
    """One hour of a quiet STIX with one flare, different for every seed."""
    rng = np.random.default_rng(seed)
    n = 900
    seconds = np.arange(n) * 4
    after = np.clip(seconds - 1200, 0, None)
    flare = np.where(seconds > 1200, (1 - np.exp(-after / 60)) * np.exp(-after / 400), 0)
    quiet, peak = np.array([250, 50, 67, 863, 495]), np.array([9000, 1500, 100, 0, 0])
    counts = rng.poisson(quiet + flare[:, None] * peak)
    start = np.datetime64(f"2021-03-{1 + seed % 28:02d}T{seed % 23:02d}:00:00", "s")
    times = np.datetime_as_string(start + seconds.astype("timedelta64[s]"))
    lines = [",".join([time, *map(str, row)]) for time, row in zip(times, counts, strict=True)]
    return "\n".join(["utc,ebin1,ebin2,ebin3,ebin4,ebin5", *lines]).encode()
