"""Versions of training data: lists of files with their digests and their origin."""

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
        If the path leads out of the dataset, or the digest or the size is malformed.
    """

    path: str
    """Path below the dataset's folder, with forward slashes."""

    sha256: str
    """Digest of the file's bytes."""

    size: int
    """Length of the file [bytes]."""

    def __post_init__(self) -> None:
        parts = PurePosixPath(self.path)
        if not parts.parts or parts.is_absolute() or ".." in parts.parts or "\\" in self.path or "\0" in self.path:
            raise InvalidInputError(f"dataset: {self.path[:80]!r} is not a path below the dataset's folder")
        if not _SHA256.fullmatch(self.sha256) or self.size < 0:
            raise InvalidInputError(f"dataset: {self.path[:80]}: expected a sha256 and a size")


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetVersion:
    """One version of a dataset. A change of any file, or of the origin, makes another version.

    Raises
    ------
    InvalidInputError
        If the name is malformed, or there are no files or two of the same path.
    """

    name: str
    """Name for people: letters, digits and ``_.+-``."""

    files: tuple[DatasetFile, ...]
    """The files of the dataset."""

    lineage: Mapping[str, Any] = field(default_factory=dict)
    """Origin of the data as JSON values: source of the labels, queries, earlier versions, splits and checks."""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise InvalidInputError(f"dataset: {self.name[:80]!r} is not a name; expected letters, digits and _.+-")
        paths = [file.path for file in self.files]
        if not paths or len(set(paths)) != len(paths):
            raise InvalidInputError(f"dataset {self.name}: expected one file at least, and every path once")

    @property
    def id(self) -> str:
        """Id made from the name, the files and the lineage."""
        files = sorted([file.path, file.sha256] for file in self.files)
        return content_id("data", name=self.name, files=files, lineage=plain_json(self.lineage))

    @property
    def size(self) -> int:
        """Length of all files together [bytes]."""
        return sum(file.size for file in self.files)


class SplitBy(StrEnum):
    """How the observations of a dataset are divided into parts. A group is never divided."""

    GROUP = "group"
    """Groups are assigned at random."""

    TIME = "time"
    """Groups are assigned in order of time, the earliest to training."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetWish:
    """A request to make a dataset from the events and reviews of the catalogue.

    Raises
    ------
    InvalidInputError
        If there are not two or three shares, a number is negative, or `quiet` is set without a span of time.
    """

    name: str
    """Name of the dataset."""

    detector: str
    """Id of the detector whose reviewed images, and whose images without detections, are taken."""

    query: EventQuery = field(default_factory=EventQuery)
    """Which events to take. Events that people rejected are included, with that label."""

    as_of: datetime | None = None
    """Take the events and reviews as they were at this time, UTC; None for now."""

    quiet: int = 0
    """Largest number of observations without detections to add, from the query's span of time."""

    split: SplitBy = SplitBy.GROUP
    """How to divide the observations."""

    shares: tuple[float, ...] = (0.7, 0.15, 0.15)
    """Shares of the observations for training, validation and, if there are three, test."""

    gap: float = 6.0
    """Observations closer in time than this [h], or of one event, form a group."""

    seed: int = 1
    """Seed of the random assignment, and of the choice of observations without detections."""

    def __post_init__(self) -> None:
        if len(self.shares) not in (2, 3):
            raise InvalidInputError(f"dataset {self.name[:80]}: expected two or three shares, got {len(self.shares)}")
        if not (0 <= self.gap < math.inf) or self.quiet < 0 or self.seed < 0:
            raise InvalidInputError(f"dataset {self.name[:80]}: expected gap, quiet and seed of at least 0")
        if self.quiet and self.query.time_range is None:
            raise InvalidInputError(f"dataset {self.name[:80]}: quiet observations need a query with a span of time")
