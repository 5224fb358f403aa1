"""Many maps at once: mosaic, contact sheets, embedding map, ranking, and one page to look around in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.detection import DetectionResult
from helioscribe.domain.product import SolarImage
from helioscribe_stix_ssl.plots._colours import band_colours, cluster_colour
from helioscribe_stix_ssl.plots._layout import by_brightness, free_places, groups_of, picture_map

__all__ = ["Collection", "collected", "draw_collection"]

_MOST_TILES = 70 * 70
_SHEET = 8
_MAP = (9.0, 7.0)  # inches
_CLEAR = 0.2  # inches around a number


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Collection:
    """What is drawn of maps, one entry each."""

    seen: NDArray[np.float32]
    """What the encoder sees, 0 to 1, shape (image, y, x)."""

    names: tuple[str, ...]
    """Ids and times."""

    colours: tuple[str, ...]
    """Colour map of the band."""

    said: dict[str, NDArray[np.float64]]
    """``cluster``, ``anomaly``, ``rank``, ``multiple``, ``doubt``, ``distance``, each of shape (image,)."""

    components: NDArray[np.float64]
    """Shape (image, component)."""

    @property
    def cluster(self) -> NDArray[np.int64]:
        """Ids of the clusters."""
        return self.said["cluster"].astype(np.int64)


def collected(images: Sequence[SolarImage], results: Sequence[DetectionResult]) -> Collection:
    """Return what is drawn of images and results of this detector."""
    columns: dict[str, list[float]] = {}
    for result in results:
        assert result.scores is not None  # of this detector
        for name, value in zip(result.scores.names, result.scores.values[0], strict=True):
            columns.setdefault(name, []).append(float(value))
    return Collection(
        seen=np.stack([result.diagnostics["seen"][::2, ::2] for result in results]),
        names=tuple(f"{image.header.get('UID', '')} {str(image.time)[:16]}" for image in images),
        colours=tuple(band_colours(image) for image in images),
        said={name: np.asarray(values) for name, values in columns.items()},
        components=np.stack([result.diagnostics["components"] for result in results]).astype(np.float64),
    )


def draw_collection(images: Sequence[SolarImage], results: Sequence[DetectionResult], folder: Path) -> list[Path]:
    """Write ``mosaic.png``, ``contact_sheets.png``, ``embedding_map.png``, ``ranking.png`` and ``images.html``."""
    from helioscribe_stix_ssl.plots.page import write_page

    folder.mkdir(parents=True, exist_ok=True)
    whole = collected(images, results)
    places = picture_map(whole.components)
    figures = {
        "mosaic": _mosaic(whole),
        "contact_sheets": _sheets(whole),
        "embedding_map": _map(whole, places),
        "ranking": _ranking(whole),
    }
    paths = []
    for name, figure in figures.items():
        paths.append(folder / f"{name}.png")
        figure.savefig(paths[-1], dpi=110)
    return [*paths, write_page(whole, places, folder / "images.html")]


def _mosaic(whole: Collection) -> Any:
    """All maps by cluster, framed in its colour; clusters of like brightness stand beside each other."""
    order = by_brightness(whole.seen, whole.cluster)[:_MOST_TILES]
    across = max(4, round(np.sqrt(len(order) * 1.4)))
    down = -(-len(order) // across)
    figure = _figure(across * 0.9, down * 0.98)
    axes = figure.subplots(down, across, squeeze=False).ravel()
    for tile in axes[len(order) :]:
        tile.set_axis_off()
    for tile, row in zip(axes, order, strict=False):
        _tile(tile, whole, int(row), f"{whole.names[row].split(' ')[0]} c{whole.cluster[row]}", size=4.5)
    return figure


def _sheets(whole: Collection) -> Any:
    """The images nearest to the centre of each cluster, one row a cluster."""
    order = by_brightness(whole.seen, whole.cluster)
    clusters = list(dict.fromkeys(int(whole.cluster[row]) for row in order))
    figure = _figure(_SHEET * 1.05 + 1.6, len(clusters) * 1.1)
    axes = figure.subplots(len(clusters), _SHEET + 1, squeeze=False)
    for line, cluster in zip(axes, clusters, strict=True):
        members = np.flatnonzero(whole.cluster == cluster)
        members = members[np.argsort(whole.said["distance"][members])][:_SHEET]
        for tile in line:
            tile.set_axis_off()
        several = 100 * float((whole.said["multiple"][whole.cluster == cluster] >= 0.5).mean())
        count = int((whole.cluster == cluster).sum())
        text = f"cluster {cluster}\n{count} image{'s' * (count > 1)}\n{several:.0f} % several"
        line[0].text(1.0, 0.5, text, ha="right", va="center", fontsize=8)
        for tile, row in zip(line[1:], members, strict=False):
            tile.set_axis_on()
            _tile(tile, whole, int(row), "", size=6)
    return figure


def _map(whole: Collection, places: NDArray[np.float64]) -> Any:
    """The t-SNE picture: colour is the cluster, size how odd, a ring what DBSCAN leaves alone."""
    figure = _figure(*_MAP)
    axes = figure.subplots()
    size = 12 + 160 * np.clip(whole.said["rank"] - 0.5, 0, None) ** 2 * 4
    axes.scatter(*places.T, s=size, c=[cluster_colour(int(one)) for one in whole.cluster], linewidths=0, alpha=0.9)
    alone = groups_of(whole.components) < 0
    axes.scatter(*places[alone].T, s=size[alone] + 40, facecolors="none", edgecolors="0.4", linewidths=0.7)
    inches = np.array(_MAP) / np.maximum(np.ptp(places, axis=0), 1e-9)
    for cluster, (row, spot) in free_places(places * inches, whole.cluster, clear=_CLEAR).items():
        line = {"arrowstyle": "-", "color": cluster_colour(cluster), "linewidth": 0.8, "shrinkA": 1, "shrinkB": 2}
        axes.annotate(str(cluster), places[row], spot / inches, size=8, ha="center", va="center", arrowprops=line)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_title("Neighbours by t-SNE, gaps closed; large: odd images; ringed: alone for DBSCAN", fontsize=10)
    return figure


def _ranking(whole: Collection) -> Any:
    """The oddest images first."""
    order = np.argsort(whole.said["anomaly"])[:40]
    figure = _figure(10 * 1.15, max(1, -(-len(order) // 10)) * 1.35)
    axes = figure.subplots(-(-len(order) // 10), 10, squeeze=False).ravel()
    for tile in axes[len(order) :]:
        tile.set_axis_off()
    for tile, row in zip(axes, order, strict=False):
        said = f"{whole.said['anomaly'][row]:+.3f}  several {whole.said['multiple'][row]:.2f}"
        _tile(tile, whole, int(row), f"{whole.names[row].split(' ')[0]}\n{said}", size=5.5)
    return figure


def _figure(width: float, height: float) -> Any:
    from matplotlib.figure import Figure

    return Figure(figsize=(max(width, 4), max(height, 3)), layout="constrained")


def _tile(axes: Any, whole: Collection, row: int, title: str, *, size: float) -> None:
    axes.imshow(whole.seen[row], origin="lower", cmap=whole.colours[row])
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_title(title, fontsize=size, pad=1.5)
    for spine in axes.spines.values():
        spine.set(color=cluster_colour(int(whole.cluster[row])), linewidth=2.2)
