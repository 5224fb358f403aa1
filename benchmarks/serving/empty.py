"""A gRPC server that runs nothing: ``python empty.py aio|threads PROCESSES ITEMS NAME=FILE``; prints its port.

It takes the requests of `load.py` as bytes and gives the bytes of the graph's answer, made once: what no server in
Python's gRPC can do without. The processes share the port.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import grpc
from graphs import example, read_graph, session

from helioscribe.adapters.rpc.tensors import datatype_of
from helioscribe.proto.inference import message
from helioscribe.runtime.fronts.fleet import reserve

OPTIONS = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1), ("grpc.so_reuseport", 1)]


def answer(path: str, items: int) -> bytes:
    """Return the answer to the example as a message."""
    data = Path(path).read_bytes()
    said = message("ModelInferResponse")(model_name="graph", model_version="1")
    opened = session(data, 1)
    for node, tensor in zip(
        opened.get_outputs(), opened.run(None, dict(example(read_graph(data), items))), strict=True
    ):
        said.outputs.add(name=node.name, datatype=datatype_of(tensor.dtype.name), shape=tensor.shape)
        said.raw_output_contents.append(tensor.tobytes())
    return said.SerializeToString()


def handlers(call: Any) -> Any:
    method = grpc.unary_unary_rpc_method_handler(call)
    return grpc.method_handlers_generic_handler("inference.GRPCInferenceService", {"ModelInfer": method})


async def aio(port: int, said: bytes) -> None:
    async def call(_: bytes, __: Any) -> bytes:
        return said

    server = grpc.aio.server(options=OPTIONS)
    server.add_generic_rpc_handlers((handlers(call),))
    server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    await server.wait_for_termination()


def threads(port: int, said: bytes) -> None:
    server = grpc.server(ThreadPoolExecutor(32), options=OPTIONS)
    server.add_generic_rpc_handlers((handlers(lambda _, __: said),))
    server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    server.wait_for_termination()


def serve(kind: str, port: int, said: bytes) -> None:
    asyncio.run(aio(port, said)) if kind == "aio" else threads(port, said)


def main() -> None:
    kind, processes, items, word = sys.argv[1:]
    said = answer(word.partition("=")[2], int(items))
    held = reserve("127.0.0.1:0")
    port = held.getsockname()[1]
    context = get_context("spawn")
    children = [context.Process(target=serve, args=(kind, port, said), daemon=True) for _ in range(int(processes))]
    for child in children:
        child.start()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(port, flush=True)
    try:
        while all(child.is_alive() for child in children):
            time.sleep(0.2)
    finally:
        for child in children:
            child.kill()


if __name__ == "__main__":
    main()
