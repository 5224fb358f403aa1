"""Whether a dataset can be trained on, and what should worry whoever reads its results."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.identity import digest
from helioscribe.sdk.training import Split, TrainingData

__all__ = ["check_dataset"]

_LABEL, _GROUP = "label", "group"


def check_dataset(data: TrainingData) -> dict[str, Any]:
    """Return what was found: balance of classes, samples and groups that both parts share.

    An array named ``label`` holds 1, 0 or, where nobody knows, a negative number; one named ``group`` says by a number
    what must not be in both parts, such as an event, and by a negative one that there is no such thing. Both are
    optional.

    Raises
    ------
    InvalidInputError
        If a part has labels of one class only, or a group is in both parts.
    """
    parts = {"train": data.train, "validation": data.validation}
    found: dict[str, Any] = {name: _balance(name, part) for name, part in parts.items() if _LABEL in part.arrays}
    shared = _groups(data.train) & _groups(data.validation)
    if shared:
        some = ", ".join(map(str, sorted(shared)[:3]))
        raise InvalidInputError(f"dataset: {len(shared)} groups are in both parts, such as {some}; split by group")
    twice = _digests(data.train) & _digests(data.validation)
    return found | {"samples_in_both_parts": len(twice), "groups": _counted(parts)}


def _balance(name: str, part: Split) -> dict[str, float]:
    labels = np.asarray(part.arrays[_LABEL])
    known = labels[labels >= 0]
    positive = float((known > 0.5).mean()) if known.size else 0.0
    if positive in (0.0, 1.0):
        raise InvalidInputError(f"dataset: all {known.size} labels of the {name} part are of one class")
    return {"labels": int(known.size), "positive_share": positive}


def _groups(part: Split) -> set[int]:
    groups = np.asarray(part.arrays[_GROUP]).ravel() if _GROUP in part.arrays else np.empty(0, int)
    return {int(group) for group in groups if group >= 0}


def _counted(parts: dict[str, Split]) -> dict[str, int]:
    return {name: len(_groups(part)) for name, part in parts.items() if _GROUP in part.arrays}


def _digests(part: Split) -> set[str]:
    inputs = [_rows(array) for name, array in sorted(part.arrays.items()) if name not in (_LABEL, _GROUP)]
    return {digest(b"".join(rows)) for rows in zip(*inputs, strict=True)} if inputs else set()


def _rows(array: NDArray[Any]) -> list[bytes]:
    return [np.ascontiguousarray(row).tobytes() for row in array]
