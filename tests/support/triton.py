"""What tests with Triton's client share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
import tritonclient.grpc as triton
from numpy.typing import NDArray
from tritonclient.utils import InferenceServerException

from helioscribe.runtime.background import background, wait

__all__ = ["SERVICE", "SLOTS", "WAIT", "X", "cores_taken", "fails", "tensor"]

SERVICE = "inference.GRPCInferenceService"
SLOTS = asyncio.BoundedSemaphore(2)
"""Held by lanes while they run."""

WAIT = 32
"""So many requests may wait."""

X = np.arange(6, dtype=np.float32).reshape(3, 2)


@contextmanager
def cores_taken() -> Iterator[None]:
    """Let requests wait, as while all cores are taken."""
    held = (SLOTS.acquire(), SLOTS.acquire())
    for one in held:
        wait(one)
    try:
        yield
    finally:
        for _ in held:
            background().call_soon_threadsafe(SLOTS.release)


def tensor(x: NDArray[Any], name: str = "x", datatype: str = "FP32") -> triton.InferInput:
    """Return an input."""
    found = triton.InferInput(name, list(x.shape), datatype)
    found.set_data_from_numpy(x)
    return found


def fails(code: str, text: str, call: Callable[..., object], *args: Any, **options: Any) -> None:
    """Check that a call ends with this status and says this."""
    with pytest.raises(InferenceServerException, match=text) as caught:
        call(*args, **options)
    assert caught.value.status() == f"StatusCode.{code}"
