"""Reads and writes ``split.csv``: which files of a dataset are for training, validation and test."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import TextIO

from helioscribe.domain.errors import InvalidInputError

__all__ = ["FILE", "Part", "Parts", "Placed", "read_parts", "write_parts"]

FILE = "split.csv"
"""Name of the file in the dataset's folder."""

_LARGEST = 256 << 20


class Part(StrEnum):
    """What a file of a dataset is used for."""

    TRAIN = "train"
    """To fit the weights."""

    VALIDATION = "validation"
    """To stop training and to choose thresholds."""

    TEST = "test"
    """To evaluate the model; training never sees it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """One line of the file: a file of the dataset and its part."""

    path: str
    """Below the dataset's folder, with forward slashes."""

    part: Part
    """The part that it belongs to."""

    group: str = ""
    """Name shared by files that must be in the same part, such as those of one event; empty if there are none."""

    observation: str = ""
    """Id of the observation; empty if it is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The whole split of a dataset."""

    folder: Path
    """Folder of the dataset."""

    placed: Mapping[str, Placed]
    """The lines of the file, by path."""

    def at(self, path: Path) -> Placed | None:
        """Return the line of a file below the folder; None if it is in no part."""
        return self.placed.get(path.relative_to(self.folder).as_posix())

    def part(self, path: Path) -> Part | None:
        """Return the part of a file below the folder; None if it is in none."""
        found = self.at(path)
        return found.part if found else None

    def files(self, part: Part) -> list[Path]:
        """Return the paths of the files of a part, sorted."""
        return [self.folder / path for path, one in sorted(self.placed.items()) if one.part is part]

    def summary(self) -> str:
        """Describe the split in one line, for the model card."""
        counts = [f"{sum(one.part is part for one in self.placed.values())} {part}" for part in Part]
        return f"by {FILE} of the dataset: files {', '.join(counts)}"


def write_parts(stream: TextIO, placed: Iterable[Placed]) -> None:
    """Write a split as CSV."""
    names = [field.name for field in fields(Placed)]
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([getattr(one, name) for name in names] for one in placed)


def read_parts(folder: Path | None) -> Parts | None:
    """Return the split of a dataset; None if it has no such file and the program has to split it.

    Raises
    ------
    InvalidInputError
        If the file is too large, lacks a column or names an unknown part, or a group is in two parts.
    """
    path = folder / FILE if folder else None
    if folder is None or path is None or not path.is_file():
        return None
    if path.stat().st_size > _LARGEST:
        raise InvalidInputError(f"{FILE}: larger than {_LARGEST >> 20} MiB")
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            rows = [_placed(row) for row in csv.DictReader(stream)]
    except (KeyError, TypeError, ValueError, csv.Error) as error:
        raise InvalidInputError.wrap(error, doing=f"{FILE}: expected path and part, and a part of {_named()}") from None
    _check_groups(rows)
    return Parts(folder=folder, placed={one.path: one for one in rows})


def _placed(row: Mapping[str, str]) -> Placed:
    return Placed(
        path=row["path"], part=Part(row["part"]), group=row.get("group") or "", observation=row.get("observation") or ""
    )


def _named() -> str:
    return ", ".join(Part)


def _check_groups(rows: Iterable[Placed]) -> None:
    part_of: dict[str, Part] = {}
    for one in rows:
        known = part_of.setdefault(one.group, one.part) if one.group else one.part
        if known is not one.part:
            raise InvalidInputError(f"{FILE}: group {one.group[:80]} is in the parts {known} and {one.part}")
