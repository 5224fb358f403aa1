"""The detectors that are installed, and what became of each."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from helioscribe.domain.errors import NotFoundError, PluginError
from helioscribe.sdk.detector import DetectorFactory
from helioscribe.sdk.discovery import Plugin, PluginState
from helioscribe.sdk.loading import load_reference
from helioscribe.sdk.manifest import DetectorManifest

__all__ = ["InstalledDetectors"]

_RUNNABLE = (PluginState.COMPATIBLE, PluginState.LOADED)


class InstalledDetectors:
    """Plugins by name. Their code is loaded when it is first needed; many threads may call.

    Parameters
    ----------
    plugins
        The detectors.
    """

    def __init__(self, plugins: Sequence[Plugin]) -> None:
        self._plugins = {f"{plugin.name} {plugin.distribution}": plugin for plugin in plugins}
        self._lock = threading.Lock()

    def all(self) -> list[Plugin]:
        """Return all detectors with their states, the broken ones too."""
        with self._lock:
            return list(self._plugins.values())

    def runnable(self) -> list[tuple[Plugin, DetectorManifest]]:
        """Return those that can run."""
        return [(plugin, plugin.manifest) for plugin in self.all() if plugin.manifest and plugin.state in _RUNNABLE]

    def find(self, detector: str) -> tuple[Plugin, DetectorManifest]:
        """Return one that can run.

        Raises
        ------
        NotFoundError
            If no plugin has that name.
        PluginError
            If it has one, but it cannot run.
        """
        plugin = next((plugin for plugin in self.all() if plugin.name == detector), None)
        if plugin is None:
            known = ", ".join(manifest.id for _, manifest in self.runnable()) or "none"
            raise NotFoundError(f"no detector {detector!r}; available: {known}")
        if plugin.manifest is None or plugin.state not in _RUNNABLE:
            raise PluginError(f"detector {plugin.name} cannot run: {plugin.error}")
        return plugin, plugin.manifest

    def load(self, plugin: Plugin, manifest: DetectorManifest) -> DetectorFactory:
        """Return what makes the detector. Raises `PluginError` if its code cannot be loaded."""
        try:
            make: DetectorFactory = load_reference(manifest.entry)
        except PluginError as error:
            self.failed(plugin, error)
            raise
        if plugin.state is not PluginState.LOADED:
            self._set(plugin.in_state(PluginState.LOADED))
        return make

    def failed(self, plugin: Plugin, error: PluginError) -> None:
        """Leave a detector behind with its error."""
        self._set(plugin.in_state(PluginState.FAILED, error.message))

    def _set(self, plugin: Plugin) -> None:
        with self._lock:
            self._plugins[f"{plugin.name} {plugin.distribution}"] = plugin
