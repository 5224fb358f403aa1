"""Reads and writes tables of labels, among them ``reviews.csv``: what the reviews in the catalogue say of a dataset."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from itertools import islice
from pathlib import Path
from typing import TextIO

from helioscribe.domain.errors import InvalidInputError

__all__ = ["FILE", "Label", "read_labels", "read_table", "write_labels"]

FILE = "reviews.csv"
"""Name of the file in the dataset's folder."""

_LARGEST, _MOST_ROWS = 256 << 20, 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """The result of all reviews of one image or event. All values are text, empty where there is none."""

    kind: str
    """``image`` or ``event``."""

    subject: str
    """Id of the event, or of the image: `helioscribe.domain.observation.observation_id` of its file's sha256."""

    decision: str
    """``keep`` or ``discard`` of an image; ``confirm``, ``reject`` or ``relabel`` of an event."""

    label: str = ""
    """What the image shows, or the right class of the event."""

    rating: str = ""
    """How good the event is, 0 to 1."""

    by: str = ""
    """Name of the last reviewer."""

    at: str = ""
    """Time of the last review, UTC."""

    via: str = ""
    """Name of the cluster, if the cluster was reviewed and not the image itself."""

    observation: str = ""
    """Id of the first observation in which the event was detected."""

    event_type: str = ""
    """Class of the event as it was detected."""

    start: str = ""
    """Start of the event or image, UTC at the observer where that is known."""

    end: str = ""
    """End of the event or image, UTC at the observer where that is known."""

    name: str = ""
    """Name of the image's file, for people."""


_NAMES = tuple(field.name for field in fields(Label))


def write_labels(stream: TextIO, labels: Iterable[Label]) -> int:
    """Write labels as CSV and return their number."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_NAMES)
    count = 0
    for label in labels:
        writer.writerow([getattr(label, name) for name in _NAMES])
        count += 1
    return count


def read_labels(folder: Path | None) -> list[Label]:
    """Return the labels of a dataset; empty if it has no such file.

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
    """Return the rows of a CSV table by the names of its columns, gzipped or not.

    Raises
    ------
    InvalidInputError
        If it cannot be read, or has more than a million rows.
    """
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
            rows = list(islice(csv.DictReader(file), _MOST_ROWS + 1))
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as error:
        raise InvalidInputError.wrap(error, doing=f"{path.name}: no table") from None
    if len(rows) > _MOST_ROWS:
        raise InvalidInputError(f"{path.name}: more than {_MOST_ROWS} rows")
    return rows
