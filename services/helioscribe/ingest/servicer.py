"""Ingest over gRPC."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any

from helioscribe.adapters.rpc.convert import to_message
from helioscribe.domain.errors import InvalidInputError
from helioscribe.ingest.handlers import IngestHandlers
from helioscribe.proto.v1 import ingest_pb2, ingest_pb2_grpc, nouns_pb2

__all__ = ["SCOPES", "SERVICES", "register"]

SERVICES = ("helioscribe.v1.IngestService",)
"""Full names of what is served."""

SCOPES: Mapping[str, str] = {f"/{SERVICES[0]}/Ingest": "write"}
"""What each method needs."""


def register(server: Any, handlers: IngestHandlers) -> None:
    """Put the service on a gRPC server."""
    ingest_pb2_grpc.add_IngestServiceServicer_to_server(_Ingest(handlers), server)  # type: ignore[no-untyped-call]


class _Chunks(io.RawIOBase):
    """The bytes of a call's messages as a stream."""

    def __init__(self, messages: Iterator[Any]) -> None:
        self._messages, self._left = messages, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            message = next(self._messages, None)
            if message is None:
                return 0
            if message.WhichOneof("part") != "chunk":
                raise InvalidInputError("Ingest: expected chunks after the first message")
            self._left = message.chunk
        size = min(len(buffer), len(self._left))
        buffer[:size], self._left = self._left[:size], self._left[size:]
        return size


class _Ingest(ingest_pb2_grpc.IngestServiceServicer):
    def __init__(self, handlers: IngestHandlers) -> None:
        self._handlers = handlers

    def Ingest(self, request_iterator: Iterator[Any], context: Any) -> Any:
        first = next(request_iterator, None)
        if first is None or first.WhichOneof("part") != "info":
            raise InvalidInputError("Ingest: expected the file's info as the first message")
        info = first.info
        job = self._handlers.accept(
            io.BufferedReader(_Chunks(request_iterator)),
            name=info.name,
            archive=info.archive or "file",
            detectors=list(info.detectors) if info.detectors or info.no_detectors else None,
        )
        return ingest_pb2.IngestResponse(job=to_message(job, nouns_pb2.Job()))
