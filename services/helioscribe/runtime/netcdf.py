"""Reads netCDF 4 files in memory with h5py, for NOAA's files."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from helioscribe.domain.errors import InvalidInputError, MissingDependencyError
from helioscribe.domain.times import parse_utc

__all__ = ["attribute", "epoch_of", "is_netcdf", "opened", "text_of"]

_MAGIC = b"\x89HDF\r\n\x1a\n"
_EPOCH = re.compile(r"seconds since (\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})")


def is_netcdf(data: bytes) -> bool:
    """Whether the bytes are HDF5, which netCDF 4 is."""
    return data.startswith(_MAGIC)


@contextmanager
def opened(data: bytes, name: str) -> Iterator[Any]:
    """Open the bytes of a file as an ``h5py.File``.

    Raises
    ------
    InvalidInputError
        If it is broken, even if that is only noticed within the ``with`` block.
    MissingDependencyError
        If h5py is not installed.
    """
    try:
        import h5py
    except ImportError:
        raise MissingDependencyError.of("h5py", extra="netcdf") from None
    try:
        with h5py.File(io.BytesIO(data), "r") as file:
            yield file
    except (OSError, RuntimeError, KeyError) as error:
        raise InvalidInputError.wrap(error, doing=f"{name}: broken netCDF") from None


def epoch_of(column: Any) -> datetime:
    """Return the epoch of a column of times in seconds, UTC. Raises `InvalidInputError` if it has none."""
    units = attribute(column, "units")
    if (epoch := _EPOCH.match(units)) is None:
        raise InvalidInputError(f"times in {units[:60]!r}, expected seconds since a date")
    return parse_utc(f"{epoch[1]}T{epoch[2]}")


def attribute(holder: Any, key: str) -> str:
    """Return an attribute of a file or column as text; empty if it does not exist."""
    return text_of(holder.attrs.get(key, b""))


def text_of(value: Any) -> str:
    """Return a value that may be bytes as text."""
    return (value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)).strip()
