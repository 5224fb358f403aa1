"""Artifacts in a folder of this machine."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, BinaryIO

from helioscribe.domain.errors import InvalidInputError, NotFoundError, UnavailableError
from helioscribe.ports.artifacts import check_key, read_all

__all__ = ["FolderArtifacts"]

_CHUNK = 1 << 20
_PARTIAL = ".partial-"  # no key begins a word with a dot, so no key can name such a file


class FolderArtifacts:
    """One file a key below a folder; written aside and renamed, so that a reader sees all of it or nothing."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def put(self, key: str, data: bytes | IO[bytes]) -> None:
        """See `ArtifactStore.put`."""
        path = self._path(key)
        with _available(key):
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, aside = tempfile.mkstemp(prefix=_PARTIAL, dir=path.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    if isinstance(data, bytes):
                        file.write(data)
                    else:
                        shutil.copyfileobj(data, file, _CHUNK)
                    file.flush()
                    os.fsync(file.fileno())
                Path(aside).replace(path)
            except BaseException:
                Path(aside).unlink(missing_ok=True)
                raise

    def get(self, key: str, *, limit: int | None = None) -> bytes:
        """See `ArtifactStore.get`."""
        with self.open(key) as stream:
            return read_all(stream, key, limit)

    def open(self, key: str) -> BinaryIO:
        """See `ArtifactStore.open`."""
        with _available(key):
            return self._path(key).open("rb")

    def size(self, key: str) -> int:
        """See `ArtifactStore.size`."""
        with self.open(key) as stream:
            return os.fstat(stream.fileno()).st_size

    def exists(self, key: str) -> bool:
        """See `ArtifactStore.exists`."""
        return self._path(key).is_file()

    def keys(self, prefix: str = "") -> Iterator[str]:
        """See `ArtifactStore.keys`."""
        found = (
            path.relative_to(self._root).as_posix()
            for path in self._root.rglob("*")
            if path.is_file() and not path.is_symlink() and not path.name.startswith(_PARTIAL)
        )
        yield from sorted(key for key in found if key.startswith(prefix))

    def delete(self, key: str) -> None:
        """See `ArtifactStore.delete`."""
        with _available(key):
            self._path(key).unlink(missing_ok=True)

    def url(self, key: str) -> str:
        """See `ArtifactStore.url`."""
        return self._path(key).as_uri()

    def _path(self, key: str) -> Path:
        path = self._root / check_key(key)
        # A symbolic link below the root must not lead out of it either.
        if not path.resolve().is_relative_to(self._root):
            raise InvalidInputError(f"artifact {key}: leads out of the store")
        return path


@contextlib.contextmanager
def _available(key: str) -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise NotFoundError(f"no artifact {key}") from None
    except OSError as error:
        raise UnavailableError.wrap(error, doing=f"artifact {key}") from None
