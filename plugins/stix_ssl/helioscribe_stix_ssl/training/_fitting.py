"""Fits with scikit-learn what the detector evaluates in numpy: components, clusters, forest, source count, oddity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError
from helioscribe_stix_ssl._forest import decide
from helioscribe_stix_ssl._oddity import add_up, fit_layout, layout
from helioscribe_stix_ssl._transforms import FOREST, KINDS, components, unit, views
from helioscribe_stix_ssl.training._counting import fit_counting
from helioscribe_stix_ssl.training._fit_set import FitSet
from helioscribe_stix_ssl.training._matching import digests, matched_ids

__all__ = ["FitSettings", "fit_transforms", "forest_arrays"]

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FitSettings:
    """How the transforms are fitted."""

    components: int = 40
    """Principal components that are kept."""

    clusters: int = 30
    """K of K-Means."""

    trees: int = 900
    """Of the isolation forest."""

    contamination: float = 0.0
    """Share of the fit set below the forest's threshold; 0 takes scikit-learn's ``auto``."""

    forest_on: str = "all"
    """What the forest is fitted to: ``all`` images, the ``labelled`` ones, or ``single`` ones only."""

    seed: int = 42
    """Of everything random."""


def fit_transforms(
    embeddings: NDArray[np.float32],
    fit_set: FitSet,
    *,
    settings: FitSettings,
    previous: Mapping[str, NDArray[Any]] | None = None,
) -> tuple[Arrays, dict[str, Any]]:
    """Fit all transforms.

    Parameters
    ----------
    embeddings
        Of the fit set, shape (image, dimension).
    fit_set
        What was embedded. The digests of its images keep cluster ids over refits.
    settings
        How.
    previous
        Transforms of an earlier fit, whose cluster ids are kept where images are shared.

    Returns
    -------
    tuple
        Arrays as `helioscribe_stix_ssl._transforms` reads them, and what cross-validation says of the source count.
    """
    reference = fit_set.reference
    fitted = _components(embeddings[reference], settings)
    usual = components(fitted, embeddings[reference])
    fitted |= _clusters(usual, digests(fit_set.images[reference]), settings, previous)
    measured: dict[str, Any] = {}
    for kind, here in zip(KINDS, (~fit_set.projected, fit_set.projected), strict=True):
        own, measured[kind] = _of_one_kind(embeddings[here], fit_set.only(here), settings)
        fitted |= {f"{kind}.{name}": array for name, array in own.items()}
    return fitted, measured


def _components(embeddings: NDArray[np.float32], settings: FitSettings) -> Arrays:
    from sklearn.decomposition import PCA

    pca = PCA(min(settings.components, *embeddings.shape), random_state=settings.seed).fit(unit(embeddings))
    return {"mean": pca.mean_.astype(np.float64), "components": pca.components_.astype(np.float64)}


def _of_one_kind(
    embeddings: NDArray[np.float32], fit_set: FitSet, settings: FitSettings
) -> tuple[Arrays, dict[str, Any]]:
    """Fit components, forest, source count and layout to one kind of maps; real ones come as often as they weigh."""
    reference = np.flatnonzero(fit_set.reference)
    often = np.repeat(reference, fit_set.weight[reference].astype(int))
    own = _components(embeddings[often], settings)
    points = components(own, embeddings)
    counted = np.where(fit_set.planted, -1, fit_set.counts)
    forest = _forest(points[often] if settings.forest_on == "all" else points, counted, settings)
    counting, measured = fit_counting(points, fit_set, seed=settings.seed)
    layouts = layout(fit_set.images) / 255
    own |= counting | fit_layout(layouts[often]) | {FOREST + name: array for name, array in forest.items()}
    share = float(np.mean(decide(forest, points[often]) < 0))
    return own | _oddity(views(own, points, layouts), often, reference, share), measured


def _oddity(seen: NDArray[np.float64], often: NDArray[np.int64], reference: NDArray[np.int64], share: float) -> Arrays:
    """Return what is usual of the views of a kind, and the limit above which as large a share is odd as by the forest.

    Parameters
    ----------
    seen
        Views of all maps of the kind, shape (image, view).
    often, reference
        The reference maps as often as they weigh, and once.
    share
        Of odd maps.
    """
    usual = np.stack([seen[often].mean(axis=0), seen[often].std(axis=0)])
    odd = add_up(seen, usual)
    limit = float(np.quantile(odd[often], 1 - share))
    return {"odd_usual": usual, "odd_limit": np.array([limit]), "reference_anomaly": np.sort(limit - odd[reference])}


def _clusters(
    points: NDArray[np.float64],
    known: NDArray[np.int64],
    settings: FitSettings,
    previous: Mapping[str, NDArray[Any]] | None,
) -> Arrays:
    from sklearn.cluster import KMeans

    means = KMeans(min(settings.clusters, len(points)), n_init=4, random_state=settings.seed).fit(points)
    ids = matched_ids(means.labels_, known, previous, clusters=len(means.cluster_centers_))
    away = np.linalg.norm(points - means.cluster_centers_[means.labels_], axis=1)
    return {
        "centres": means.cluster_centers_.astype(np.float64),
        "cluster_ids": ids,
        "spread": np.array([np.median(away[means.labels_ == k]) for k in range(len(ids))]),
        "reference_digest": known,
        "reference_cluster": ids[means.labels_].astype(np.int16),
    }


def _forest(points: NDArray[np.float64], counts: NDArray[np.int64], settings: FitSettings) -> Arrays:
    from sklearn.ensemble import IsolationForest

    chosen: dict[str, Any] = {"all": slice(None), "labelled": counts >= 0, "single": counts == 1}
    if settings.forest_on not in chosen:
        raise InvalidInputError(f"forest_on: expected {', '.join(chosen)}, got {settings.forest_on!r}")
    fit_set = points[chosen[settings.forest_on]]
    if len(fit_set) < 2:
        raise InvalidInputError(f"forest_on: {len(fit_set)} images are {settings.forest_on}; expected at least 2")
    forest = IsolationForest(
        n_estimators=settings.trees, contamination=settings.contamination or "auto", random_state=settings.seed
    )
    return forest_arrays(forest.fit(fit_set.astype(np.float32)))


def forest_arrays(forest: Any) -> Arrays:
    """Return a fitted `sklearn.ensemble.IsolationForest` as arrays, see `helioscribe_stix_ssl._forest`."""
    depth = max(estimator.tree_.max_depth for estimator in forest.estimators_)
    trees = [
        _tree(estimator.tree_, np.asarray(features), depth)
        for estimator, features in zip(forest.estimators_, forest.estimators_features_, strict=True)
    ]
    return {name: np.stack([tree[name] for tree in trees]) for name in trees[0]} | {
        "scale": np.array([_path(np.array([forest._max_samples]))[0]]),  # noqa: SLF001  # no public name
        "offset": np.array([float(forest.offset_)]),
    }


def _tree(tree: Any, features: NDArray[np.intp], depth: int) -> Arrays:
    """Return a tree in which every branch has `depth` steps."""
    leaf = tree.children_left < 0
    # Single-precision points compare alike with the next lower single-precision number.
    low = tree.threshold.astype(np.float32)
    low = np.where(low > tree.threshold, np.nextafter(low, np.float32(-np.inf)), low)
    inner, last = _complete(tree, depth)
    return {
        "feature": np.where(leaf, 0, features[np.where(leaf, 0, tree.feature)])[inner].astype(np.int16),
        "cut": np.where(leaf, np.inf, low)[inner].astype(np.float32),
        "path": (_depth(tree) + _path(tree.n_node_samples))[last].astype(np.float32),
    }


def _complete(tree: Any, depth: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return which nodes are the inner ones and the last level of a complete tree; below a leaf stands the leaf."""
    leaf = tree.children_left < 0
    sides = (tree.children_left, tree.children_right)
    children = np.stack([np.where(leaf, np.arange(leaf.size), side) for side in sides], axis=1)
    levels = [np.zeros(1, np.intp)]
    for _ in range(depth):
        levels.append(children[levels[-1]].ravel())
    return np.concatenate([levels[0], *levels[:-1]]), levels[-1]


def _depth(tree: Any) -> NDArray[np.float64]:
    depth = np.zeros(tree.node_count)
    for node in range(tree.node_count):  # parents come before their children
        for child in (tree.children_left[node], tree.children_right[node]):
            if child >= 0:
                depth[child] = depth[node] + 1
    return depth


def _path(samples: NDArray[Any]) -> NDArray[np.float64]:
    """Mean length of an unsuccessful search in a tree of so many samples (Liu et al. 2008, equation 1)."""
    n = np.asarray(samples, np.float64)
    many = 2 * (np.log(np.maximum(n - 1, 1)) + np.euler_gamma) - 2 * (n - 1) / np.maximum(n, 1)
    return np.where(n > 2, many, np.where(n == 2, 1.0, 0.0))
