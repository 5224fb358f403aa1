"""Cache of the headers of zarr channels, tens of megabytes of JSON that are downloaded and parsed only once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import NotFoundError
from helioscribe.domain.identity import digest
from helioscribe.ingest.sources.zarr_files import ZarrFiles

__all__ = ["read_lists"]

_LONGEST = 512 << 20
_STAMP, _OTHERS = "stamp", "others"


def read_lists(files: ZarrFiles, path: str, cache: Path | None) -> dict[str, list[Any]]:
    """Return the lists of keywords of a channel, one value an image.

    Parameters
    ----------
    files
        The store.
    path
        Path of the channel.
    cache
        Folder where headers are kept; what stands there is used while the store's file is the same by its tag, its
        time and its size.

    Raises
    ------
    NotFoundError
        If there are none.
    InvalidInputError
        If they are no JSON object, or too long.
    UnavailableError
        If the store does not answer.
    """
    key = f"{path}/.zattrs"
    stamp = files.stamp(key) if cache is not None else ""
    kept = cache / f"{digest(f'{files.address}/{path}'.encode())[:32]}.npz" if cache is not None and stamp else None
    if kept is not None and (found := _load(kept, stamp)) is not None:
        return found
    attributes = files.read_json(key, limit=_LONGEST)
    if attributes is None:
        raise NotFoundError(f"{files.name}/{path}: no headers in .zattrs")
    lists = {name: value for name, value in attributes.items() if isinstance(value, list)}
    if kept is not None:
        _save(kept, stamp, lists)
    return lists


def _load(file: Path, stamp: str) -> dict[str, list[Any]] | None:
    try:
        with np.load(file, allow_pickle=False) as columns:
            if str(columns[_STAMP]) != stamp:
                return None
            lists: dict[str, list[Any]] = json.loads(columns[_OTHERS].tobytes())
            return lists | {name[1:]: columns[name].tolist() for name in columns.files if name.startswith("=")}
    except Exception:  # noqa: BLE001  # whatever a broken archive makes numpy say: the store has it all
        return None


def _save(file: Path, stamp: str, lists: Mapping[str, list[Any]]) -> None:
    columns = {name: column for name, values in lists.items() if (column := _column(values)) is not None}
    others = json.dumps({name: values for name, values in lists.items() if name not in columns}).encode()
    fresh = file.with_suffix(".part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with fresh.open("wb") as stream:
            named: dict[str, Any] = {f"={name}": column for name, column in columns.items()}
            named |= {_STAMP: np.array(stamp), _OTHERS: np.frombuffer(others, np.uint8)}
            np.savez_compressed(stream, **named)
        fresh.replace(file)
    except OSError:  # a full disk makes the next command slower, and this one no worse
        with suppress(OSError):
            fresh.unlink(missing_ok=True)


def _column(values: list[Any]) -> NDArray[Any] | None:
    """Return values as an array if that keeps all of them unchanged; otherwise None."""
    kinds = {type(value) for value in values}
    if kinds in ({float}, {str}):
        column = np.array(values)
        return column if column.tolist() == values else None  # texts that end in zeros, and NaN, do not come back
    if kinds == {int} and all(abs(value) < 2**62 for value in values):
        return np.array(values, np.int64)
    return None
