"""Products become detections.

Where to look: `host` runs detectors, `handlers` answers what is asked of them, `recording` writes down what they found;
`pool` holds the loaded model versions, each a `version` of graphs whose requests wait in `batching` for `lanes`;
`runners` run them in this process, `worker_process` in one of their own; `session` alone knows ONNX Runtime.
`servicer` and `open_inference` are the two interfaces over gRPC.
"""
