"""Writes a new plugin that can be installed, passes all checks and detects something."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from helioscribe.domain.errors import ConflictError, InvalidInputError
from helioscribe.domain.identity import digest
from helioscribe.sdk.manifest import DETECTOR_ID

__all__ = ["write_plugin"]

_FILES = {
    "pyproject.toml.txt": "pyproject.toml",
    "README.md.txt": "README.md",
    "init.py.txt": "{package}/__init__.py",
    "detector.toml.txt": "{package}/detector.toml",
    "detector.py.txt": "{package}/detector.py",
    "evaluation.py.txt": "{package}/evaluation.py",
    "test_detector.py.txt": "tests/test_detector.py",
}
_OF_NETWORKS = {"inputs.py.txt": "{package}/inputs.py", "training.py.txt": "{package}/training.py"}
_GRAPH = "network.onnx"


def write_plugin(name: str, folder: Path, *, network: bool = False) -> list[Path]:
    """Write the distribution of a new plugin.

    Parameters
    ----------
    name
        Id of the detector: lower-case words joined by ``-``.
    folder
        Folder in which a new folder `name` is made.
    network
        Whether the detector uses a network of its own, which `helioscribe train` can train.

    Returns
    -------
    list
        Paths of the files.

    Raises
    ------
    InvalidInputError
        If the name is not of this form.
    ConflictError
        If the folder exists.
    """
    if not DETECTOR_ID.fullmatch(name) or len(name) > 60:
        raise InvalidInputError(f"{name[:80]!r}: expected lower-case words joined by '-'")
    root = folder / name
    if root.exists():
        raise ConflictError(f"{root} exists already")
    package = f"{name.removesuffix('-detector').replace('-', '_')}_detector"
    templates = files("helioscribe.sdk") / "template"
    graph = (templates / "network" / _GRAPH).read_bytes() if network else b""
    words = {"@NAME@": name, "@PACKAGE@": package, "@SHA256@": digest(graph)}
    written = [
        _written(root / target.format(package=package), _text(templates, template, words, network=network))
        for template, target in (_FILES | (_OF_NETWORKS if network else {})).items()
    ]
    if network:
        written.append(_written(root / package / _GRAPH, graph))
    return written


def _text(templates: Traversable, template: str, words: Mapping[str, str], *, network: bool) -> bytes:
    own = templates / "network" / template
    text = (own if network and own.is_file() else templates / template).read_text(encoding="utf-8")
    for word, value in words.items():
        text = text.replace(word, value)
    return text.encode()


def _written(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path
