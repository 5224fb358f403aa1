"""Ingest over gRPC."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any

from helioscribe.adapters.rpc.chunks import CHUNK, ChunkReader, read_info
from helioscribe.adapters.rpc.convert import to_message
from helioscribe.adapters.rpc.values import from_scalars
from helioscribe.ingest.handlers import IngestHandlers
from helioscribe.proto.v1 import ingest_pb2, ingest_pb2_grpc, nouns_pb2

__all__ = ["SCOPES", "SERVICES", "register"]

SERVICES = ("helioscribe.v1.IngestService",)
"""Full names of the gRPC services."""

SCOPES: Mapping[str, str] = {f"/{SERVICES[0]}/Ingest": "write"}
"""Scope of a token that each method requires."""


def register(server: Any, handlers: IngestHandlers) -> None:
    """Register the service on a gRPC server."""
    ingest_pb2_grpc.add_IngestServiceServicer_to_server(_Ingest(handlers), server)


class _Ingest(ingest_pb2_grpc.IngestServiceServicer):
    def __init__(self, handlers: IngestHandlers) -> None:
        self._handlers = handlers

    def Ingest(self, request_iterator: Iterator[Any], context: Any) -> Any:
        info = read_info(request_iterator)
        job = self._handlers.accept(
            io.BufferedReader(ChunkReader(request_iterator), CHUNK),
            name=info.name,
            archive=info.archive or "file",
            detectors=list(info.detectors) if info.detectors or info.no_detectors else None,
            parameters={detector: from_scalars(wanted.values) for detector, wanted in info.parameters.items()},
        )
        return ingest_pb2.IngestResponse(job=to_message(job, nouns_pb2.Job()))
