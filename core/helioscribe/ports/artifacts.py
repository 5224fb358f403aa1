"""Where pixels, light curves and weights lie: bytes by key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, Protocol

from helioscribe.domain.errors import InvalidInputError

__all__ = ["ArtifactStore", "artifact_key", "check_key"]

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.=+-]*(/[A-Za-z0-9][A-Za-z0-9_.=+-]*)*")
_LONGEST = 512


def check_key(key: str) -> str:
    """Return `key` if it is one.

    Keys are words joined by slashes. A word begins with a letter or digit, so that no key leaves its store.

    Raises
    ------
    InvalidInputError
        If it is not.
    """
    if len(key) > _LONGEST or not _KEY.fullmatch(key):
        raise InvalidInputError(
            f"not an artifact key: {key[:80]!r}; expected words of letters, digits and ._=+- joined by /"
        )
    return key


def artifact_key(kind: str, sha256: str, suffix: str = "") -> str:
    """Return the key of content of a kind: ``raw``, ``products``, ``scores``, ``models`` or ``outputs``."""
    return check_key(f"{kind}/{sha256[:2]}/{sha256}{suffix}")


class ArtifactStore(Protocol):
    """Bytes by key. What stands under a key never changes: keys hold the digest of their content.

    Every method raises `InvalidInputError` for a malformed key and `UnavailableError` if the store does not answer.
    """

    def put(self, key: str, data: bytes | BinaryIO) -> None:
        """Store bytes whole or not at all; storing the same key again changes nothing that a reader sees."""

    def get(self, key: str, *, limit: int | None = None) -> bytes:
        """Return all bytes of a key.

        Parameters
        ----------
        key
            What to read.
        limit
            Most bytes to accept.

        Raises
        ------
        NotFoundError
            If nothing stands there.
        InvalidInputError
            If there is more than `limit`.
        """

    def open(self, key: str) -> BinaryIO:
        """Return a stream over the bytes of a key; the caller closes it. Raises `NotFoundError`."""

    def size(self, key: str) -> int:
        """Return the number of bytes of a key. Raises `NotFoundError`."""

    def exists(self, key: str) -> bool:
        """Whether anything stands under a key."""

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Yield the keys that begin with `prefix`, in order."""

    def delete(self, key: str) -> None:
        """Remove a key; no error if nothing stands there."""

    def url(self, key: str) -> str:
        """Return where a person finds the bytes, such as ``file:///...`` or ``s3://bucket/...``."""
