"""Messages of the Open Inference Protocol, in a descriptor pool of their own.

Every client of the protocol registers the same names in the process-wide pool; in ours they meet nobody.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["SERVICE", "message", "pool"]

SERVICE = "inference.GRPCInferenceService"
"""Full name of the service."""


@cache
def pool() -> Any:
    """Return the pool, with the protocol in it."""
    from google.protobuf.descriptor_pb2 import FileDescriptorSet
    from google.protobuf.descriptor_pool import DescriptorPool

    found = DescriptorPool()
    data = files(__name__).joinpath("open_inference.binpb").read_bytes()
    for file in FileDescriptorSet.FromString(data).file:
        found.AddSerializedFile(file.SerializeToString())
    return found


@cache
def message(name: str) -> Any:
    """Return the class of a message, such as ``ModelInferRequest``."""
    from google.protobuf.message_factory import GetMessageClass

    return GetMessageClass(pool().FindMessageTypeByName(f"inference.{name}"))
