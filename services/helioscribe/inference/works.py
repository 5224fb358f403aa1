"""One request to a graph, or a piece of one: what it asks, who waits for it, and how it ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from numpy.typing import NDArray

from helioscribe.domain.errors import DeadlineError, HelioscribeError
from helioscribe.domain.serving import USUAL

__all__ = ["Work"]

_LOOK_EVERY = 0.1
_numbers = count()


@dataclass(slots=True, kw_only=True, eq=False)
class Work:
    """One request, or a piece of one."""

    graph: str
    """Which graph of the model version."""

    tensors: Mapping[str, NDArray[Any]]
    """Inputs by name."""

    items: int
    """Length of the batch axis; 0 if the graph has none."""

    priority: int = USUAL
    """Lower goes first."""

    deadline: float | None = None
    """When nobody wants the answer any more, on the monotonic clock [s]."""

    alone: bool = False
    """Not to be run with others: a run with it crashed before."""

    crashes: int = 0
    """How often the process that ran it died."""

    since: int = field(default_factory=time.perf_counter_ns)
    """When it came [ns]."""

    number: int = field(default_factory=lambda: next(_numbers))
    """In order of coming."""

    outputs: dict[str, NDArray[Any]] | None = None
    """The answer."""

    error: HelioscribeError | None = None
    """What went wrong."""

    _ended: threading.Event = field(default_factory=threading.Event)
    _tell: Callable[[], object] = lambda: None

    @property
    def size(self) -> int:
        """Bytes of the inputs."""
        return sum(tensor.nbytes for tensor in self.tensors.values())

    @property
    def kind(self) -> tuple[object, ...]:
        """What works must have in common to run together."""
        return (self.graph, *((name, tensor.dtype, tensor.shape[1:]) for name, tensor in sorted(self.tensors.items())))

    @property
    def ended(self) -> bool:
        """Whether there is an answer or an error."""
        return self._ended.is_set()

    def finish(self, outputs: dict[str, NDArray[Any]] | None = None, error: HelioscribeError | None = None) -> None:
        """End it; only the first end counts."""
        if not self.ended:
            self.outputs, self.error = outputs, error
            self._ended.set()
            self._tell()

    def then(self, tell: Callable[[], object]) -> None:
        """Call this at the end, from whatever thread ends it; at once if it has ended."""
        self._tell = tell
        if self.ended:
            tell()

    def answer(self) -> dict[str, NDArray[Any]]:
        """Return the answer of a work that has ended. Raises what went wrong."""
        if self.error is not None:
            raise self.error
        assert self.outputs is not None
        return self.outputs

    def wait(self, check: Callable[[], None]) -> dict[str, NDArray[Any]]:
        """Wait for the end and return the answer.

        Raises
        ------
        HelioscribeError
            What went wrong, or what `check` raises; then the work is not done if it did not begin yet.
        """
        while not self._ended.wait(self._patience()):
            self._give_up_late()
            try:
                check()
            except HelioscribeError as error:
                self.finish(error=error)
        return self.answer()

    def _patience(self) -> float:
        left = _LOOK_EVERY if self.deadline is None else self.deadline - time.monotonic()
        return max(0.0, min(_LOOK_EVERY, left))

    def _give_up_late(self) -> None:
        if self.late:
            self.finish(error=DeadlineError("the time allowed ran out"))

    @property
    def late(self) -> bool:
        """Whether nobody wants the answer any more."""
        return self.deadline is not None and time.monotonic() >= self.deadline
