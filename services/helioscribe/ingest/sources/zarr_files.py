"""Files of a zarr store, wherever it lies: a folder, a bucket or a web server; every read is bounded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from helioscribe.domain.errors import HelioscribeError, InvalidInputError, NotFoundError, UnavailableError

__all__ = ["ZarrFiles", "is_zarr", "open_files"]

_TIMEOUT = "60s"
_MOST_CHILDREN = 10_000
_LONGEST_INDEX = 256 << 20


def is_zarr(named: str) -> bool:
    """Whether a path or address names a zarr store: by its ending, or by what lies in the folder."""
    if "://" in named:
        return urlsplit(named).path.rstrip("/").endswith(".zarr")
    return Path(named).is_dir() and any((Path(named) / mark).is_file() for mark in (".zgroup", ".zmetadata"))


class ZarrFiles:
    """Files by key below the root of a store.

    Parameters
    ----------
    store
        An `obstore.store.ObjectStore`.
    name
        For messages.
    address
        Address of the store.
    listable
        Whether folders can be listed; web servers do not say what they hold.
    """

    def __init__(self, store: Any, name: str, address: str, *, listable: bool) -> None:
        self.store, self.name, self.address, self._listable = store, name, address, listable

    def stamp(self, key: str) -> str:
        """Return what changes when a file does; empty if there is no file, or nothing that tells.

        Raises
        ------
        UnavailableError
            If the store does not answer.
        """
        with self.available(key):
            try:
                meta = self.store.head(key)
            except FileNotFoundError:
                return ""
        told = (meta.get("e_tag"), meta.get("last_modified"))
        return f"{told[0]} {told[1]} {meta['size']}" if any(told) else ""

    def read(self, key: str, *, limit: int) -> bytes | None:
        """Return a file, or None if there is none.

        Raises
        ------
        InvalidInputError
            If it is longer than `limit` bytes.
        UnavailableError
            If the store does not answer.
        """
        with self.available(key):
            try:
                answer = self.store.get(key)
            except FileNotFoundError:
                return None
            if (size := int(answer.meta["size"])) > limit:
                raise InvalidInputError(f"{self.name}/{key}: {size} bytes; expected at most {limit}")
            return bytes(answer.bytes())

    @property
    def parted(self) -> bool:
        """Whether parts of files can be read: not every web server sends them."""
        return self._listable

    def read_part(self, key: str, first: int, past: int) -> tuple[bytes, int]:
        """Return some bytes of a file, and how long it is.

        Raises
        ------
        NotFoundError
            If there is no such file.
        UnavailableError
            If the store does not answer.
        """
        with self.available(key):
            try:
                answer = self.store.get(key, options={"range": (first, past)})
            except FileNotFoundError:
                raise NotFoundError(f"{self.name}/{key}: missing") from None
            return bytes(answer.bytes()), int(answer.meta["size"])

    def read_json(self, key: str, *, limit: int) -> dict[str, Any] | None:
        """Return a JSON object, or None if there is no such file. Raises as `read` does, and for broken JSON."""
        text = self.read(key, limit=limit)
        if text is None:
            return None
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise InvalidInputError.wrap(error, doing=f"{self.name}/{key}: no JSON") from None
        if not isinstance(value, dict):
            raise InvalidInputError(f"{self.name}/{key}: expected a JSON object")
        return value

    def children(self, folder: str = "") -> list[str] | None:
        """Return the names of the folders in a folder, in order; None where nobody can tell."""
        index = self.read_json(".zmetadata", limit=_LONGEST_INDEX) or {}
        if isinstance(index.get("metadata"), dict):
            prefix = f"{folder}/" if folder else ""
            below = [key.removeprefix(prefix) for key in index["metadata"] if key.startswith(prefix)]
            return sorted({key.split("/")[0] for key in below if "/" in key})[:_MOST_CHILDREN]
        if not self._listable:
            return None
        with self.available(folder):
            found = self.store.list_with_delimiter(folder or None)["common_prefixes"]
        return sorted(path.rsplit("/", 1)[-1] for path in found)[:_MOST_CHILDREN]

    @contextmanager
    def available(self, key: str) -> Iterator[None]:
        """Turn what the store raises into one clear line."""
        from obstore.exceptions import BaseError

        try:
            yield
        except HelioscribeError:
            raise
        except (BaseError, OSError) as error:
            reason = next(iter(str(error).splitlines()), "") or type(error).__name__
            raise UnavailableError(f"{self.name}/{key}: cannot be read: {reason[:200]}") from None


def open_files(named: str) -> ZarrFiles:
    """Open a store for reading.

    Parameters
    ----------
    named
        A folder; ``https://host/path``; ``s3://bucket/path`` for a public bucket of AWS; or
        ``s3://key:secret@host:port/bucket/path?secure=0`` for a bucket of one's own.

    Raises
    ------
    NotFoundError
        If there is no such folder.
    InvalidInputError
        If the address is of another kind.
    """
    from obstore.store import HTTPStore, LocalStore

    parts = urlsplit(named)
    name = parts.path.rstrip("/").rsplit("/", 1)[-1] or named
    if "://" not in named:
        if not Path(named).is_dir():
            raise NotFoundError(f"{named}: no such folder")
        folder = Path(named).resolve()
        return ZarrFiles(LocalStore(folder), folder.name, str(folder), listable=True)
    if parts.scheme in ("http", "https"):
        options: dict[str, Any] = {"timeout": _TIMEOUT, "allow_http": parts.scheme == "http"}
        return ZarrFiles(HTTPStore.from_url(named, client_options=options), name, named, listable=False)
    if parts.scheme == "s3":
        return ZarrFiles(_bucket(named), name, named, listable=True)
    raise InvalidInputError(f"{parts.scheme}: no kind of zarr store; expected a folder, http, https or s3")


def _bucket(url: str) -> Any:
    from obstore.store import S3Store

    parts = urlsplit(url)
    if parts.username is None:
        return S3Store(parts.hostname or "", prefix=parts.path.strip("/"), skip_signature=True, region="us-east-1")
    bucket, _, prefix = parts.path.strip("/").partition("/")
    secure = parse_qs(parts.query).get("secure", ["1"])[0] not in ("0", "false", "no")
    return S3Store(
        bucket,
        prefix=prefix,
        region="us-east-1",
        access_key_id=unquote(parts.username),
        secret_access_key=unquote(parts.password or ""),
        virtual_hosted_style_request=False,
        endpoint=f"{'https' if secure else 'http'}://{parts.hostname}{f':{parts.port}' if parts.port else ''}",
        client_options={"timeout": _TIMEOUT, "allow_http": not secure},
    )
