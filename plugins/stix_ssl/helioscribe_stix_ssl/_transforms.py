"""From embeddings to components, clusters, anomaly and source count, with transforms that were fitted once.

Evaluated in numpy from plain arrays, so that a new image gets the cluster that a refit elsewhere would not change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError
from helioscribe_stix_ssl._forest import decide
from helioscribe_stix_ssl._oddity import add_up, layout_distance

__all__ = [
    "FOREST",
    "KINDS",
    "Verdicts",
    "chances",
    "components",
    "judge",
    "logits",
    "nearest_cluster",
    "unit",
    "views",
]

FOREST = "forest."
"""Beginning of the names of a forest's arrays."""

KINDS = ("clean", "bproj")
"""Kinds of maps, each judged among its own: CLEAN and the like, and back projections, which have side lobes. The names
of a kind's arrays begin with it and a full stop."""

Arrays = Mapping[str, NDArray[Any]]
Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Verdicts:
    """What is said of embeddings, one entry each."""

    components: NDArray[np.float64]
    """Principal components of all kinds together, shape (image, component)."""

    cluster: NDArray[np.int64]
    """Stable id of the cluster, shape (image,)."""

    distance: NDArray[np.float64]
    """To the centre of the cluster, relative to the usual distance there, shape (image,)."""

    anomaly: NDArray[np.float64]
    """How much less odd it is than the limit of its kind, below 0 for an anomaly, shape (image,)."""

    rank: NDArray[np.float64]
    """Share of the reference images of its kind that are less odd, 0 to 1, shape (image,)."""

    multiple: NDArray[np.float64]
    """Probability of more than one source, shape (image,)."""

    doubt: NDArray[np.float64]
    """Standard deviation of that probability over the classifiers of the folds, shape (image,)."""


def unit(embeddings: Floats) -> NDArray[np.float64]:
    """Return embeddings of length 1."""
    wide = embeddings.astype(np.float64)
    return np.asarray(wide / np.maximum(np.linalg.norm(wide, axis=-1, keepdims=True), 1e-12))


def components(fitted: Arrays, embeddings: Floats) -> NDArray[np.float64]:
    """Return the principal components of embeddings, shape (image, component).

    Raises
    ------
    InvalidInputError
        If the embeddings are not as long as those that the transforms were fitted to.
    """
    if embeddings.ndim != 2 or embeddings.shape[1] != fitted["mean"].size:
        raise InvalidInputError(
            f"stix-ssl: the encoder gives embeddings of shape {embeddings.shape}, the fitted transforms expect "
            f"(images, {fitted['mean'].size}); encoder and transforms must be trained together"
        )
    if not np.isfinite(embeddings).all():
        raise InvalidInputError("stix-ssl: the encoder gives embeddings that are not finite")
    return np.asarray((unit(embeddings) - fitted["mean"]) @ fitted["components"].T.astype(np.float64))


def nearest_cluster(fitted: Arrays, at: Floats) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the row of the nearest centre and the distance to it, each of shape (image,)."""
    centres = fitted["centres"].astype(np.float64)
    # Squares are expanded: the table of differences would not fit for many images.
    squares = (at**2).sum(1)[:, None] - 2 * at @ centres.T + (centres**2).sum(1)
    found = squares.argmin(1)
    return found, np.sqrt(np.maximum(squares[np.arange(len(at)), found], 0))


def judge(fitted: Arrays, embeddings: Floats, layouts: Floats, projected: NDArray[np.bool_]) -> Verdicts:
    """Return what the fitted transforms say of maps.

    Parameters
    ----------
    fitted
        The transforms.
    embeddings
        Shape (image, dimension).
    layouts
        Where there is light, shape (image, 98), see `helioscribe_stix_ssl._oddity.layout`.
    projected
        Which images are back projections, shape (image,).

    Raises
    ------
    InvalidInputError
        As `components`.
    """
    at = components(fitted, embeddings)
    row, distance = nearest_cluster(fitted, at)
    among = {name: np.zeros(len(at)) for name in ("anomaly", "rank", "multiple", "doubt")}
    for kind, here in zip(KINDS, (~projected, projected), strict=True):
        if here.any():
            for name, values in _among_its_own(fitted, kind, embeddings[here], layouts[here]).items():
                among[name][here] = values
    return Verdicts(
        components=at,
        cluster=fitted["cluster_ids"][row].astype(np.int64),
        distance=distance / np.maximum(fitted["spread"][row], 1e-9),
        **among,
    )


def _among_its_own(fitted: Arrays, kind: str, embeddings: Floats, layouts: Floats) -> dict[str, NDArray[np.float64]]:
    """Return what the transforms of their kind say of maps."""
    own = {name.removeprefix(f"{kind}."): array for name, array in fitted.items() if name.startswith(f"{kind}.")}
    at = components(own, embeddings)
    by_fold, known = chances(own, at), own["reference_anomaly"]
    anomaly = float(own["odd_limit"][0]) - add_up(views(own, at, layouts), own["odd_usual"])
    return {
        "anomaly": anomaly,
        "rank": 1.0 - np.searchsorted(known, anomaly) / max(known.size, 1),
        "multiple": by_fold.mean(axis=1),
        "doubt": by_fold.std(axis=1),
    }


def views(own: Arrays, at: Floats, layouts: Floats) -> NDArray[np.float64]:
    """Return how odd maps are by the forest, the source count and the layout of their kind, shape (image, 3).

    Parameters
    ----------
    own
        The transforms of the kind.
    at
        Components of the kind, shape (image, component).
    layouts
        Shape (image, 98).
    """
    forest = {name.removeprefix(FOREST): array for name, array in own.items() if name.startswith(FOREST)}
    return np.stack([-decide(forest, at), logits(own, at).mean(axis=1), layout_distance(own, layouts)], axis=1)


def logits(fitted: Arrays, at: Floats) -> NDArray[np.float64]:
    """Return the logit of several sources by the classifier of each fold of a kind, shape (image, fold)."""
    return np.asarray(at @ fitted["count_weights"].T.astype(np.float64) + fitted["count_bias"])


def chances(fitted: Arrays, at: Floats) -> NDArray[np.float64]:
    """Return the probability of several sources by the classifier of each fold of a kind, shape (image, fold)."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logits(fitted, at), -50, 50))))
