"""How good a model is on simulated flares: clusters against truth, and planted oddities against simple baselines."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.sdk import Models
from helioscribe_stix_ssl._transforms import judge
from helioscribe_stix_ssl.training._embed import embedded, graph_encoder
from helioscribe_stix_ssl.training._scenes import artefact, draw_scene, observe

__all__ = ["ARTEFACTS", "agreement", "planted", "validation_metrics"]

ARTEFACTS = ("stripes", "empty", "edge", "hole", "hot")
"""What is planted beside images of several sources."""


def planted(seed: int, *, usual: int = 400, odd: int = 20) -> tuple[NDArray[np.uint8], NDArray[np.str_]]:
    """Return simulated maps, mostly of one source, and what each is: ``single``, ``multiple`` or an artefact."""
    rng = np.random.default_rng(seed)
    maps = [observe(rng, draw_scene(rng, count=1, kind="compact")) for _ in range(usual)]
    maps += [observe(rng, draw_scene(rng, count=int(rng.integers(2, 5)), kind="compact")) for _ in range(odd)]
    maps += [artefact(rng, kind) for kind in ARTEFACTS for _ in range(odd // len(ARTEFACTS))]
    kinds = ["single"] * usual + ["multiple"] * odd
    kinds += [kind for kind in ARTEFACTS for _ in range(odd // len(ARTEFACTS))]
    return np.stack(maps), np.asarray(kinds)


def agreement(truth: NDArray[Any], clusters: NDArray[Any], at: NDArray[np.float64] | None = None) -> dict[str, float]:
    """Return how well clusters agree with known classes, and how compact they are where points are given."""
    from sklearn import metrics

    found = {
        "ari": metrics.adjusted_rand_score(truth, clusters),
        "nmi": metrics.normalized_mutual_info_score(truth, clusters),
        "homogeneity": metrics.homogeneity_score(truth, clusters),
        "completeness": metrics.completeness_score(truth, clusters),
    }
    if at is not None and 1 < len(np.unique(clusters)) < len(at):
        found["silhouette"] = metrics.silhouette_score(at, clusters)
    return {name: round(float(value), 4) for name, value in found.items()}


def validation_metrics(models: Models, *, seed: int) -> tuple[dict[str, float], dict[str, Any]]:
    """Return the threshold that 5 % of single sources exceed, and metrics, on planted maps that nothing has seen."""
    from sklearn.metrics import roc_auc_score

    maps, kinds = planted(seed)
    said = judge(models.arrays("transforms"), embedded(graph_encoder(models["encoder"]), maps))
    chosen, single = np.isin(kinds, ("single", "multiple")), kinds == "single"
    limit = round(float(np.clip(np.quantile(said.multiple[single], 0.95), 0.5, 0.99)), 3)
    found = {
        "planted_roc_auc": {
            name: round(float(roc_auc_score(kinds[part] != "single", -said.anomaly[part])), 4)
            for name, part in {
                "multiple": chosen,
                "artefacts": kinds != "multiple",
                "all": np.ones(len(kinds), bool),
            }.items()
        },
        "source_count_roc_auc": round(float(roc_auc_score(kinds[chosen] != "single", said.multiple[chosen])), 4),
        "several_found_at_5_percent_false": round(float((said.multiple[kinds == "multiple"] >= limit).mean()), 4),
        "clusters": agreement(kinds, said.cluster, said.components),
    }
    return {"multiple_threshold": limit}, found
