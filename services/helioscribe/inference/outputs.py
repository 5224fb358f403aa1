"""Tables and pictures of what a detector found: written by its plugin, kept as artifacts, joined into films."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from helioscribe.domain.detection import DetectionResult
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.identity import digest
from helioscribe.domain.observation import Observation
from helioscribe.domain.output import OutputFile, OutputWish
from helioscribe.domain.product import Product
from helioscribe.ports.artifacts import ArtifactStore, artifact_key
from helioscribe.runtime.film import join_pictures
from helioscribe.sdk.loading import load_reference, plugin_error
from helioscribe.sdk.manifest import DetectorManifest

__all__ = ["draw_outputs", "make_film", "read_output", "stem_of", "write_outputs"]

_ENDINGS = re.compile(r"(\.(fits|fit|fts|jp2|csv|data|gz))+$", re.IGNORECASE)
"""Names of magnetograms hold the series and the time between further dots, which tell them apart."""

_KIND = "outputs"
_CHUNK = 1 << 20
_LARGEST_PICTURE = 64 << 20


def stem_of(observation: Observation) -> str:
    """Return how the names of all files of an observation begin."""
    return _ENDINGS.sub("", observation.name) or observation.id


def write_outputs(
    manifest: DetectorManifest, product: Product, result: DetectionResult, folder: Path, *, stem: str, wish: OutputWish
) -> list[Path]:
    """Let a detector write its tables and pictures; return their paths, the most telling one first.

    Raises
    ------
    PluginError
        If it cannot.
    """
    if not manifest.outputs or not wish.formats:
        return []
    write = load_reference(manifest.outputs)
    try:
        paths: list[Path] = write(
            product, result, folder, stem=f"{stem}_{manifest.id}", formats=wish.formats, dpi=wish.dpi
        )
    except Exception as error:  # foreign code: it must take nothing else down
        raise plugin_error(error, doing=f"outputs of {manifest.id}") from error
    return paths


def draw_outputs(
    artifacts: ArtifactStore,
    manifest: DetectorManifest,
    product: Product,
    result: DetectionResult,
    *,
    stem: str,
    wish: OutputWish,
) -> list[OutputFile]:
    """Keep a detector's tables and pictures among the artifacts. Raises as `write_outputs` does."""
    with tempfile.TemporaryDirectory() as folder:
        paths = write_outputs(manifest, product, result, Path(folder), stem=stem, wish=wish)
        return [_kept(artifacts, path.name, path.read_bytes()) for path in paths]


def read_output(artifacts: ArtifactStore, key: str) -> Iterator[bytes]:
    """Yield the bytes of a table or picture in pieces.

    Raises
    ------
    InvalidInputError
        If the key is that of something else.
    NotFoundError
        If there is no such file.
    """
    _check(key)
    with artifacts.open(key) as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def make_film(artifacts: ArtifactStore, keys: Sequence[str], *, milliseconds: int) -> OutputFile:
    """Keep pictures as an animated GIF. Raises as `read_output` and `join_pictures` do."""
    pictures = (artifacts.get(_check(key), limit=_LARGEST_PICTURE) for key in keys)
    return _kept(artifacts, "film.gif", join_pictures(pictures, milliseconds=milliseconds))


def _check(key: str) -> str:
    if not key.startswith(f"{_KIND}/"):
        raise InvalidInputError(f"key: expected one of {_KIND}, got {key[:80]!r}")
    return key


def _kept(artifacts: ArtifactStore, name: str, data: bytes) -> OutputFile:
    key = artifact_key(_KIND, digest(data), Path(name).suffix)
    if not artifacts.exists(key):
        artifacts.put(key, data)
    return OutputFile(name=name, key=key, size=len(data))
