"""Products become detections.

Where to look: `host` runs detectors, `handlers` answers what is asked of them, `recording` writes down what they found;
`pool` holds the loaded model versions, each a `version` of graphs; requests are `works` that wait in `batching` for
`lanes`, coroutines of `helioscribe.runtime.background`;
`runners` run them in this process, `worker_process` in one of their own; `session` alone knows ONNX Runtime.
`servicer` and `open_inference` are the two interfaces over gRPC.
"""
