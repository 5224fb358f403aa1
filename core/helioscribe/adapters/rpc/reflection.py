"""Descriptions of services for clients that have no stubs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from google.protobuf.descriptor_pool import Default, DescriptorPool

from helioscribe.proto import inference

__all__ = ["described"]


def described(services: Iterable[str]) -> Any:
    """Return a descriptor pool of services by their full names, wherever each was registered."""
    found = DescriptorPool()
    for name in services:
        source = inference.pool() if name == inference.SERVICE else Default()
        _add(found, source.FindServiceByName(name).file, set())
    return found


def _add(pool: Any, file: Any, seen: set[str]) -> None:
    if file.name not in seen:
        seen.add(file.name)
        for needed in file.dependencies:
            _add(pool, needed, seen)
        pool.AddSerializedFile(file.serialized_pb)
