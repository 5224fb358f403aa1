"""Graphs served by name, whoever asks: a detector's, a client's of the Open Inference Protocol, a page's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from numpy.typing import NDArray

from helioscribe.domain.serving import GraphRequest, GraphUsage, ServedGraph

__all__ = ["GraphServer"]


class GraphServer(Protocol):
    """The graphs of all model versions. Many threads may call."""

    def ready(self) -> bool:
        """Whether everything that should serve from the start does."""

    def graphs(self) -> list[ServedGraph]:
        """Return every graph of every version that is known, loaded or not."""

    def graph(self, name: str, version: str = "") -> ServedGraph:
        """Return one; who serves by default. Raises `NotFoundError`."""

    def load(self, name: str, version: str = "") -> None:
        """Load the model version that a graph belongs to, or load it anew; what served goes on until then.

        Raises
        ------
        NotFoundError
            For an unknown graph or version.
        PluginError
            If it cannot be loaded; what served before still does.
        """

    def unload(self, name: str, version: str = "") -> None:
        """Let go of it, once what waits is answered; all versions by default. Raises `NotFoundError`."""

    def infer(
        self, request: GraphRequest, *, check: Callable[[], None] = lambda: None
    ) -> tuple[str, dict[str, NDArray[Any]]]:
        """Run a graph and return the version that ran and its outputs.

        Parameters
        ----------
        request
            What to run on what.
        check
            Called while the request waits; raises if nobody wants the answer any more.

        Raises
        ------
        NotFoundError
            For an unknown graph, version or output.
        UnavailableError
            If it is known but not loaded.
        InvalidInputError
            If the tensors are not what it takes.
        OverloadedError
            If too many requests wait.
        DeadlineError
            If the time ran out before it was run.
        """

    def usage(self, name: str = "", version: str = "") -> list[GraphUsage]:
        """Return what was counted, of what is loaded. Raises `NotFoundError` for a graph that is not."""
