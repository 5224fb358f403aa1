"""Artifacts in memory, for tests and short-lived uses."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from typing import IO, BinaryIO

from helioscribe.domain.errors import NotFoundError
from helioscribe.ports.artifacts import check_key, read_all

__all__ = ["MemoryArtifacts"]


class MemoryArtifacts:
    """Bytes by key in a dictionary."""

    def __init__(self) -> None:
        self._bytes: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def put(self, key: str, data: bytes | IO[bytes]) -> None:
        """See `ArtifactStore.put`."""
        whole = data if isinstance(data, bytes) else data.read()
        with self._lock:
            self._bytes[check_key(key)] = whole

    def get(self, key: str, *, limit: int | None = None) -> bytes:
        """See `ArtifactStore.get`."""
        return read_all(self.open(key), key, limit)

    def open(self, key: str) -> BinaryIO:
        """See `ArtifactStore.open`."""
        with self._lock:
            data = self._bytes.get(check_key(key))
        if data is None:
            raise NotFoundError(f"no artifact {key}")
        return io.BytesIO(data)

    def size(self, key: str) -> int:
        """See `ArtifactStore.size`."""
        return len(self.get(key))

    def exists(self, key: str) -> bool:
        """See `ArtifactStore.exists`."""
        with self._lock:
            return check_key(key) in self._bytes

    def keys(self, prefix: str = "") -> Iterator[str]:
        """See `ArtifactStore.keys`."""
        with self._lock:
            found = sorted(key for key in self._bytes if key.startswith(prefix))
        yield from found

    def delete(self, key: str) -> None:
        """See `ArtifactStore.delete`."""
        with self._lock:
            self._bytes.pop(check_key(key), None)

    def url(self, key: str) -> str:
        """See `ArtifactStore.url`."""
        return f"memory:{check_key(key)}"
