"""Closed-loop clients in two processes: ``python load.py PORT MODEL FILE.onnx CLIENTS SECONDS ITEMS``; prints JSON."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from concurrent.futures import ProcessPoolExecutor, wait
from multiprocessing import get_context
from pathlib import Path

import grpc
import numpy as np
from graphs import example, read_graph

from helioscribe.adapters.rpc.tensors import datatype_of
from helioscribe.proto.inference import message

METHOD = "/inference.GRPCInferenceService/ModelInfer"
WARM = 1.0
PROCESSES = 2


def request(model: str, path: str, items: int) -> bytes:
    asked = message("ModelInferRequest")(model_name=model)
    for name, tensor in example(read_graph(Path(path).read_bytes()), items).items():
        asked.inputs.add(name=name, datatype=datatype_of(tensor.dtype.name), shape=tensor.shape)
        asked.raw_input_contents.append(tensor.tobytes())
    return asked.SerializeToString()


async def drive(port: int, body: bytes, clients: int, start: float, seconds: float) -> list[float]:
    """Return how long the calls of some clients took, each on a connection of its own, one call after the other [s]."""
    options = [
        ("grpc.max_receive_message_length", -1),
        ("grpc.max_send_message_length", -1),
        ("grpc.use_local_subchannel_pool", 1),
    ]
    took: list[float] = []
    end = start + seconds

    async def client() -> None:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=options) as channel:
            call = channel.unary_unary(METHOD)
            while (begun := time.monotonic()) < end:
                await call(body)
                if start <= (now := time.monotonic()) < end:
                    took.append(now - begun)

    await asyncio.gather(*(client() for _ in range(clients)))
    return took


def process(port: int, body: bytes, clients: int, start: float, seconds: float) -> list[float]:
    return asyncio.run(drive(port, body, clients, start, seconds))


def main() -> None:
    port, model, path, clients, seconds, items = sys.argv[1:]
    processes = min(PROCESSES, int(clients))
    body = request(model, path, int(items))
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        wait(pool.submit(sum, ()) for _ in range(processes))  # all are there
        start = time.monotonic() + WARM
        each = [len(range(number, int(clients), processes)) for number in range(processes)]
        running = [pool.submit(process, int(port), body, count, start, float(seconds)) for count in each]
        took = [one for part in running for one in part.result()]
    p50, p99 = np.percentile(took or [np.inf], [50, 99]) * 1e3
    print(json.dumps({"rate": len(took) * int(items) / float(seconds), "p50": p50, "p99": p99}))


if __name__ == "__main__":
    main()
