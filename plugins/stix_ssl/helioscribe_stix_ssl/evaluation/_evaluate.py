"""The evaluation itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from helioscribe.domain.detection import DetectionResult, Parameters
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import Product
from helioscribe_stix_ssl.evaluation._maps import as_map, read_maps
from helioscribe_stix_ssl.evaluation._methods import Asked, Learned, Methods, methods, population, ranks_of
from helioscribe_stix_ssl.evaluation._ranks import column, compared, components
from helioscribe_stix_ssl.evaluation._real import measure_real
from helioscribe_stix_ssl.evaluation._tables import cluster_table
from helioscribe_stix_ssl.training._measure import ARTEFACTS, agreement, planted

__all__ = ["evaluate"]

_SEED = 2024

Detect = Callable[[Product, Parameters], DetectionResult]


def evaluate(data: Path, *, read: Callable[[Path], Product], detect: Detect, folder: Path | None) -> dict[str, Any]:
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
        clusters with what was planted. ``real``: the same for second flares and artefacts that are planted in maps of
        flares, and for maps without a flare, each ranked among simulated maps of its kind and the real ones of other
        times; how many are called unusual and of several sources; compactness and stability of clusters. Baselines
        beside each.

    Raises
    ------
    InvalidInputError
        If the folder holds no map.
    """
    maps = read_maps(data, read)
    if not maps:
        raise InvalidInputError(f"{data}: found no STIX map and no pixel data")
    found = [detect(one.image, {"report": "all"}) for one in maps]
    known = methods(detect, _SEED)
    clean, projected = (population(known, _SEED, projected=kind) for kind in (False, True))
    report = {
        "simulated": _simulated(detect, known, clean),
        "real": measure_real(detect, maps, found, known, (clean, projected), seed=_SEED),
    }
    if folder is not None:
        from helioscribe_stix_ssl.plots.collection import draw_collection

        draw_collection([one.image for one in maps], found, folder)
    return report


def _simulated(detect: Detect, known: Methods, taught: Learned) -> dict[str, Any]:
    images, kinds = planted(_SEED, usual=300, odd=60)
    results = [detect(as_map(image), {"margin": 0, "report": "all"}) for image in images]
    several, wrong = kinds == "multiple", np.isin(kinds, ARTEFACTS)
    single = kinds == "single"
    nowhere = np.zeros(len(images), np.int64)
    asked = Asked(images=images, results=results, fold=nowhere, known=nowhere > 0)
    ranks = ranks_of(known, asked, taught)
    found: dict[str, Any] = {
        "anomaly rank, several sources": compared(ranks["rank"], single, several),
        "anomaly rank, artefacts": compared(ranks["rank"], single, wrong),
        "forest alone, several sources": compared(ranks["forest"], single, several),
        "forest alone, artefacts": compared(ranks["forest"], single, wrong),
        "source count": compared(ranks["count"], single, several),
    }
    found["clusters"] = agreement(kinds, column(results, "cluster"), components(results))
    found["percent several sources by cluster"] = cluster_table(column(results, "cluster"), several)
    return found
