"""The evaluation itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.detection import DetectionResult, Parameters
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import Product, SolarImage
from helioscribe_stix_ssl._preprocess import Window, crop, is_back_projection, resized, scaled
from helioscribe_stix_ssl.evaluation._baselines import anomaly_of, pixels, random_encoder
from helioscribe_stix_ssl.evaluation._maps import RealMap, as_map, composite, read_maps
from helioscribe_stix_ssl.evaluation._tables import cluster_table, stability
from helioscribe_stix_ssl.training._dataset import simulated
from helioscribe_stix_ssl.training._instrument import PIXELS
from helioscribe_stix_ssl.training._measure import ARTEFACTS, agreement, planted

__all__ = ["evaluate"]

_SEED = 2024
_POPULATION = 1200

Detect = Callable[[Product, Parameters], DetectionResult]
Numbers = NDArray[np.floating[Any]]


def evaluate(
    data: Path,
    *,
    read: Callable[[Path], Product],
    detect: Detect,
    folder: Path | None,
) -> dict[str, Any]:
    """Measure on simulated maps with planted oddities and on the real maps of a folder.

    Parameters
    ----------
    data
        Folder of STIX maps and pixel data; an index of flares beside them tells which maps show one.
    read
        The platform's reader.
    detect
        Runs the detector with some parameters changed.
    folder
        Where to write the mosaic, contact sheets, embedding map, ranking and the page; None for none.

    Returns
    -------
    dict
        ``simulated``: ROC AUC of the anomaly rank for several sources and artefacts, of the source count, agreement of
        clusters with what was planted. ``real``: the same for composites of two flares and for maps without a
        flare, compactness and stability of clusters. Baselines beside each.

    Raises
    ------
    InvalidInputError
        If the folder holds no map.
    """
    maps = read_maps(data, read)
    if not maps:
        raise InvalidInputError(f"{data}: found no STIX map and no pixel data")
    population, _ = simulated(np.random.default_rng([_SEED, 0]), _POPULATION, natural=True)
    found = [detect(one.image, {"report": "all"}) for one in maps]
    report = {"simulated": _simulated(detect, population), "real": _real(detect, maps, found, population)}
    if folder is not None:
        from helioscribe_stix_ssl.plots.collection import draw_collection

        draw_collection([one.image for one in maps], found, folder)
    return report


def _simulated(detect: Detect, population: NDArray[np.uint8]) -> dict[str, Any]:
    images, kinds = planted(_SEED, usual=300, odd=60)
    results = [detect(as_map(image), {"margin": 0, "report": "all"}) for image in images]
    several, wrong = kinds == "multiple", np.isin(kinds, ARTEFACTS)
    single = kinds == "single"
    groups = {"several sources": (single, several), "artefacts": (single, wrong)}
    found = _compared(detect, results, images, population, groups)
    found["source count"] = {"as it serves": _auc(_column(results, "multiple"), single, several)}
    found["clusters"] = agreement(kinds, _column(results, "cluster"), _components(results))
    found["percent several sources by cluster"] = cluster_table(_column(results, "cluster"), several)
    return found


def _real(
    detect: Detect, maps: list[RealMap], found: list[DetectionResult], population: NDArray[np.uint8]
) -> dict[str, Any]:
    clean = np.array([not is_back_projection(one.image) for one in maps])
    flare = np.array([one.flare is True for one in maps])
    quiet = np.array([one.flare is False for one in maps])
    flares = [one.image for one, is_clean, is_flare in zip(maps, clean, flare, strict=True) if is_clean and is_flare]
    double = [composite(a, b) for a, b in zip(flares[::2], flares[1::2], strict=False)]
    results = [*found, *(detect(image, {"report": "all"}) for image in double)]
    images = np.stack([_seen(image) for image in (*(one.image for one in maps), *double)])
    added = np.arange(len(results)) >= len(maps)
    usual = np.concatenate([clean & flare, np.zeros(len(double), bool)])
    empty = np.concatenate([clean & quiet, np.zeros(len(double), bool)])
    groups = {"two flares in one map": (usual, added), "maps without a flare": (usual, empty)}
    report = _compared(detect, results, images, population, groups)
    report["source count"] = {"as it serves": _auc(_column(results, "multiple"), usual, added)}
    methods = np.where(clean, "clean", "back projection")
    kinds = np.array([f"{method}, {one.flare}" for method, one in zip(methods, maps, strict=True)])
    report["clusters"] = agreement(kinds, _column(found, "cluster"), _components(found))
    report["cluster stability (ARI over refits)"] = stability(_components(found))
    return report | {"maps": len(maps), "clean": int(clean.sum()), "without a flare": int((clean & quiet).sum())}


def _compared(
    detect: Detect,
    results: list[DetectionResult],
    images: NDArray[np.uint8],
    population: NDArray[np.uint8],
    groups: dict[str, tuple[NDArray[np.bool_], NDArray[np.bool_]]],
) -> dict[str, Any]:
    def learned(levels: NDArray[np.uint8]) -> Numbers:
        own = [detect(as_map(one), {"margin": 0, "report": "all"}).embeddings["image"] for one in levels]
        return np.stack(own).astype(np.float64)

    # All but the last see the same population and nothing else; the last is what serves, which knows real maps too.
    ranks = {
        "encoder": anomaly_of(learned, population, images),
        "raw pixels": anomaly_of(pixels, population, images),
        "random encoder": anomaly_of(random_encoder(_SEED), population, images),
        "as it serves": -_column(results, "anomaly"),
    }
    return {
        f"anomaly rank, {name}": {method: _auc(rank, usual, odd) for method, rank in ranks.items()}
        for name, (usual, odd) in groups.items()
    }


def _auc(rank: Numbers, usual: NDArray[np.bool_], odd: NDArray[np.bool_]) -> float | None:
    from sklearn.metrics import roc_auc_score

    part = usual | odd
    if not usual.any() or not odd.any():
        return None
    return round(float(roc_auc_score(odd[part], rank[part])), 4)


def _column(results: list[DetectionResult], name: str) -> NDArray[np.float64]:
    values = []
    for result in results:
        assert result.scores is not None  # of this detector
        values.append(float(result.scores.values[0, result.scores.names.index(name)]))
    return np.asarray(values)


def _components(results: list[DetectionResult]) -> NDArray[np.float64]:
    return np.stack([result.diagnostics["components"] for result in results]).astype(np.float64)


def _seen(image: SolarImage) -> NDArray[np.uint8]:
    return resized(scaled(crop(replace(image), Window())), PIXELS)
