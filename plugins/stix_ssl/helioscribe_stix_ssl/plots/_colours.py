"""Colours of clusters and of energy bands, as in the published mosaic."""

from __future__ import annotations

from typing import Any

from helioscribe.domain.product import SolarImage

__all__ = ["band_colours", "cluster_colour"]

_HARD = 12.0  # bands whose middle lies above are non-thermal [keV]


def cluster_colour(cluster: int) -> Any:
    """Return the colour of a cluster: twenty hues, then again."""
    from matplotlib import colormaps

    return colormaps["tab20b"](cluster % 20)


def band_colours(image: SolarImage) -> str:
    """Return the colour map of a band: inferno for thermal, viridis for harder images."""
    edges = (image.header.get("ENERGY_L", 0.0), image.header.get("ENERGY_H", 0.0))
    return "viridis" if sum(map(float, edges)) / 2 > _HARD else "inferno"
