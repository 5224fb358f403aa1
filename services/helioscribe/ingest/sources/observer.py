"""Position of the observer: read from FITS headers, and written to headers of products."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helioscribe.domain.coordinates import AU, Observer

__all__ = ["keywords_of", "stated_observer"]


def stated_observer(header: Mapping[str, Any], name: str) -> Observer | None:
    """Return the observer given by HGLN_OBS [deg], HGLT_OBS [deg] and DSUN_OBS [m]; None unless all are numbers."""
    said = [header.get(key) for key in ("HGLN_OBS", "HGLT_OBS", "DSUN_OBS")]
    numbers = [float(value) for value in said if isinstance(value, int | float)]
    if len(numbers) != len(said):
        return None
    longitude, latitude, distance = numbers
    return Observer(name=name, hgs_longitude=longitude, hgs_latitude=latitude, distance=distance / AU)


def keywords_of(observer: Observer | None) -> dict[str, float]:
    """Return the FITS keywords of an observer: Stonyhurst longitude and latitude [deg], distance from the Sun [m]."""
    if observer is None:
        return {}
    return {"HGLN_OBS": observer.hgs_longitude, "HGLT_OBS": observer.hgs_latitude, "DSUN_OBS": observer.distance * AU}
