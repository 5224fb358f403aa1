"""Cluster ids that outlive refits: a new cluster takes the id of the old one with which it shares most images."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError

__all__ = ["digests", "matched_ids", "previous_transforms"]


def digests(images: NDArray[Any]) -> NDArray[np.int64]:
    """Return 64 bits of the sha256 of each image, shape (image,)."""
    sums = [hashlib.sha256(np.ascontiguousarray(image).tobytes()).digest()[:8] for image in images]
    return np.frombuffer(b"".join(sums), np.int64).copy()


def matched_ids(
    labels: NDArray[Any], known: NDArray[np.int64], previous: Mapping[str, NDArray[Any]] | None, *, clusters: int
) -> NDArray[np.int64]:
    """Return an id for each new cluster.

    Parameters
    ----------
    labels
        New cluster of each image, shape (image,).
    known
        Digest of each image, shape (image,).
    previous
        Earlier transforms, with ``reference_digest`` and ``reference_cluster``; None for a first fit.
    clusters
        Number of new clusters.

    Returns
    -------
    ndarray
        Ids, shape (cluster,): the old ones where images are shared, one to one so that most images keep theirs; numbers
        never used before for the rest.
    """
    from scipy.optimize import linear_sum_assignment

    if previous is None:
        order = np.argsort(-np.bincount(labels, minlength=clusters), kind="stable")
        ids = np.empty(clusters, np.int64)
        ids[order] = np.arange(clusters)  # the largest cluster is 0
        return ids
    _, here, there = np.intersect1d(known, previous["reference_digest"], return_indices=True)
    old = previous["reference_cluster"][there].astype(np.int64)
    highest = int(max(previous["cluster_ids"].max(), previous["reference_cluster"].max(initial=0)))
    shared = np.zeros((clusters, highest + 1))
    np.add.at(shared, (labels[here], old), 1)
    ids = np.full(clusters, -1, np.int64)
    rows, columns = linear_sum_assignment(-shared)
    kept = shared[rows, columns] > 0
    ids[rows[kept]] = columns[kept]
    ids[ids < 0] = highest + 1 + np.arange(int((ids < 0).sum()))
    return ids


def previous_transforms(name: str) -> dict[str, NDArray[Any]] | None:
    """Return earlier transforms: ``shipped`` with this plugin, from a file, or None where there are none.

    Raises
    ------
    InvalidInputError
        If the file is no such file.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    path = Path(__file__).parents[1] / "weights" / "transforms.safetensors" if name == "shipped" else Path(name)
    if not name or (name == "shipped" and not path.is_file()):
        return None
    try:
        arrays: dict[str, NDArray[Any]] = load(path.read_bytes())
    except (OSError, SafetensorError, ValueError) as error:
        raise InvalidInputError.wrap(error, doing=f"previous: {path.name} is no file of fitted transforms") from None
    if missing := {"reference_digest", "reference_cluster", "cluster_ids"} - set(arrays):
        raise InvalidInputError(f"previous: {path.name} lacks {', '.join(sorted(missing))}")
    return arrays
