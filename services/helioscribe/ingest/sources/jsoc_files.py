"""Files that an export of JSOC has made: fetched whole or not at all."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

from helioscribe.domain.errors import InvalidInputError, NotFoundError, UnavailableError

__all__ = ["download"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,180}\.fits(\.gz|\.fz)?")
_LARGEST = 1 << 30
_CHUNK = 1 << 20


def download(url: str, folder: Path, *, timeout: float, tries: int, wait: Callable[[float], None]) -> Path:
    """Bring a file into a folder and return it; a file that is there is not brought again.

    Raises
    ------
    InvalidInputError
        If the name is no name of a FITS file, the file is too large, or what came is no FITS.
    NotFoundError
        If it is not there.
    UnavailableError
        If the server does not answer, or the connection breaks again and again.
    """
    name = url.rsplit("/", 1)[-1]
    if not _NAME.fullmatch(name) or not url.startswith(("http://", "https://")):
        raise InvalidInputError(f"JSOC: {url[:120]!r} is no address of a FITS file")
    target = folder / name
    if target.exists():
        return target
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"{name}.part"
    for number in range(tries + 1):
        try:
            _save(url, partial, timeout)
            break
        except UnavailableError:
            if number == tries:
                raise
            wait(2.0 * 1.5**number)
    with partial.open("rb") as file:
        if file.read(6) != b"SIMPLE" and not name.endswith((".gz", ".fz")):
            raise InvalidInputError(f"{name}: what JSOC sent is no FITS file")
    return partial.replace(target)


def _save(url: str, partial: Path, timeout: float) -> None:
    try:
        with urlopen(url, timeout=timeout) as answer, partial.open("wb") as file:  # noqa: S310  # checked above
            length = answer.headers.get("Content-Length")
            done = 0
            while chunk := answer.read(_CHUNK):
                done += len(chunk)
                if done > _LARGEST:
                    raise InvalidInputError(f"{partial.name}: larger than {_LARGEST} bytes")
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
    except HTTPError as error:
        error.close()
        kind = NotFoundError if error.code in (404, 410) else UnavailableError
        raise kind(f"{url}: JSOC answered {error.code}") from None
    except (OSError, HTTPException) as error:
        raise UnavailableError.wrap(error, doing=f"{url}: cannot be fetched") from None
    if length is not None and length.isdecimal() and done != int(length):
        raise UnavailableError(f"{url}: {done} of {length} bytes came")
