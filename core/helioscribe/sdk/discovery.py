"""Finds installed plugins by the metadata of their distributions, without importing any of their code."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from helioscribe.domain.errors import (
    HelioscribeError,
    IncompatiblePluginError,
    InvalidInputError,
    NotFoundError,
    PluginError,
)
from helioscribe.domain.identity import digest
from helioscribe.domain.times import utc_now
from helioscribe.sdk.manifest import DetectorManifest, ModelSpec
from helioscribe.sdk.manifest_file import parse_manifest

__all__ = ["ENTRY_POINT_GROUP", "Plugin", "PluginState", "discover", "find_package", "find_plugin"]

ENTRY_POINT_GROUP = "helioscribe.detectors"
"""Group of entry points in which a distribution names its detector: ``my-detector = "my_package:detector.toml"``."""

_VALUE = re.compile(r"(?P<package>[A-Za-z_]\w*(\.[A-Za-z_]\w*)*):(?P<file>\w[\w.-]*\.toml)")
_LARGEST = 1 << 20


class PluginState(StrEnum):
    """Whether a plugin can be used."""

    DISCOVERED = "discovered"
    """Its entry point was found; nothing else has been looked at."""

    COMPATIBLE = "compatible"
    """Its manifest is valid and asks for an API that this host has; its code has not been imported."""

    INCOMPATIBLE = "incompatible"
    """Its manifest asks for another version of the host API."""

    LOADED = "loaded"
    """Its code has been imported."""

    FAILED = "failed"
    """It cannot be used; `Plugin.error` says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """An installed detector, usable or not."""

    name: str
    """Name of the entry point, which is the detector's id."""

    distribution: str
    """Name of the distribution that contains it."""

    version: str
    """Version of the distribution."""

    manifest: DetectorManifest | None = None
    """Its manifest; None if that cannot be read."""

    state: PluginState = PluginState.DISCOVERED
    """Whether it can be used."""

    error: str = ""
    """Why it cannot be used, in one line; empty if it can."""

    since: datetime
    """Time at which it got into this state, UTC."""

    root: Path | None = None
    """Folder of its package; None if the package was not found."""

    def in_state(self, state: PluginState, error: str = "") -> Plugin:
        """Return a copy of the plugin that has been in another state since now."""
        return replace(self, state=state, error=error, since=utc_now())

    def read_model(self, spec: ModelSpec) -> bytes:
        """Return the bytes of a model file that is part of the package.

        Raises
        ------
        PluginError
            If the file cannot be read, or its digest is not the one in the manifest.
        """
        if self.root is None:
            raise PluginError(f"detector {self.name}: its package was not found")
        try:
            data = (self.root / spec.file).read_bytes()
        except OSError as error:
            raise PluginError.wrap(error, doing=f"detector {self.name}: model file {spec.file}") from error
        if digest(data) != spec.sha256:
            raise PluginError(f"detector {self.name}: the sha256 of {spec.file} is not the one in its manifest")
        return data


def find_package(name: str) -> Path:
    """Return the folder of a package without importing it or any package above it.

    Raises
    ------
    NotFoundError
        If it is not installed. A namespace package within a namespace package is not found.
    """
    search: Iterable[str] | None = None
    parts = name.split(".")
    for depth in range(1, len(parts) + 1):
        search = _locations(".".join(parts[:depth]), search)
    folders = [Path(folder) for folder in search or ()]
    if not folders:
        raise NotFoundError(f"package {name} is not installed")
    return folders[0]


def _locations(name: str, path: Iterable[str] | None) -> list[str]:
    # importlib.util.find_spec would import the parents of a dotted name; the finders themselves import nothing.
    for finder in sys.meta_path:
        try:
            spec = finder.find_spec(name, None if path is None else list(path))
        except (AttributeError, KeyError, ImportError):
            continue  # a finder of another kind, or a namespace within a namespace
        if spec is not None and spec.submodule_search_locations is not None:
            return list(spec.submodule_search_locations)
    raise NotFoundError(f"package {name} is not installed")


def _read_manifest(entry: EntryPoint) -> tuple[DetectorManifest, Path]:
    match = _VALUE.fullmatch(entry.value.replace(" ", ""))
    if match is None:
        raise InvalidInputError(f"entry point {entry.name}: expected package:detector.toml, got {entry.value!r}")
    root = find_package(match["package"])
    file = root / match["file"]
    if not file.is_file():
        raise NotFoundError(f"{match['file']} is missing in package {match['package']}; is it in the wheel?")
    if file.stat().st_size > _LARGEST:
        raise InvalidInputError(f"{match['file']}: larger than {_LARGEST} bytes")
    manifest = parse_manifest(file.read_text(encoding="utf-8"))
    if manifest.id != entry.name:
        raise InvalidInputError(f"entry point {entry.name} names the manifest of {manifest.id}; expected the same id")
    return manifest, root


def _inspect(entry: EntryPoint) -> Plugin:
    name, version = (entry.dist.name, entry.dist.version) if entry.dist else ("", "")
    plugin = Plugin(name=entry.name, distribution=name, version=version, since=utc_now())
    try:
        manifest, root = _read_manifest(entry)
        plugin = replace(plugin, manifest=manifest, root=root)
        manifest.check_host()
    except IncompatiblePluginError as error:
        return plugin.in_state(PluginState.INCOMPATIBLE, error.message)
    except HelioscribeError as error:
        return plugin.in_state(PluginState.FAILED, error.message)
    except (OSError, UnicodeDecodeError) as error:
        return plugin.in_state(PluginState.FAILED, InvalidInputError.wrap(error, doing="reading the manifest").message)
    return plugin.in_state(PluginState.COMPATIBLE)


def discover() -> list[Plugin]:
    """Return all installed plugins in order of their names, those that cannot be used with the reason.

    If two distributions contain a detector of the same name, neither can be used: which one runs must not depend on the
    order of installation.
    """
    found = sorted(map(_inspect, entry_points(group=ENTRY_POINT_GROUP)), key=lambda one: (one.name, one.distribution))
    owners: dict[str, list[str]] = {}
    for plugin in found:
        owners.setdefault(plugin.name, []).append(plugin.distribution)
    return [plugin if len(owners[plugin.name]) == 1 else _ambiguous(plugin, owners[plugin.name]) for plugin in found]


def _ambiguous(plugin: Plugin, owners: Iterable[str]) -> Plugin:
    message = f"several distributions contain a detector {plugin.name}: {', '.join(owners)}"
    return plugin.in_state(PluginState.FAILED, message)


def find_plugin(name: str) -> Plugin:
    """Return the installed plugin of that name, usable or not. Raises `NotFoundError` if there is none."""
    plugins = {plugin.name: plugin for plugin in discover()}
    if name not in plugins:
        raise NotFoundError(f"no detector {name!r} is installed; installed: {', '.join(plugins) or 'none'}")
    return plugins[name]
