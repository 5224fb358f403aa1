"""The Open Inference Protocol over HTTP, as Triton and KServe speak it: ``/v2``."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from helioscribe.adapters.rpc import open_inference as wire
from helioscribe.adapters.rpc.channel import MESSAGE_LIMIT
from helioscribe.adapters.rpc.inference_json import plain, read_json, write_json
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.serving import ServedState
from helioscribe.ports.serving import GraphServer
from helioscribe.web.forms import read_body

__all__ = ["open_inference"]

_HEADER = "Inference-Header-Content-Length"


def open_inference(graphs: GraphServer, *, version: str) -> APIRouter:
    """Return the routes of ``/v2``.

    Parameters
    ----------
    graphs
        Who answers.
    version
        Of the platform.
    """
    router, answers = APIRouter(prefix="/v2"), _Answers(graphs, version)
    router.get("")(answers.server)
    router.get("/health/live")(answers.live)
    router.get("/health/ready")(answers.ready)
    router.post("/repository/index")(answers.index)
    router.post("/repository/models/{name}/load")(answers.load)
    router.post("/repository/models/{name}/unload")(answers.unload)
    router.get("/models/stats")(answers.all_statistics)
    for path in ("/models/{name}", "/models/{name}/versions/{version}"):
        router.get(path)(answers.metadata)
        router.get(f"{path}/ready")(answers.model_ready)
        router.get(f"{path}/config")(answers.config)
        router.get(f"{path}/stats")(answers.statistics)
        router.post(f"{path}/infer")(answers.infer)
    return router


@dataclass(frozen=True, slots=True)
class _Answers:
    """One method a question."""

    graphs: GraphServer
    platform: str

    def server(self) -> dict[str, Any]:
        """What this server is."""
        return {"name": "helioscribe", "version": self.platform, "extensions": list(wire.EXTENSIONS)}

    def live(self) -> dict[str, bool]:
        """Whether it answers."""
        return {"live": True}

    def ready(self) -> Response:
        """Whether what should serve does."""
        ready = self.graphs.ready()
        return JSONResponse({"ready": ready}, status_code=200 if ready else 503)

    def model_ready(self, name: str, version: str = "") -> Response:
        """Whether a graph can be asked."""
        ready = self.graphs.graph(name, version).state is ServedState.READY
        return JSONResponse({"name": name, "ready": ready}, status_code=200 if ready else 503)

    def metadata(self, name: str, version: str = "") -> dict[str, Any]:
        """Inputs and outputs of a graph."""
        graph = self.graphs.graph(name, version)
        versions = [one.version for one in self.graphs.graphs() if one.name == graph.name]
        return plain(wire.metadata_message(graph, versions))

    def config(self, name: str, version: str = "") -> dict[str, Any]:
        """How a graph is held."""
        return dict(plain(wire.config_message(self.graphs.graph(name, version)))["config"])

    def statistics(self, name: str, version: str = "") -> dict[str, Any]:
        """What was counted for a graph."""
        return plain(wire.usage_message(self.graphs.usage(name, version)))

    def all_statistics(self) -> dict[str, Any]:
        """What was counted."""
        return self.statistics("")

    async def index(self, request: Request) -> list[dict[str, Any]]:
        """All graphs of all versions; those that are ready if the request asks for them alone."""
        wish = await _json(request)
        found = await run_in_threadpool(self.graphs.graphs)
        models: list[dict[str, Any]] = plain(wire.index_message(found, ready=wish.get("ready") is True))["models"]
        return models

    async def load(self, name: str, request: Request) -> Response:
        """Load a version, or load it anew."""
        version = wire.load_wish(_parameters(await _json(request)))
        await run_in_threadpool(self.graphs.load, name, version)
        return Response()

    async def unload(self, name: str, request: Request) -> Response:
        """Let go of a model."""
        version = wire.unload_wish(_parameters(await _json(request)))
        await run_in_threadpool(self.graphs.unload, name, version)
        return Response()

    async def infer(self, request: Request, name: str, version: str = "") -> Response:
        """Run a graph."""
        body = await _body(request)
        return await run_in_threadpool(self._infer, name, version, body, _header_length(request))

    def _infer(self, name: str, version: str, body: bytes, header_length: int | None) -> Response:
        asked = read_json(name, version, body, header_length)
        ran, outputs = self.graphs.infer(asked.request)
        answer, length = write_json(asked, ran, outputs)
        if length is None:
            return Response(answer, media_type="application/json")
        return Response(answer, media_type="application/octet-stream", headers={_HEADER: str(length)})


def _header_length(request: Request) -> int | None:
    text = request.headers.get(_HEADER)
    if text is not None and not text.isdecimal():
        raise InvalidInputError(f"{_HEADER}: expected a number of bytes, got {text[:20]!r}")
    return int(text) if text is not None else None


async def _json(request: Request) -> dict[str, Any]:
    body = await _body(request)
    return wire.read_object(body) if body else {}


def _parameters(wish: dict[str, Any]) -> dict[str, Any]:
    return wire.repository_parameters(wish.get("parameters", {}))


async def _body(request: Request) -> bytes:
    """Return the body, unpacked, of bounded size."""
    body = await read_body(request, MESSAGE_LIMIT)
    match request.headers.get("content-encoding", "identity"):
        case "identity":
            return body
        case "gzip" | "deflate" as packing:
            return await run_in_threadpool(_unpacked, body, packing)
        case other:
            raise InvalidInputError(f"Content-Encoding: expected gzip or deflate, got {other[:20]!r}")


def _unpacked(body: bytes, packing: str) -> bytes:
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | (16 if packing == "gzip" else 0))
    try:
        found = unpacker.decompress(body, MESSAGE_LIMIT)
    except zlib.error as error:
        raise InvalidInputError.wrap(error, doing=packing) from None
    if not unpacker.eof:
        raise InvalidInputError(f"{packing}: cut off, or larger than {MESSAGE_LIMIT >> 20} MiB")
    return found
