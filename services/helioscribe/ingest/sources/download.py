"""Downloads of files from web servers, which can be resumed."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import Any, BinaryIO
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from helioscribe.domain.errors import InvalidInputError, NotFoundError, UnavailableError

__all__ = ["Server", "bring", "open_url", "read_some"]

_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server that files come from."""

    name: str
    """Name for messages, such as ``the STIX archive``."""

    timeout: float = 60.0
    """Longest time without data [s]."""


def bring(url: str, target: Path, *, server: Server, limit: int) -> Path:
    """Download a file, resuming an earlier attempt; it gets its name only when it is complete.

    Raises
    ------
    InvalidInputError
        If the address is not of the web, or the file is larger than `limit` bytes.
    NotFoundError
        If the file is gone.
    UnavailableError
        If the server does not answer, or the connection breaks.
    """
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.part")
    offset = partial.stat().st_size if partial.exists() else 0
    with open_url(url, server=server, offset=offset) as answer:
        total = _save(answer, partial, target.name, server, limit)
    if partial.stat().st_size != total:
        raise UnavailableError(f"{target.name}: {partial.stat().st_size} of {total} bytes came; try again")
    return partial.replace(target)


def open_url(url: str, *, server: Server, offset: int = 0) -> Any:
    """Request a file, or the rest of it. Raises as `bring` does."""
    if not url.startswith(("https://", "http://")):
        raise InvalidInputError(f"{server.name}: expected an http or https address, got {url[:120]!r}")
    request = Request(url, headers={"Range": f"bytes={offset}-"} if offset else {})  # noqa: S310  # checked above
    try:
        return urlopen(request, timeout=server.timeout)  # noqa: S310  # checked above
    except HTTPError as error:
        error.close()
        if error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and offset:
            return open_url(url, server=server)
        if error.code in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
            raise NotFoundError(f"{url}: {server.name} has no such file") from None
        raise UnavailableError(f"{url}: {server.name} answered {error.code}") from None
    except (OSError, HTTPException) as error:
        raise UnavailableError.wrap(error, doing=f"{url}: {server.name} does not answer") from None


def read_some(stream: BinaryIO, most: int, what: str) -> bytes:
    """Read at most this many bytes. Raises `UnavailableError` if the connection breaks."""
    try:
        return stream.read(most)
    except (OSError, HTTPException) as error:
        raise UnavailableError.wrap(error, doing=f"{what}: connection lost") from None


def _save(answer: Any, partial: Path, name: str, server: Server, limit: int) -> int:
    """Write the data that arrive and return the expected size of the whole file [bytes]."""
    resumed = answer.status == HTTPStatus.PARTIAL_CONTENT
    done = partial.stat().st_size if resumed else 0
    total = _whole_length(answer, done, name, server)
    if total > limit:
        raise InvalidInputError(f"{name}: {total} bytes are more than {limit}")
    with partial.open("ab" if resumed else "wb") as file:
        while done < total and (chunk := read_some(answer, min(_CHUNK, total - done), name)):
            file.write(chunk)
            done += len(chunk)
        file.flush()
        os.fsync(file.fileno())
    return total


def _whole_length(answer: Any, done: int, name: str, server: Server) -> int:
    if answer.status != HTTPStatus.PARTIAL_CONTENT:
        length = str(answer.headers.get("Content-Length", ""))
        if not length.isdecimal():
            raise UnavailableError(f"{name}: {server.name} does not say how long the file is")
        return int(length)
    span = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", str(answer.headers.get("Content-Range", "")))
    if span is None or int(span[1]) != done:
        raise UnavailableError(f"{name}: {server.name} sent another part than was asked for")
    return int(span[2])
