"""A new plugin: a distribution that installs, passes the checks, and detects something from the first minute."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from helioscribe.domain.errors import ConflictError, InvalidInputError

__all__ = ["write_plugin"]

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_FILES = {
    "pyproject.toml.txt": "pyproject.toml",
    "README.md.txt": "README.md",
    "init.py.txt": "{package}/__init__.py",
    "detector.toml.txt": "{package}/detector.toml",
    "detector.py.txt": "{package}/detector.py",
    "test_detector.py.txt": "tests/test_detector.py",
}


def write_plugin(name: str, folder: Path) -> list[Path]:
    """Write a plugin's distribution.

    Parameters
    ----------
    name
        Id of the detector: lower-case words joined by ``-``.
    folder
        Where to make the folder `name`.

    Returns
    -------
    list
        The files.

    Raises
    ------
    InvalidInputError
        If the name is none.
    ConflictError
        If the folder exists.
    """
    if not _NAME.fullmatch(name) or len(name) > 60:
        raise InvalidInputError(f"{name[:80]!r}: expected lower-case words joined by '-'")
    root = folder / name
    if root.exists():
        raise ConflictError(f"{root} exists already")
    package = f"{name.removesuffix('-detector').replace('-', '_')}_detector"
    templates = files("helioscribe.sdk") / "template"
    written = []
    for template, target in _FILES.items():
        text = (templates / template).read_text(encoding="utf-8")
        path = root / target.format(package=package)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("@NAME@", name).replace("@PACKAGE@", package), encoding="utf-8")
        written.append(path)
    return written
