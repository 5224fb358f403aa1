"""Versions of the data that models are trained on: files by their digests, and where they come from."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.identity import content_id, plain_json
from helioscribe.domain.query import EventQuery

__all__ = ["DatasetFile", "DatasetVersion", "DatasetWish", "SplitBy"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,99}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetFile:
    """One file of a dataset.

    Raises
    ------
    InvalidInputError
        If the path leads out of the dataset, or the digest is none.
    """

    path: str
    """Below the dataset's folder, with forward slashes."""

    sha256: str
    """Digest of its bytes."""

    size: int
    """Number of its bytes."""

    def __post_init__(self) -> None:
        parts = PurePosixPath(self.path)
        if not parts.parts or parts.is_absolute() or ".." in parts.parts or "\\" in self.path or "\0" in self.path:
            raise InvalidInputError(f"dataset: {self.path[:80]!r} is no path below its folder")
        if not _SHA256.fullmatch(self.sha256) or self.size < 0:
            raise InvalidInputError(f"dataset: {self.path[:80]}: expected a sha256 and a size")


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetVersion:
    """Files that belong together. Other bytes, or another origin, make another version.

    Raises
    ------
    InvalidInputError
        If the name is none, there are no files, or two of the same path.
    """

    name: str
    """For people: letters, digits and ``_.+-``."""

    files: tuple[DatasetFile, ...]
    """By path."""

    lineage: Mapping[str, Any] = field(default_factory=dict)
    """Where it comes from: the labels' origin, queries, earlier versions, splits and checks."""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise InvalidInputError(f"dataset: {self.name[:80]!r} is no name; expected letters, digits and _.+-")
        paths = [file.path for file in self.files]
        if not paths or len(set(paths)) != len(paths):
            raise InvalidInputError(f"dataset {self.name}: expected one file at least, and every path once")

    @property
    def id(self) -> str:
        """Follows from name, files and lineage."""
        files = sorted([file.path, file.sha256] for file in self.files)
        return content_id("data", name=self.name, files=files, lineage=plain_json(self.lineage))

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


class SplitBy(StrEnum):
    """How the observations of a dataset are shared out; groups that belong together are in one part."""

    GROUP = "group"
    """Groups at random."""

    TIME = "time"
    """Groups in order of time: the earliest to training."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetWish:
    """A dataset that a catalogue shall make of its events and reviews.

    Raises
    ------
    InvalidInputError
        If shares or numbers make no sense.
    """

    name: str
    """Of the dataset."""

    detector: str
    """Whose model it is for: which reviewed and which quiet images are taken."""

    query: EventQuery = field(default_factory=EventQuery)
    """Which events; what people rejected of them is kept as such."""

    as_of: datetime | None = None
    """The moment whose events and reviews count, UTC; now by default."""

    quiet: int = 0
    """Most observations to add in which the detector found nothing, of the query's span of time."""

    split: SplitBy = SplitBy.GROUP
    """How it is split."""

    shares: tuple[float, ...] = (0.7, 0.15, 0.15)
    """Of the observations, for training, validation and, if there is a third, test."""

    gap: float = 6.0
    """Hours by which parts are apart at least; what is nearer, or shows one event, is one group."""

    seed: int = 1
    """Of the order in which groups are dealt out, and of the choice of quiet observations."""

    def __post_init__(self) -> None:
        if len(self.shares) not in (2, 3):
            raise InvalidInputError(f"dataset {self.name[:80]}: expected two or three shares, got {len(self.shares)}")
        if not (0 <= self.gap < math.inf) or self.quiet < 0 or self.seed < 0:
            raise InvalidInputError(f"dataset {self.name[:80]}: expected gap, quiet and seed of at least 0")
        if self.quiet and self.query.time_range is None:
            raise InvalidInputError(f"dataset {self.name[:80]}: quiet observations need a span of time")
