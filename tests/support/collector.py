"""An OpenTelemetry collector that keeps what it is sent over OTLP."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

__all__ = ["Collector", "Span"]


@dataclass(frozen=True, kw_only=True)
class Span:
    """A step that some process did."""

    service: str
    name: str
    id: str
    parent: str
    """Id of the step that asked for it."""


class Collector(trace_service_pb2_grpc.TraceServiceServicer):
    """Listens on loopback until it is stopped."""

    def __init__(self) -> None:
        self._traces: dict[str, list[Span]] = {}
        self._lock = threading.Lock()
        self._server = grpc.server(ThreadPoolExecutor(4))
        trace_service_pb2_grpc.add_TraceServiceServicer_to_server(self, self._server)
        self.url = f"http://127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()

    def Export(self, request: Any, context: Any) -> Any:
        """Take spans."""
        for resource in request.resource_spans:
            names = {one.key: one.value.string_value for one in resource.resource.attributes}
            for scope in resource.scope_spans:
                self._keep(names["service.name"], scope.spans)
        return trace_service_pb2.ExportTraceServiceResponse()

    def _keep(self, service: str, spans: Any) -> None:
        with self._lock:
            for one in spans:
                ids = {"id": one.span_id.hex(), "parent": one.parent_span_id.hex()}
                self._traces.setdefault(one.trace_id.hex(), []).append(Span(service=service, name=one.name, **ids))

    def spans(self, trace_id: str) -> list[Span]:
        """Return what has come of a trace so far."""
        with self._lock:
            return list(self._traces.get(trace_id, ()))

    def stop(self) -> None:
        """Listen no more."""
        self._server.stop(0)
