"""How good a model is on simulated flares: clusters against truth, and planted oddities against simple baselines."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.sdk import Models
from helioscribe_stix_ssl._oddity import layout
from helioscribe_stix_ssl._transforms import Verdicts, judge
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
    """Return thresholds that 3 % of single sources exceed, and metrics, on planted maps that nothing has seen."""
    maps, kinds = planted(seed)
    said = _said(models, maps, projected=False)
    limits, found = {}, {}
    limits["multiple_threshold"], found["source_count"] = _counted(said.multiple, kinds)
    found["planted_roc_auc"] = _areas(said.anomaly, kinds)
    found["clusters"] = agreement(kinds, said.cluster, said.components)
    maps, kinds = _projected(seed)
    said = _said(models, maps, projected=True)
    limits["multiple_threshold_bproj"], found["source_count_bproj"] = _counted(said.multiple, kinds)
    return limits, found


def _said(models: Models, maps: NDArray[np.uint8], *, projected: bool) -> Verdicts:
    embeddings = embedded(graph_encoder(models["encoder"]), maps)
    return judge(models.arrays("transforms"), embeddings, layout(maps) / 255, np.full(len(maps), projected))


def _projected(seed: int, *, usual: int = 200, odd: int = 40) -> tuple[NDArray[np.uint8], NDArray[np.str_]]:
    """Return simulated back projections of one source, and of several."""
    rng = np.random.default_rng([seed, 1])
    counts = [1] * usual + list(rng.integers(2, 5, odd))
    maps = [observe(rng, draw_scene(rng, count=int(count), kind="compact"), method="bproj") for count in counts]
    return np.stack(maps), np.repeat(["single", "multiple"], [usual, odd])


def _counted(multiple: NDArray[np.float64], kinds: NDArray[np.str_]) -> tuple[float, dict[str, float]]:
    """Return the threshold, and how well several sources are told from one."""
    from sklearn.metrics import roc_auc_score

    one, several = multiple[kinds == "single"], multiple[kinds == "multiple"]
    limit = round(float(np.clip(np.quantile(one, 0.97), 0.5, 0.99)), 3)
    area = roc_auc_score(np.repeat([False, True], [one.size, several.size]), np.concatenate([one, several]))
    return limit, {"roc_auc": round(float(area), 4), "found": round(float((several >= limit).mean()), 4)}


def _areas(anomaly: NDArray[np.float64], kinds: NDArray[np.str_]) -> dict[str, float]:
    from sklearn.metrics import roc_auc_score

    parts = {"multiple": np.isin(kinds, ("single", "multiple")), "artefacts": kinds != "multiple", "all": kinds != ""}
    return {
        name: round(float(roc_auc_score(kinds[part] != "single", -anomaly[part])), 4) for name, part in parts.items()
    }
