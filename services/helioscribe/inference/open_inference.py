"""The Open Inference Protocol over gRPC, with Triton's extensions."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import Any, Protocol

from numpy.typing import NDArray

from helioscribe.adapters.rpc import open_inference as wire
from helioscribe.domain.errors import CancelledError, HelioscribeError
from helioscribe.domain.serving import GraphRequest, ServedState
from helioscribe.inference.hosted import code_version
from helioscribe.inference.repository import GraphRepository
from helioscribe.ports.serving import GraphServer

__all__ = ["SCOPES", "SERVICES", "PromptServer", "announce", "direct", "register"]

SERVICES = (wire.SERVICE,)
"""Full names of what is served."""

_READS = (
    "ServerLive",
    "ServerReady",
    "ServerMetadata",
    "ModelReady",
    "ModelMetadata",
    "ModelConfig",
    "ModelStatistics",
    "ModelInfer",
    "ModelStreamInfer",
    "RepositoryIndex",
)
_CHANGES = ("RepositoryModelLoad", "RepositoryModelUnload")
SCOPES: Mapping[str, str] = {f"/{wire.SERVICE}/{name}": "read" for name in _READS} | {
    f"/{wire.SERVICE}/{name}": "admin" for name in _CHANGES
}
"""What each method needs."""

_AT_ONCE = 8
_AHEAD = 64


class PromptServer(GraphServer, Protocol):
    """Graphs that can be run without a thread that waits for them."""

    async def infer_soon(
        self, request: GraphRequest, *, check: Callable[[], None] = lambda: None
    ) -> tuple[str, dict[str, NDArray[Any]]]:
        """Do as `infer`."""


def register(server: Any, graphs: GraphServer) -> None:
    """Put the service on a gRPC server."""
    import grpc

    service, handlers = _OpenInference(graphs), {}
    for method in wire.pool().FindServiceByName(wire.SERVICE).methods:
        make = grpc.stream_stream_rpc_method_handler if method.client_streaming else grpc.unary_unary_rpc_method_handler
        answer = wire.message(method.output_type.name)
        handlers[method.name] = make(
            getattr(service, _name(method.name)),
            request_deserializer=_reader(method.input_type.name),
            response_serializer=answer.SerializeToString,
        )
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(wire.SERVICE, handlers),))


def direct(graphs: PromptServer) -> Mapping[str, Any]:
    """Return what fronts hand on, by method: the calls of which there are many."""
    import grpc

    async def infer(asked: wire.InferRequest, context: Any) -> Any:
        request = wire.read_request(asked, left=context.time_remaining())
        version, outputs = await graphs.infer_soon(request, check=_check(context))
        return wire.response_message(asked, version, outputs)

    write = wire.message("ModelInferResponse").SerializeToString
    return {f"/{wire.SERVICE}/ModelInfer": grpc.unary_unary_rpc_method_handler(infer, wire.InferRequest.read, write)}


def announce(server: Any, graphs: GraphRepository) -> None:
    """Load what serves, and say that the service is ready once it is."""
    graphs.warm()
    if graphs.ready():
        server.ready(*SERVICES)


def _reader(kind: str) -> Callable[[bytes], Any]:
    return wire.InferRequest.read if kind == "ModelInferRequest" else wire.message(kind).FromString


def _name(method: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in method)[1:]


def _check(context: Any) -> Callable[[], None]:
    def check() -> None:
        if not context.is_active():
            raise CancelledError("the caller has gone, or its deadline has passed")

    return check


class _OpenInference:
    """One method a call."""

    def __init__(self, graphs: GraphServer) -> None:
        self._graphs = graphs

    def server_live(self, _asked: Any, _context: Any) -> Any:
        return wire.message("ServerLiveResponse")(live=True)

    def server_ready(self, _asked: Any, _context: Any) -> Any:
        return wire.message("ServerReadyResponse")(ready=self._graphs.ready())

    def server_metadata(self, _asked: Any, _context: Any) -> Any:
        answer = wire.message("ServerMetadataResponse")
        return answer(name="helioscribe", version=code_version(), extensions=wire.EXTENSIONS)

    def model_ready(self, asked: Any, _context: Any) -> Any:
        state = self._graphs.graph(asked.name, asked.version).state
        return wire.message("ModelReadyResponse")(ready=state is ServedState.READY)

    def model_metadata(self, asked: Any, _context: Any) -> Any:
        graph = self._graphs.graph(asked.name, asked.version)
        versions = [one.version for one in self._graphs.graphs() if one.name == graph.name]
        return wire.metadata_message(graph, versions)

    def model_config(self, asked: Any, _context: Any) -> Any:
        return wire.config_message(self._graphs.graph(asked.name, asked.version))

    def model_statistics(self, asked: Any, _context: Any) -> Any:
        return wire.usage_message(self._graphs.usage(asked.name, asked.version))

    def repository_index(self, asked: Any, _context: Any) -> Any:
        return wire.index_message(self._graphs.graphs(), ready=asked.ready)

    def repository_model_load(self, asked: Any, _context: Any) -> Any:
        self._graphs.load(asked.model_name, wire.load_wish(asked.parameters))
        return wire.message("RepositoryModelLoadResponse")()

    def repository_model_unload(self, asked: Any, _context: Any) -> Any:
        self._graphs.unload(asked.model_name, wire.unload_wish(asked.parameters))
        return wire.message("RepositoryModelUnloadResponse")()

    def model_infer(self, asked: wire.InferRequest, context: Any) -> Any:
        return self._infer(asked, context.time_remaining(), _check(context))

    def model_stream_infer(self, requests: Iterator[wire.InferRequest], context: Any) -> Iterator[Any]:
        check, until = _check(context), context.time_remaining()
        end = None if until is None else time.monotonic() + until

        def answer(asked: wire.InferRequest) -> Any:
            left = None if end is None else end - time.monotonic()
            try:
                return wire.message("ModelStreamInferResponse")(infer_response=self._infer(asked, left, check))
            except HelioscribeError as error:
                told = wire.message("ModelStreamInferResponse")(error_message=error.message)
                told.infer_response.id = asked.message.id
                return told

        yield from _in_order(requests, answer)

    def _infer(self, asked: wire.InferRequest, left: float | None, check: Callable[[], None]) -> Any:
        request = wire.read_request(asked, left=left)
        version, outputs = self._graphs.infer(request, check=check)
        return wire.response_message(asked, version, outputs)


def _in_order(requests: Iterator[Any], answer: Callable[[Any], Any]) -> Iterator[Any]:
    """Answer several requests at the same time, and give the answers in their order."""
    running: SimpleQueue[Future[Any] | Exception | None] = SimpleQueue()
    room, stopped = threading.Semaphore(_AHEAD), threading.Event()

    def read() -> None:
        try:
            for asked in requests:
                room.acquire()
                if stopped.is_set():
                    return
                running.put(pool.submit(answer, asked))
            running.put(None)
        except Exception as error:  # noqa: BLE001  # the stream broke; who gives the answers says so
            running.put(error)

    with ThreadPoolExecutor(_AT_ONCE + 1, thread_name_prefix="stream") as pool:
        pool.submit(read)
        try:
            while (found := running.get()) is not None:
                if isinstance(found, Exception):
                    raise found
                yield found.result()
                room.release()
        finally:
            stopped.set()
            room.release()
