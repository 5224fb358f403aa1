"""Labelled sequences: what volunteers said of them, and which of them show one event."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from helioscribe.domain.errors import InvalidInputError
from helioscribe.sdk.labels import read_labels as read_reviews
from helioscribe.sdk.parts import Part, read_parts

__all__ = ["FOLDS", "Labelled", "folds_of", "parts_of", "read_labels"]

FOLDS = 4
"""Parts that the events are dealt into; each of the four largest events lies in another one."""

JET = "CJ"
"""HEK's class of coronal jets."""

_COLUMNS = ("file", "label", "event_group", "votes_yes", "votes_no")


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """One labelled sequence."""

    path: Path
    """Its file."""

    group: str
    """The event that it shows; sequences of one event are not independent."""

    jet: bool | None
    """Whether volunteers saw a jet; None where they did not agree."""

    votes: tuple[int, int]
    """For and against."""


def read_labels(folder: Path) -> list[Labelled]:
    """Read ``labels.csv`` of a folder of sequences, or of its folder ``aia_jets``; or what reviews say of a dataset.

    A dataset that the catalogue made has ``reviews.csv`` and ``split.csv`` instead: a sequence shows a jet if somebody
    confirmed one in it, and none if all that were found in it were rejected.

    Raises
    ------
    InvalidInputError
        If there is neither, a column is missing, or a path leads out of the folder.
    """
    found = next((place for place in (folder, folder / "aia_jets") if (place / "labels.csv").is_file()), None)
    if found is None:
        if reviewed := _reviewed(folder):
            return reviewed
        raise InvalidInputError(f"{folder}: no labels.csv with the columns {', '.join(_COLUMNS)}")
    with (found / "labels.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    if missing := [name for name in _COLUMNS if not rows or name not in rows[0]]:
        raise InvalidInputError(f"{found / 'labels.csv'}: expected a column {missing[0]}")
    return [_labelled(found, row) for row in rows]


def _labelled(folder: Path, row: dict[str, str]) -> Labelled:
    jet = {"jet": True, "no jet": False}.get(row["label"])
    votes = (int(row["votes_yes"]), int(row["votes_no"]))
    return Labelled(path=_inside(folder, row["file"]), group=row["event_group"], jet=jet, votes=votes)


def _reviewed(folder: Path) -> list[Labelled]:
    parts, said = read_parts(folder), defaultdict[str, list[bool]](list)
    if parts is None:
        return []
    for one in read_reviews(folder):
        if one.kind == "event" and one.decision in {"confirm", "reject", "relabel"}:
            seen = one.label if one.decision == "relabel" else one.event_type
            said[one.observation].append(seen == JET and one.decision != "reject")
    numbers = {group: str(number) for number, group in enumerate(sorted({one.group for one in parts.placed.values()}))}
    return [
        Labelled(
            path=_inside(folder, one.path),
            group=numbers[one.group],
            jet=any(said[one.observation]) if one.observation in said else None,
            votes=(said[one.observation].count(True), said[one.observation].count(False)),
        )
        for one in parts.placed.values()
    ]


def _inside(folder: Path, name: str) -> Path:
    named = PurePosixPath(name)
    if named.is_absolute() or ".." in named.parts:
        raise InvalidInputError(f"{name[:80]!r} lies outside of the folder")
    return folder / named


def folds_of(labelled: Sequence[Labelled]) -> dict[str, int]:
    """Deal events into `FOLDS` parts, the largest first, each to the part that has the fewest sequences."""
    sizes, filled, folds = Counter(one.group for one in labelled), [0] * FOLDS, dict[str, int]()
    for group, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0])):
        folds[group] = filled.index(min(filled))
        filled[folds[group]] += size
    return folds


def parts_of(labelled: Sequence[Labelled], fold: int) -> dict[str, Part]:
    """Return the part of each event.

    A part of `folds_of` is held out. Choices are made on all but the largest event of the next part: large enough to
    choose an epoch and a threshold by, and no more of the jets are lost for training than must be.
    """
    folds, sizes = folds_of(labelled), Counter(one.group for one in labelled)
    following = {group for group, number in folds.items() if number == (fold + 1) % FOLDS}
    choices = following - {max(sorted(following), key=lambda group: sizes[group], default="")}
    parts = {group: Part.VALIDATION if group in choices else Part.TRAIN for group in folds}
    return parts | {group: Part.TEST for group, number in folds.items() if number == fold}
