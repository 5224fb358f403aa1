"""What people said of the maps of a folder: how many sources they show, and which shall not be used."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from helioscribe.domain.errors import InvalidInputError
from helioscribe.sdk.labels import read_labels

__all__ = ["COUNTED", "Labels", "counted_sources", "labels_of"]

COUNTED = "labels.csv"
"""File of a data folder with the columns ``uid`` and ``sources``: images whose sources somebody counted."""

_NUMBER = re.compile(r"(\d{1,2})( sources?)?\b")
_WORDS = {"one source": 1, "single": 1, "several": 2, "multiple": 2, "no source": 0, "noise only": 0, "empty": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Counts and discarded maps."""

    by_uid: Mapping[str, int] = field(default_factory=dict)
    """Sources by the uid of the map, of ``labels.csv``."""

    by_observation: Mapping[str, int] = field(default_factory=dict)
    """Sources by observation, of the reviews."""

    discarded: frozenset[str] = frozenset()
    """Observations that people discarded."""

    def sources(self, uid: str, observation: str) -> int:
        """Return how many sources a map has; -1 where nobody looked. A review counts before the file of counts."""
        return self.by_observation.get(observation, self.by_uid.get(uid, -1))


def labels_of(data: Path | None) -> Labels:
    """Return what people said of the maps of a folder: ``labels.csv``, and ``reviews.csv`` of the platform's reviews.

    Raises
    ------
    InvalidInputError
        If a file lacks a column or holds no numbers.
    """
    said = [label for label in read_labels(data) if label.kind == "image"]
    counts = {label.subject: counted_sources(label.label) for label in said}
    return Labels(
        by_uid=_counted(data / COUNTED) if data else {},
        by_observation={subject: count for subject, count in counts.items() if count is not None},
        discarded=frozenset(label.subject for label in said if label.decision == "discard"),
    )


def counted_sources(label: str) -> int | None:
    """Return how many sources a label speaks of, such as ``2 sources``, ``single`` or ``several``; None if of none."""
    text = label.strip().lower()
    if found := _NUMBER.match(text):
        return int(found[1])
    return next((count for words, count in _WORDS.items() if text.startswith(words)), None)


def _counted(path: Path) -> dict[str, int]:
    if not path.is_file():
        return {}
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            return {row["uid"]: int(row["sources"]) for row in csv.DictReader(stream)}
    except (KeyError, ValueError, TypeError) as error:
        raise InvalidInputError.wrap(error, doing=f"{COUNTED}: expected columns uid and sources") from None
