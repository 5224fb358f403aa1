"""Labels in files: tables of text, and what reviews say, which becomes the labels of a dataset's next version."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TextIO

from helioscribe.domain.errors import InvalidInputError

__all__ = ["FILE", "Label", "read_labels", "read_table", "write_labels"]

FILE = "reviews.csv"
"""Name of the file in the folder of a dataset."""

_LARGEST = 256 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """How one image or one event stands after all reviews; all values as text, empty where there is none."""

    kind: str
    """``image`` or ``event``."""

    subject: str
    """Id of the event, or of the observation: `helioscribe.domain.observation.observation_id` of its file's digest."""

    decision: str
    """``keep`` or ``discard``, ``confirm``, ``reject`` or ``relabel``."""

    label: str = ""
    """What an image shows, or the right class of an event."""

    rating: str = ""
    """0 to 1."""

    by: str = ""
    """Whose word was the last."""

    at: str = ""
    """When that was, UTC."""

    via: str = ""
    """The cluster that was reviewed instead of this image."""

    observation: str = ""
    """Id of the first observation that an event rests on."""

    event_type: str = ""
    """Class of an event as it was detected."""

    start: str = ""
    """Of an event or image, UTC at the observer where that is known."""

    end: str = ""
    """Of an event or image, UTC at the observer where that is known."""

    name: str = ""
    """Of the image's file, for people."""


_NAMES = tuple(field.name for field in fields(Label))


def write_labels(stream: TextIO, labels: Iterable[Label]) -> int:
    """Write labels as CSV; return how many those were."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_NAMES)
    count = 0
    for label in labels:
        writer.writerow([getattr(label, name) for name in _NAMES])
        count += 1
    return count


def read_labels(folder: Path | None) -> list[Label]:
    """Return the labels of a dataset; empty without such a file.

    Raises
    ------
    InvalidInputError
        If the file is too large or lacks a column.
    """
    path = folder / FILE if folder else None
    if path is None or not path.is_file():
        return []
    if path.stat().st_size > _LARGEST:
        raise InvalidInputError(f"{FILE}: larger than {_LARGEST >> 20} MiB")
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            return [Label(**{name: row[name] or "" for name in _NAMES}) for row in csv.DictReader(stream)]
    except (KeyError, TypeError, csv.Error, UnicodeDecodeError) as error:
        raise InvalidInputError.wrap(error, doing=f"{FILE}: expected the columns {', '.join(_NAMES)}") from None


def read_table(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV table by the names of its columns, gzipped or not. Raises `InvalidInputError`."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
            return list(csv.DictReader(file))
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as error:
        raise InvalidInputError.wrap(error, doing=f"{path.name}: no table") from None
