"""Graphs in Triton with PyTriton's Python backend: ``python pytriton_server.py GRPC_PORT HTTP_PORT THREADS NAME=FILE...``."""

import sys

import numpy as np
import onnxruntime
from pytriton.decorators import batch
from pytriton.model_config import DynamicBatcher, ModelConfig, Tensor
from pytriton.triton import Triton, TritonConfig


def tensors(nodes):
    return [
        Tensor(
            name=node.name,
            dtype=np.float32,
            shape=tuple(axis if isinstance(axis, int) else -1 for axis in node.shape[1:]),
        )
        for node in nodes
    ]


def bind(triton, word, threads):
    name, _, path = word.partition("=")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = threads, 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    names = [node.name for node in session.get_outputs()]

    @batch
    def run(**given):
        return dict(zip(names, session.run(names, given), strict=True))

    config = ModelConfig(max_batch_size=32, batching=True, batcher=DynamicBatcher(max_queue_delay_microseconds=0))
    triton.bind(
        model_name=name,
        infer_func=run,
        inputs=tensors(session.get_inputs()),
        outputs=tensors(session.get_outputs()),
        config=config,
    )


def main():
    grpc_port, http_port, threads = map(int, sys.argv[1:4])
    config = TritonConfig(
        grpc_port=grpc_port,
        http_port=http_port,
        grpc_address="127.0.0.1",
        http_address="127.0.0.1",
        allow_metrics=False,
    )
    with Triton(config=config) as triton:
        for word in sys.argv[4:]:
            bind(triton, word, threads)
        triton.serve()


if __name__ == "__main__":
    main()
