"""Result of reading a file, and unpacking within limits."""

from __future__ import annotations

import gzip
import io
import os
import zlib
from dataclasses import dataclass
from pathlib import Path

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import Product

__all__ = ["SourceFile", "gunzip_if_needed", "safe_name", "unpacked"]

LARGEST = 2 << 30
"""Most bytes of an unpacked file."""

_GZIP = b"\x1f\x8b"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SourceFile:
    """A product, with what the file says about itself."""

    product: Product
    """Input of the detectors."""

    channel: str
    """Channel, such as ``4-84 keV``."""

    level: str
    """Processing level, named as in the archive."""

    version: str = ""
    """Version that the archive gave the file."""

    complete: bool = True
    """False if the archive will publish a more complete file later."""

    quality: tuple[str, ...] = ()
    """Notes on defects of the file."""


def safe_name(name: str) -> str:
    """Return a name that is safe to print: the last part of a path, printable, at most 200 characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(letter if letter.isprintable() else "?" for letter in last).strip(". ")
    return shown[:200] or "unnamed"


def unpacked(path: Path, *, limit: int = LARGEST) -> bytes:
    """Return the content of a file, unpacked if it is gzip.

    Raises
    ------
    InvalidInputError
        If the file is empty, larger than `limit`, or broken gzip.
    """
    name = safe_name(path.name)
    with path.open("rb") as file:
        # read(n) reserves n bytes at once, so never ask for much more than the file has.
        return gunzip_if_needed(file.read(min(limit, os.fstat(file.fileno()).st_size) + 1), name, limit)


def gunzip_if_needed(data: bytes, name: str, limit: int = LARGEST) -> bytes:
    """Return `data`, unpacked if it is gzip. Raises as `unpacked` does."""
    if data[:2] == _GZIP:
        data = _gunzip(data, name, limit)
    if len(data) > limit:
        raise InvalidInputError(f"{name}: larger than {limit} bytes")
    if not data:
        raise InvalidInputError(f"{name}: the file is empty")
    return data


def _gunzip(data: bytes, name: str, limit: int) -> bytes:
    whole = io.BytesIO()  # joining a list of parts would need the memory twice
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            while chunk := stream.read(_CHUNK):
                if whole.tell() + len(chunk) > limit:
                    raise InvalidInputError(f"{name}: unpacks to more than {limit} bytes")
                whole.write(chunk)
    except (OSError, EOFError, zlib.error) as error:
        raise InvalidInputError.wrap(error, doing=f"{name}: broken gzip") from None
    return whole.getvalue()
