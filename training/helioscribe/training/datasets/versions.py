"""Versions of datasets in the artifact store, and their files in a folder."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit

from helioscribe.domain.dataset import DatasetFile, DatasetVersion
from helioscribe.domain.errors import InvalidInputError, NotFoundError, UnavailableError
from helioscribe.domain.identity import canonical_json, digest_stream
from helioscribe.ports.artifacts import ArtifactStore, artifact_key
from helioscribe.ports.training import Training

__all__ = ["add_version", "find_versions", "folder_of", "get_version", "put_file", "stored_folder", "version_of_folder"]

_VERSIONS = "dataset-versions/"
_LARGEST = 256 << 20
_IN_MEMORY = 16 << 20
_CHUNK = 1 << 20


def put_file(data: BinaryIO, *, path: str, artifacts: ArtifactStore) -> DatasetFile:
    """Store a file of a dataset to be."""
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as spooled:
        shutil.copyfileobj(data, spooled, _CHUNK)
        spooled.seek(0)
        sha256, size = digest_stream(spooled)
        key = _key(sha256, artifacts)
        if not artifacts.exists(key):
            spooled.seek(0)
            artifacts.put(key, spooled)
    return DatasetFile(path=path, sha256=sha256, size=size)


def version_of_folder(
    folder: Path, *, put: Callable[[BinaryIO, str], DatasetFile], lineage: Mapping[str, Any] | None = None
) -> DatasetVersion:
    """Store all files of a folder and return them as a version named as the folder is.

    Links are left out, as is everything below a folder whose name begins with a dot.

    Raises
    ------
    InvalidInputError
        If there is no such folder, no file in it, or its name cannot be a dataset's.
    """
    if not folder.is_dir():
        raise InvalidInputError(f"dataset: {folder} is no folder")
    files = []
    for path in _files(folder):
        with path.open("rb") as stream:
            files.append(put(stream, path.relative_to(folder).as_posix()))
    return DatasetVersion(name=folder.resolve().name, files=tuple(files), lineage=lineage or {})


def stored_folder(training: Training, folder: Path, *, name: str = "", lineage: Mapping[str, Any] | None = None) -> str:
    """Keep a folder as a version by way of a training service, here or elsewhere; return the version's id.

    Raises as `version_of_folder` does.
    """
    version = version_of_folder(folder, put=lambda one, path: training.put_file(one, path=path), lineage=lineage)
    return training.add_dataset(replace(version, name=name or version.name))


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.is_symlink():
            continue
        if path.is_dir():
            yield from _files(path)
        elif path.is_file():
            yield path


def add_version(dataset: DatasetVersion, artifacts: ArtifactStore) -> str:
    """Enter a version; the same one again changes nothing. Raises `NotFoundError` if a file is not stored."""
    for file in dataset.files:
        if not artifacts.exists(_key(file.sha256, artifacts)):
            raise NotFoundError(f"dataset {dataset.name}: file {file.path} ({file.sha256[:12]}) is not stored")
    artifacts.put(f"{_VERSIONS}{dataset.id}.json", canonical_json(asdict(dataset)).encode())
    return dataset.id


def get_version(dataset_id: str, artifacts: ArtifactStore) -> DatasetVersion:
    """Return a version. Raises `NotFoundError`."""
    try:
        data = artifacts.get(f"{_VERSIONS}{dataset_id}.json", limit=_LARGEST)
    except (NotFoundError, InvalidInputError):
        raise NotFoundError(f"no dataset {dataset_id[:80]}") from None
    record = json.loads(data)
    files = tuple(DatasetFile(**file) for file in record["files"])
    return DatasetVersion(name=record["name"], files=files, lineage=record["lineage"])


def find_versions(name: str | None, artifacts: ArtifactStore) -> list[DatasetVersion]:
    """Return all versions, or those of a name."""
    ids = (key.removeprefix(_VERSIONS).removesuffix(".json") for key in artifacts.keys(_VERSIONS))
    found = [get_version(one, artifacts) for one in ids]
    return sorted((one for one in found if name in (None, one.name)), key=lambda one: (one.name, one.id))


def folder_of(dataset: DatasetVersion, artifacts: ArtifactStore, *, cache: Path) -> Path:
    """Return a folder with the files of a version, made once and then kept; every file is checked every time.

    Raises
    ------
    InvalidInputError
        If the bytes of a file are not what the version says.
    UnavailableError
        If the disk is full.
    """
    target = cache / dataset.id
    try:
        if not target.is_dir():
            _unpack(dataset, artifacts, target)
        for file in dataset.files:
            _check(file, target, remedy=f"remove {target} and try again")
    except OSError as error:
        raise UnavailableError.wrap(error, doing=f"dataset {dataset.name}") from None
    return target


def _unpack(dataset: DatasetVersion, artifacts: ArtifactStore, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".partial-", dir=target.parent) as made:
        aside = Path(made) / "files"
        for file in dataset.files:
            _place(file, artifacts, aside)
        if not target.is_dir():  # another thread may have been quicker
            aside.rename(target)


def _place(file: DatasetFile, artifacts: ArtifactStore, folder: Path) -> None:
    path, key = folder / file.path, _key(file.sha256, artifacts)
    path.parent.mkdir(parents=True, exist_ok=True)
    url = urlsplit(artifacts.url(key))
    try:
        if url.scheme != "file":
            raise OSError  # noqa: TRY301  # the store is elsewhere
        os.link(unquote(url.path), path)  # the same disk: no second copy
    except OSError:
        with artifacts.open(key) as stream, path.open("wb") as copy:
            shutil.copyfileobj(stream, copy, _CHUNK)
    _check(file, folder, remedy="it was changed in the artifact store")


def _check(file: DatasetFile, folder: Path, *, remedy: str) -> None:
    path = folder / file.path
    if path.is_file():
        with path.open("rb") as stream:
            if digest_stream(stream)[0] == file.sha256:
                return
    raise InvalidInputError(f"dataset: {file.path} is not the file that its version names; {remedy}")


def _key(sha256: str, artifacts: ArtifactStore) -> str:
    """Return where bytes lie, or would lie: what was ingested is there already."""
    raw = artifact_key("raw", sha256)
    return raw if artifacts.exists(raw) else artifact_key("datasets", sha256)
