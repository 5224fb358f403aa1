"""Installed plugins, found by the metadata of their distributions; none of their code is imported."""

from __future__ import annotations

import re
import sys
from collections import Counter
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
"""A distribution announces a detector here: its id, and ``package:detector.toml``."""

_VALUE = re.compile(r"(?P<package>[A-Za-z_]\w*(\.[A-Za-z_]\w*)*):(?P<file>\w[\w.-]*\.toml)")
_LARGEST = 1 << 20


class PluginState(StrEnum):
    """How far a plugin has come."""

    DISCOVERED = "discovered"
    """Its entry point is there."""

    COMPATIBLE = "compatible"
    """Its manifest is sound and this host will do; no code was imported yet."""

    INCOMPATIBLE = "incompatible"
    """It asks for another host API."""

    LOADED = "loaded"
    """Its code was imported."""

    FAILED = "failed"
    """Something is wrong with it; the error says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """A detector as one finds it installed."""

    name: str
    """Name of the entry point, which is the detector's id."""

    distribution: str
    """The distribution that brings it."""

    version: str
    """Of the distribution."""

    manifest: DetectorManifest | None = None
    """What it says of itself; None if that cannot be read."""

    state: PluginState = PluginState.DISCOVERED
    """How far it has come."""

    error: str = ""
    """What is wrong with it, in one line."""

    since: datetime
    """When it came to this state, UTC."""

    root: Path | None = None
    """Folder of its package; None if that was not found."""

    def into(self, state: PluginState, error: str = "") -> Plugin:
        """Return the plugin in another state, as from now."""
        return replace(self, state=state, error=error, since=utc_now())

    def read_model(self, spec: ModelSpec) -> bytes:
        """Return a file of the model that ships with it.

        Raises
        ------
        PluginError
            If it cannot be read, or is not what the manifest says.
        """
        if self.root is None:
            raise PluginError(f"detector {self.name}: its package was not found")
        try:
            data = (self.root / spec.file).read_bytes()
        except OSError as error:
            raise PluginError.wrap(error, doing=f"detector {self.name}: model file {spec.file}") from error
        if digest(data) != spec.sha256:
            raise PluginError(f"detector {self.name}: model file {spec.file} is not the one that its manifest names")
        return data


def find_package(name: str) -> Path:
    """Return the folder of a package without importing it or any package above it.

    Raises
    ------
    NotFoundError
        If no finder knows it. Parents may be packages, yet not namespaces within namespaces.
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
        raise InvalidInputError(f"entry point {entry.name} announces the detector {manifest.id}; expected one name")
    return manifest, root


def _inspect(entry: EntryPoint) -> Plugin:
    name, version = (entry.dist.name, entry.dist.version) if entry.dist else ("", "")
    plugin = Plugin(name=entry.name, distribution=name, version=version, since=utc_now())
    try:
        manifest, root = _read_manifest(entry)
        plugin = replace(plugin, manifest=manifest, root=root)
        manifest.check_host()
    except IncompatiblePluginError as error:
        return plugin.into(PluginState.INCOMPATIBLE, error.message)
    except HelioscribeError as error:
        return plugin.into(PluginState.FAILED, error.message)
    except (OSError, UnicodeDecodeError) as error:
        return plugin.into(PluginState.FAILED, InvalidInputError.wrap(error, doing="reading the manifest").message)
    return plugin.into(PluginState.COMPATIBLE)


def discover() -> list[Plugin]:
    """Return all installed plugins by name, the broken ones with their error.

    Two plugins of one name both fail: the order of installation must not decide which one runs.
    """
    found = [_inspect(entry) for entry in entry_points(group=ENTRY_POINT_GROUP)]
    counts = Counter(plugin.name for plugin in found)
    rivals = {name: sorted(p.distribution for p in found if p.name == name) for name in counts}
    return sorted(
        (
            plugin
            if counts[plugin.name] == 1
            else plugin.into(
                PluginState.FAILED, f"several distributions bring {plugin.name}: {', '.join(rivals[plugin.name])}"
            )
            for plugin in found
        ),
        key=lambda plugin: (plugin.name, plugin.distribution),
    )


def find_plugin(name: str) -> Plugin:
    """Return the installed plugin of a name, whatever its state. Raises `NotFoundError`."""
    plugins = discover()
    for plugin in plugins:
        if plugin.name == name:
            return plugin
    known = ", ".join(plugin.name for plugin in plugins) or "none"
    raise NotFoundError(f"no detector {name!r} is installed; there is: {known}")
