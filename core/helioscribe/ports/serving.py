"""The server of graphs, for detectors and for clients of the Open Inference Protocol."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from numpy.typing import NDArray

from helioscribe.domain.serving import GraphRequest, GraphUsage, ServedGraph

__all__ = ["GraphServer"]


class GraphServer(Protocol):
    """The graphs of all model versions. Safe to call from many threads."""

    def ready(self) -> bool:
        """Whether everything that is to be loaded at the start is loaded."""

    def graphs(self) -> list[ServedGraph]:
        """Return every graph of every known version, loaded or not."""

    def graph(self, name: str, version: str = "") -> ServedGraph:
        """Return a graph of a version, by default of the champion. Raises `NotFoundError`."""

    def load(self, name: str, version: str = "") -> None:
        """Load the model version of a graph, or load it again; an earlier one serves until the new one is ready.

        Raises
        ------
        NotFoundError
            For an unknown graph or version.
        PluginError
            If it cannot be loaded. An earlier one goes on serving.
        """

    def unload(self, name: str, version: str = "") -> None:
        """Unload a version, by default all, after waiting requests are answered. Raises `NotFoundError`."""

    def infer(
        self, request: GraphRequest, *, check: Callable[[], None] = lambda: None
    ) -> tuple[str, dict[str, NDArray[Any]]]:
        """Run a graph; return the version that ran and its outputs by name.

        Parameters
        ----------
        request
            The graph and its inputs.
        check
            Called while the request waits; raises an error if the caller has given up.

        Raises
        ------
        NotFoundError
            For an unknown graph, version or output.
        UnavailableError
            If the version is known but not loaded.
        InvalidInputError
            If the inputs do not have the names, types and shapes of the graph.
        OverloadedError
            If too many requests wait.
        DeadlineError
            If the time limit of the request has passed before it was run.
        """

    def usage(self, name: str = "", version: str = "") -> list[GraphUsage]:
        """Return the statistics of loaded graphs, by default of all. Raises `NotFoundError` if one is not loaded."""
