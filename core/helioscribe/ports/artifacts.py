"""The artifact store: files, products and weights, as bytes by key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, BinaryIO, Protocol

from helioscribe.domain.errors import InvalidInputError

__all__ = ["ArtifactStore", "artifact_key", "check_key", "read_all"]

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.=+-]*(/[A-Za-z0-9][A-Za-z0-9_.=+-]*)*")
_LONGEST = 512


def check_key(key: str) -> str:
    """Return the key unchanged if it is valid.

    A key consists of words joined by slashes. Each word begins with a letter or digit, so that no key leads out of the
    store.

    Raises
    ------
    InvalidInputError
        If it is not valid.
    """
    if len(key) > _LONGEST or not _KEY.fullmatch(key):
        raise InvalidInputError(
            f"not an artifact key: {key[:80]!r}; expected words of letters, digits and ._=+- joined by /"
        )
    return key


def artifact_key(kind: str, sha256: str, suffix: str = "") -> str:
    """Return the key of content of a kind: ``raw``, ``products``, ``scores``, ``models`` or ``outputs``."""
    return check_key(f"{kind}/{sha256[:2]}/{sha256}{suffix}")


def read_all(stream: BinaryIO, key: str, limit: int | None) -> bytes:
    """Return all bytes of a stream, as `ArtifactStore.get` does. Raises `InvalidInputError` for more than `limit`."""
    data = stream.read() if limit is None else stream.read(limit + 1)
    if limit is not None and len(data) > limit:
        raise InvalidInputError(f"artifact {key}: larger than {limit} bytes")
    return data


class ArtifactStore(Protocol):
    """Bytes by key. The bytes of a key never change, since keys contain the digest of their content.

    Every method raises `InvalidInputError` for a malformed key and `UnavailableError` if the store does not answer.
    """

    def put(self, key: str, data: bytes | IO[bytes]) -> None:
        """Store bytes completely or not at all. Storing the same key again has no effect for readers."""

    def get(self, key: str, *, limit: int | None = None) -> bytes:
        """Return the bytes of a key.

        Parameters
        ----------
        key
            The key.
        limit
            Largest number of bytes to accept; None for any number.

        Raises
        ------
        NotFoundError
            If there is nothing under this key.
        InvalidInputError
            If there are more bytes than `limit`.
        """

    def open(self, key: str) -> BinaryIO:
        """Return a stream of the bytes of a key, which the caller must close. Raises `NotFoundError`."""

    def size(self, key: str) -> int:
        """Return the number of bytes of a key. Raises `NotFoundError`."""

    def exists(self, key: str) -> bool:
        """Whether there is something under a key."""

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Yield the keys that begin with `prefix`, sorted."""

    def delete(self, key: str) -> None:
        """Remove a key; no error if it does not exist."""

    def url(self, key: str) -> str:
        """Return the address of the bytes for people, such as ``file:///...`` or ``s3://bucket/...``."""
