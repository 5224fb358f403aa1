"""Graphs by the names that clients of the Open Inference Protocol call them: ``detector.graph``."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray

from helioscribe.domain.errors import HelioscribeError, NotFoundError, TransientError, UnavailableError
from helioscribe.domain.model import Alias, ModelCard
from helioscribe.domain.serving import GraphRequest, GraphUsage, ServedGraph, ServedState
from helioscribe.inference.host import DetectorHost
from helioscribe.inference.version import LoadedVersion
from helioscribe.ports.models import ModelRegistry
from helioscribe.runtime.background import wait

__all__ = ["GraphRepository"]

_log = logging.getLogger(__name__)
_FRESH = 2.0


class GraphRepository:
    """Every graph of every registered model version, as a `helioscribe.ports.serving.GraphServer`.

    Parameters
    ----------
    host
        Who holds the models.
    models
        Which versions there are, and which one serves.
    """

    def __init__(self, host: DetectorHost, models: ModelRegistry) -> None:
        self._host, self._models = host, models
        self._cards: dict[tuple[str, str], tuple[float, ModelCard]] = {}
        self._errors: dict[tuple[str, str], str] = {}
        self._unloaded: set[str] = set()
        self._ready = False

    def warm(self) -> None:
        """Load what serves, model by model; what cannot be loaded is left behind with its error."""
        wanted = [manifest.id for manifest in self._host.manifests() if manifest.models]
        loaded = [self._warm(detector) for detector in wanted]
        self._ready = any(loaded) or not wanted

    def _warm(self, detector: str) -> bool:
        try:
            self._host.models_of(detector)
        except HelioscribeError as error:
            _log.error("the model of %s does not serve: %s", detector, error.message)
            return False
        return True

    def ready(self) -> bool:
        """Whether what should serve from the start does."""
        return self._ready

    def graphs(self) -> list[ServedGraph]:
        """Return every graph of every version."""
        return [
            self._served(card, graph)
            for manifest in self._host.manifests()
            if manifest.models
            for card in self._models.cards(manifest.id)
            for graph in _graphs(card)
        ]

    def graph(self, name: str, version: str = "") -> ServedGraph:
        """Return one graph."""
        return self._served(*self._find(name, version))

    def load(self, name: str, version: str = "") -> None:
        """Load a version, or load it anew."""
        card, _ = self._find(name, version)
        try:
            self._host.load(card)
        except HelioscribeError as error:
            self._errors[card.name, card.version] = error.message
            raise
        self._errors.pop((card.name, card.version), None)
        self._unloaded.discard(card.name)

    def unload(self, name: str, version: str = "") -> None:
        """Let go of one version, or of all."""
        card, _ = self._find(name, version)
        for loaded in self._host.pool.versions(card.name):
            if not version or loaded.card.version == card.version:
                self._host.pool.drop(card.name, loaded.card.version)
        if not self._host.pool.versions(card.name):
            self._unloaded.add(card.name)

    def infer(
        self, request: GraphRequest, *, check: Callable[[], None] = lambda: None
    ) -> tuple[str, dict[str, NDArray[Any]]]:
        """Run a graph."""
        return wait(self.infer_soon(request, check=check), check)

    async def infer_soon(
        self, request: GraphRequest, *, check: Callable[[], None] = lambda: None
    ) -> tuple[str, dict[str, NDArray[Any]]]:
        """Run a graph, in the background; parameters and errors as with `infer`."""
        fresh = time.monotonic() < self._cards.get((request.graph.partition(".")[0], request.version), (0.0, None))[0]
        card, graph = self._asked(request) if fresh else await asyncio.to_thread(self._asked, request)
        loaded = self._host.pool.loaded(card)
        version = loaded if loaded is not None else await asyncio.to_thread(self._loaded, card, request)
        outputs = await version.infer_soon(
            graph, request.tensors, priority=request.priority, timeout=request.timeout, check=check
        )
        return version.card.version, _wanted(request, outputs)

    def _asked(self, request: GraphRequest) -> tuple[ModelCard, str]:
        card, graph = self._find(request.graph, request.version)
        known = [spec.name for spec in card.files[graph].outputs]
        if unknown := sorted(set(request.outputs) - set(known)):
            raise NotFoundError(f"graph {request.graph} has no output {unknown[0][:80]!r}; it has {', '.join(known)}")
        return card, graph

    def usage(self, name: str = "", version: str = "") -> list[GraphUsage]:
        """Return what was counted, of what is loaded."""
        if not name:
            loaded = [one for manifest in self._host.manifests() for one in self._host.pool.versions(manifest.id)]
            return [one.usage(graph) for one in loaded for graph in one.graphs]
        card, graph = self._find(name, version)
        if version:
            return [one.usage(graph) for one in [self._host.pool.loaded(card)] if one]
        return [one.usage(graph) for one in self._host.pool.versions(card.name)]

    def _loaded(self, card: ModelCard, request: GraphRequest) -> LoadedVersion:
        found = self._host.pool.loaded(card)
        if found is not None:
            return found
        if self._host.pool.loading(card):
            raise UnavailableError(f"{request.graph} version {card.version} is being loaded")
        if request.version or card.name in self._unloaded:
            raise UnavailableError(f"{request.graph} version {card.version} is not loaded; load it first")
        # It has begun to serve since the last request.
        return self._host.models_of(card.name)

    def _find(self, name: str, version: str) -> tuple[ModelCard, str]:
        detector, _, graph = name.partition(".")
        self._host.manifest(detector)
        card = self._card(detector, version)
        if graph not in _graphs(card):
            known = ", ".join(f"{detector}.{one}" for one in _graphs(card)) or "none"
            raise NotFoundError(f"no graph {name[:80]!r}; {detector} has {known}")
        return card, graph

    def _card(self, detector: str, version: str) -> ModelCard:
        until, card = self._cards.get((detector, version), (0.0, None))
        if card is not None and time.monotonic() < until:
            return card
        try:
            if version and version not in tuple(Alias):
                card = self._models.card(detector, version)
            else:
                card = self._models.resolve(detector, Alias(version or Alias.CHAMPION))
        except TransientError:
            if card is None:
                raise
            _log.warning("the model registry does not answer; %s goes on with version %s", detector, card.version)
        self._cards[detector, version] = (time.monotonic() + _FRESH, card)
        return card

    def _served(self, card: ModelCard, graph: str) -> ServedGraph:
        loaded = self._host.pool.loaded(card)
        if loaded is not None:
            return loaded.served(graph)
        loading = self._host.pool.loading(card)
        return ServedGraph(
            name=f"{card.name}.{graph}",
            version=card.version,
            state=ServedState.LOADING if loading else ServedState.UNAVAILABLE,
            reason=self._errors.get((card.name, card.version), "" if loading else "not loaded"),
            inputs=card.files[graph].inputs,
            outputs=card.files[graph].outputs,
        )


def _graphs(card: ModelCard) -> list[str]:
    return [name for name, file in card.files.items() if file.format == "onnx"]


def _wanted(request: GraphRequest, outputs: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    return {name: outputs[name] for name in request.outputs or outputs}
