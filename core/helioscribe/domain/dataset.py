"""Versions of the data that models are trained on: files by their digests, and where they come from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.identity import content_id, plain_json

__all__ = ["DatasetFile", "DatasetVersion"]

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
