"""Closed-loop clients in one process: ``python load.py PORT MODEL FILE.onnx CLIENTS SECONDS ITEMS``; prints JSON."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

import grpc
import numpy as np
from graphs import example, read_graph

from helioscribe.adapters.rpc.tensors import datatype_of
from helioscribe.proto.inference import message

METHOD = "/inference.GRPCInferenceService/ModelInfer"
WARM = 0.5


def request(model: str, path: str, items: int) -> bytes:
    asked = message("ModelInferRequest")(model_name=model)
    for name, tensor in example(read_graph(Path(path).read_bytes()), items).items():
        asked.inputs.add(name=name, datatype=datatype_of(tensor.dtype.name), shape=tensor.shape)
        asked.raw_input_contents.append(tensor.tobytes())
    return asked.SerializeToString()


async def drive(port: int, body: bytes, clients: int, seconds: float) -> list[float]:
    options = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
    took: list[float] = []
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=options) as channel:
        call = channel.unary_unary(METHOD)
        await call(body)
        start = time.perf_counter() + WARM
        end = start + seconds

        async def client() -> None:
            while (begun := time.perf_counter()) < end:
                await call(body)
                if start <= (now := time.perf_counter()) < end:
                    took.append(now - begun)

        await asyncio.gather(*(client() for _ in range(clients)))
    return took


def main() -> None:
    port, model, path, clients, seconds, items = sys.argv[1:]
    took = asyncio.run(drive(int(port), request(model, path, int(items)), int(clients), float(seconds)))
    p50, p99 = np.percentile(took or [np.inf], [50, 99]) * 1e3
    print(json.dumps({"rate": len(took) * int(items) / float(seconds), "p50": p50, "p99": p99}))


if __name__ == "__main__":
    main()
