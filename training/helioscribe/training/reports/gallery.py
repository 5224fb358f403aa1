"""The samples that a network gets wrong, as pictures: the surest mistakes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import PluginError
from helioscribe.sdk.scoring import Showing
from helioscribe.sdk.training import Split

__all__ = ["Mistake", "gallery", "mistakes"]

_MOST = 12
_LARGEST = 4 << 20
_KINDS = {b"\x89PNG\r\n\x1a\n": "image/png", b"GIF87a": "image/gif", b"GIF89a": "image/gif"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """A sample on the wrong side of the threshold."""

    sample: int
    """Its number in the validation part."""

    positive: bool
    """Its label."""

    score: float
    """What the network says."""

    kind: str = ""
    """Media type of the picture."""

    picture: bytes = b""
    """PNG or GIF."""


def mistakes(
    labels: NDArray[np.int8], scores: NDArray[np.float64], threshold: float, *, most: int = _MOST
) -> list[Mistake]:
    """Return missed and false samples, of each kind the `most` that are farthest from the threshold.

    Where a sample has many labels, such as one for each moment, what counts is how far all of its mistakes of a kind
    are together, and its score is the mean of theirs.

    Parameters
    ----------
    labels
        1, 0, or negative where nobody knows, shape (sample, ...).
    scores
        Probabilities, shape of `labels`.
    threshold
        What is reached counts as found.
    most
        Of each kind.
    """
    found: list[Mistake] = []
    labels, scores = labels.reshape(len(labels), -1), scores.reshape(len(scores), -1)
    for positive, wrong in (True, (labels == 1) & (scores < threshold)), (False, (labels == 0) & (scores >= threshold)):
        distance = np.where(wrong, np.abs(scores - threshold), 0.0).sum(axis=1)
        rows = np.flatnonzero(wrong.any(axis=1))
        chosen = rows[np.argsort(-distance[rows], kind="stable")][:most]
        found += [Mistake(sample=int(n), positive=positive, score=float(scores[n][wrong[n]].mean())) for n in chosen]
    return found


def gallery(program: Any, split: Split, chosen: Sequence[Mistake]) -> list[Mistake]:
    """Return mistakes with their pictures; none if the program draws none.

    Raises
    ------
    PluginError
        If a picture is neither PNG nor GIF, or too large.
    """
    if not isinstance(program, Showing):
        return []
    return [_drawn(program, split, one) for one in chosen]


def _drawn(program: Showing, split: Split, one: Mistake) -> Mistake:
    data = program.picture({name: array[one.sample] for name, array in split.arrays.items()})
    kind = next((kind for magic, kind in _KINDS.items() if data.startswith(magic)), "")
    if not kind or len(data) > _LARGEST:
        raise PluginError(f"picture of sample {one.sample}: expected PNG or GIF of at most {_LARGEST} bytes")
    return Mistake(sample=one.sample, positive=one.positive, score=one.score, kind=kind, picture=data)
