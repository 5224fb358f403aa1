"""Colours of clusters and of energy bands."""

from __future__ import annotations

from colorsys import hls_to_rgb

from helioscribe.domain.product import SolarImage

__all__ = ["band_colours", "cluster_colour"]

_HARD = 12.0  # bands whose middle lies above are non-thermal [keV]


def cluster_colour(cluster: int) -> tuple[float, float, float]:
    """Return red, green and blue of a cluster, 0 to 1: neighbours are far apart, and the pages use the same."""
    return hls_to_rgb(cluster * 137 % 360 / 360, 0.4 + cluster % 3 * 0.12, 0.6)


def band_colours(image: SolarImage) -> str:
    """Return the colour map of a band: inferno for thermal, viridis for harder images."""
    edges = (image.header.get("ENERGY_L", 0.0), image.header.get("ENERGY_H", 0.0))
    return "viridis" if sum(map(float, edges)) / 2 > _HARD else "inferno"
