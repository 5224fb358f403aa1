"""The model versions that are loaded."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from helioscribe.domain.model import ModelCard
from helioscribe.inference.measure import warm_up
from helioscribe.inference.options import Serving
from helioscribe.inference.version import LoadedVersion
from helioscribe.ports.artifacts import ArtifactStore

if TYPE_CHECKING:
    from helioscribe.inference.lanes import Runner

__all__ = ["ModelPool"]

_MODEL_LIMIT = 4 << 30

Lengths = Mapping[str, Mapping[str, int]]
"""Usual lengths of the free axes of graphs, by the graphs' names."""


class ModelPool:
    """Loads model versions and keeps them. Many threads may call; each version is loaded once.

    Parameters
    ----------
    artifacts
        Where their files are.
    serving
        How they are held.
    """

    def __init__(self, artifacts: ArtifactStore, serving: Serving) -> None:
        self._artifacts, self._serving = artifacts, serving
        self._loaded: dict[tuple[str, str], LoadedVersion] = {}
        self._locks: dict[tuple[str, str], threading.Lock] = {}
        self._lock = threading.Lock()

    def open(self, card: ModelCard, lengths: Lengths | None = None) -> LoadedVersion:
        """Return a version, loaded and warm.

        Raises
        ------
        PluginError
            If it cannot be loaded.
        UsageError
            If it does not come to run on a device that was insisted on.
        """
        found = self.loaded(card)
        if found is not None:
            return found
        with self._turn(card):
            return self.loaded(card) or self._load(card, lengths or {})

    def reload(self, card: ModelCard, lengths: Lengths | None = None) -> LoadedVersion:
        """Load a version anew; what was loaded of it serves until the new one is warm. Raises as `open` does."""
        with self._turn(card):
            return self._load(card, lengths or {})

    def _turn(self, card: ModelCard) -> threading.Lock:
        with self._lock:
            return self._locks.setdefault((card.name, card.version), threading.Lock())

    def _load(self, card: ModelCard, lengths: Lengths) -> LoadedVersion:
        arrays = self._read(card, "safetensors")
        new = LoadedVersion(card, arrays, runner=self._runner(card), serving=self._serving)
        try:
            warm_up(new, lengths, measured=self._serving.measured)
        except BaseException:
            new.close()
            raise
        with self._lock:
            old = self._loaded.get((card.name, card.version))
            self._loaded[card.name, card.version] = new
        if old is not None:
            old.retire()
        return new

    def loaded(self, card: ModelCard) -> LoadedVersion | None:
        """Return a version if it is loaded."""
        found = self._loaded.get((card.name, card.version))
        return found if found is not None and found.card.files == card.files else None

    def loading(self, card: ModelCard) -> bool:
        """Whether a version is on its way, or being loaded anew."""
        return self._turn(card).locked()

    def versions(self, name: str) -> list[LoadedVersion]:
        """Return the loaded versions of a model."""
        with self._lock:
            return [version for (known, _), version in self._loaded.items() if known == name]

    def drop(self, name: str, version: str) -> None:
        """Let go of a version, once nobody holds it and what waits is answered."""
        with self._lock:
            found = self._loaded.pop((name, version), None)
        if found is not None:
            found.retire()

    def close(self) -> None:
        """Let go of all versions."""
        with self._lock:
            found = list(self._loaded.values())
            self._loaded.clear()
        for version in found:
            version.close()

    def _read(self, card: ModelCard, kind: str) -> dict[str, bytes]:
        files = {name: file for name, file in card.files.items() if file.format == kind}
        return {name: self._artifacts.get(file.key, limit=_MODEL_LIMIT) for name, file in files.items()}

    def _runner(self, card: ModelCard) -> Runner | None:
        graphs = {name: file for name, file in card.files.items() if file.format == "onnx"}
        if not graphs:
            return None
        from helioscribe.inference.session import present

        lanes = self._serving.lanes(present(self._serving.devices))
        if self._serving.isolated:
            from helioscribe.inference.worker_process import WorkerProcess

            read = partial(self._read, card, "onnx")
            return WorkerProcess(
                graphs, read, lanes=lanes, threads=self._serving.threads, run_limit=self._serving.run_limit
            )
        from helioscribe.inference.runners import LocalRunner, Sessions

        return LocalRunner(Sessions(graphs, self._read(card, "onnx"), lanes=lanes, threads=self._serving.threads))
