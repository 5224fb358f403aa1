"""Inputs named on the command line: files, folders and web addresses."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit

from helioscribe.domain.errors import HelioscribeError, InvalidInputError, NotFoundError, UnavailableError
from helioscribe.embedded.inputs.input import Input
from helioscribe.embedded.inputs.zarr import EVERYTHING, Choice, zarr_inputs
from helioscribe.ingest.sources.zarr_files import is_zarr

__all__ = ["find_inputs"]

_TIMEOUT = 30.0


def find_inputs(named: Sequence[str], choice: Choice = EVERYTHING) -> list[Input]:
    """Return an input for each named file, file below a named folder, and address. They are opened later.

    Of a zarr store, each image that `choice` selects is one input.
    """
    found: list[Input] = []
    for text in named:
        if is_zarr(text):
            found += zarr_inputs(text, choice)
        elif text.lower().startswith(("http://", "https://")):
            found.append(Input(name=_last_part(text), open=partial(_download, text)))
        else:
            found += _local(Path(text), choice)
    return found


def _local(path: Path, choice: Choice) -> list[Input]:
    if not path.is_dir():
        return [Input(name=path.name or str(path), open=partial(_open, path), lost=path.exists())]
    if not (found := list(_below(path, choice))):
        raise InvalidInputError(f"{path}: the folder holds no files")
    return found


def _below(folder: Path, choice: Choice) -> Iterator[Input]:
    for path in sorted(path for path in folder.iterdir() if not path.name.startswith(".")):
        if is_zarr(str(path)):
            yield from zarr_inputs(str(path), choice)
        elif path.is_dir():
            yield from _below(path, choice)
        elif path.is_file():
            yield Input(name=path.name, open=partial(_open, path))


def _open(path: Path) -> BinaryIO:
    try:
        if not path.exists():
            raise NotFoundError(f"{path}: no such file or folder")
        return path.open("rb")
    except (OSError, ValueError) as error:
        raise InvalidInputError.wrap(error, doing=str(path)) from None


def _last_part(url: str) -> str:
    return unquote(urlsplit(url).path.rpartition("/")[2]) or urlsplit(url).netloc or url


def _download(url: str) -> BinaryIO:
    import urllib.error
    import urllib.request

    try:
        answer = urllib.request.urlopen(url, timeout=_TIMEOUT)  # noqa: S310  # http and https only, see above
    except urllib.error.HTTPError as error:
        kind = NotFoundError if error.code in (404, 410) else UnavailableError
        raise kind(f"{url}: the server answers {error.code} {error.reason}") from None
    except (OSError, ValueError) as error:
        raise UnavailableError.wrap(error, doing=f"{url}: cannot be reached") from None
    return io.BufferedReader(_Download(answer, url))


class _Download(io.RawIOBase):
    """Body of an HTTP answer; fails if it is shorter than its announced length."""

    def __init__(self, answer: Any, url: str) -> None:
        self._answer, self._url = answer, url
        announced = answer.headers.get("Content-Length")
        self._missing = int(announced) if announced and announced.isdigit() else None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            chunk = self._answer.read(len(buffer))
        except (OSError, ValueError, HelioscribeError) as error:
            raise UnavailableError.wrap(error, doing=f"{self._url}: broke off") from None
        if self._missing is not None:
            self._missing -= len(chunk)
            if not chunk and self._missing > 0:
                raise UnavailableError(f"{self._url}: broke off, {self._missing} bytes are missing")
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        self._answer.close()
        super().close()
