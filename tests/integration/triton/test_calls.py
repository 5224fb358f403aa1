"""The calls of the unmodified client of Triton."""

import json
from queue import SimpleQueue

import numpy as np
import pytest
import tritonclient.grpc as triton
from onnx import TensorProto, helper
from tritonclient.grpc import service_pb2
from tritonclient.utils import InferenceServerException

from helioscribe.adapters.product_codec import encode_product
from helioscribe.domain.identity import digest
from helioscribe.ports.artifacts import artifact_key
from support.factories import make_card, make_observation
from support.tiny_plugin import make_curve, model_file, scaling_graph
from support.triton import X, fails, tensor


def test_liveness_readiness_and_metadata(client):
    assert client.is_server_live()
    assert client.is_server_ready()
    assert client.is_model_ready("tiny.graph")
    assert client.get_server_metadata().name == "helioscribe"
    told = client.get_model_metadata("tiny.graph", as_json=True)
    assert told["inputs"] == [{"name": "x", "datatype": "FP32", "shape": ["-1", "2"]}]
    assert "1" in told["versions"]


def test_configuration(client):
    config = client.get_model_config("tiny.graph").config
    assert config.max_batch_size > 1
    assert list(config.input[0].dims) == [2]
    assert config.instance_group[0].count == 2
    assert config.dynamic_batching.priority_levels == 3
    assert config.dynamic_batching.preferred_batch_size[0] >= 1


def test_inference(client):
    answer = client.infer("tiny.graph", [tensor(X)], request_id="abc")
    assert np.array_equal(answer.as_numpy("y"), 3 * X)
    assert (answer.get_response().id, answer.get_response().model_version) == ("abc", "1")
    answer = client.infer(
        "tiny.graph", [tensor(X)], model_version="champion", outputs=[triton.InferRequestedOutput("y")]
    )
    assert np.array_equal(answer.as_numpy("y"), 3 * X)


def test_typed_contents(client):
    asked = service_pb2.ModelInferRequest(model_name="tiny.graph")
    asked.inputs.add(name="x", datatype="FP32", shape=[3, 2]).contents.fp32_contents.extend(X.ravel())
    answer = client._client_stub.ModelInfer(asked)
    assert not answer.raw_output_contents
    assert list(answer.outputs[0].contents.fp32_contents) == (3 * X).ravel().tolist()


def test_thirty_megabytes(client):
    x = np.random.default_rng(1).standard_normal((15 << 18, 2)).astype(np.float32)
    assert x.nbytes == 30 << 20
    assert np.array_equal(client.infer("tiny.graph", [tensor(x)]).as_numpy("y"), 3 * x)


def half_graph():
    shape = ["n", 2]
    graph = helper.make_graph(
        [helper.make_node("Neg", ["x"], ["y"])],
        "half",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT16, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT16, shape)],
    )
    return bytes(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()
    )


def register(server, version, data, **changes):
    file = model_file(data, **changes)
    server.inference.artifacts.put(file.key, data)
    server.models.register(make_card(version, name="tiny", files={"graph": file}, thresholds={}))


def test_half_precision(server, client):
    from helioscribe.domain.model import TensorSpec

    specs = {
        side: (TensorSpec(name=name, dtype="float16", shape=("n", 2)),)
        for side, name in (("inputs", "x"), ("outputs", "y"))
    }
    register(server, "half", half_graph(), **specs)
    client.load_model("tiny.graph", config=json.dumps({"version": "half"}))
    x = X.astype(np.float16)
    answer = client.infer("tiny.graph", [tensor(x, datatype="FP16")], model_version="half").as_numpy("y")
    assert answer.dtype == np.float16
    assert np.array_equal(answer, -x)
    fails(
        "INVALID_ARGUMENT",
        "expected x as float16 .*got float32",
        client.infer,
        "tiny.graph",
        [tensor(X)],
        model_version="half",
    )


def test_index_load_and_unload(server, client):
    register(server, "2", scaling_graph(5.0))

    def state(version):
        found = {model.version: model for model in client.get_model_repository_index().models}
        return found[version].state

    assert state("2") == "UNAVAILABLE"
    fails("UNAVAILABLE", "version 2 is not loaded", client.infer, "tiny.graph", [tensor(X)], model_version="2")
    client.load_model("tiny.graph", config=json.dumps({"version": "2"}))
    assert state("1") == state("2") == "READY"
    assert np.array_equal(client.infer("tiny.graph", [tensor(X)], model_version="2").as_numpy("y"), 5 * X)
    client.unload_model("tiny.graph")
    assert state("1") == state("2") == "UNAVAILABLE"
    assert not client.is_model_ready("tiny.graph")
    fails("UNAVAILABLE", "version 1 is not loaded", client.infer, "tiny.graph", [tensor(X)])
    client.load_model("tiny.graph")
    assert client.is_model_ready("tiny.graph")
    assert np.array_equal(client.infer("tiny.graph", [tensor(X)]).as_numpy("y"), 3 * X)


def test_another_version_that_comes_to_serve_is_loaded_without_being_told(server, client):
    register(server, "3", scaling_graph(7.0))
    server.models.promote("tiny", "3", by="test")
    server.graphs._cards.clear()  # what it knows is two seconds old at most
    try:
        assert np.array_equal(client.infer("tiny.graph", [tensor(X)]).as_numpy("y"), 7 * X)
    finally:
        server.models.rollback("tiny", by="test")
        server.graphs._cards.clear()


def test_statistics(client):
    def told():
        (stats,) = [one for one in client.get_inference_statistics("tiny.graph").model_stats if one.version == "1"]
        return stats

    client.infer("tiny.graph", [tensor(X)])
    before = told()
    client.infer("tiny.graph", [tensor(X)])
    with pytest.raises(InferenceServerException):
        client.infer("tiny.graph", [tensor(X[:, :1].copy())])
    after = told()
    assert after.inference_count - before.inference_count == 3
    assert after.inference_stats.success.count - before.inference_stats.success.count == 1
    assert after.inference_stats.fail.count - before.inference_stats.fail.count == 1
    assert after.inference_stats.compute_infer.ns > before.inference_stats.compute_infer.ns
    assert 3 in {batch.batch_size for batch in after.batch_stats}
    assert client.get_inference_statistics().model_stats


def test_what_is_wrong_is_said_with_its_status(client):
    fails("NOT_FOUND", "no detector 'nobody'", client.get_model_metadata, "nobody.graph")
    fails("NOT_FOUND", "no graph 'tiny.other'; tiny has tiny.graph", client.infer, "tiny.other", [tensor(X)])
    fails("NOT_FOUND", "9", client.infer, "tiny.graph", [tensor(X)], model_version="9")
    fails(
        "NOT_FOUND",
        "no output 'z'",
        client.infer,
        "tiny.graph",
        [tensor(X)],
        outputs=[triton.InferRequestedOutput("z")],
    )
    wrong = tensor(X.astype(np.float64), datatype="FP64")
    fails(
        "INVALID_ARGUMENT", r"expected x as float32 \(n, 2\), got float64 \(3, 2\)", client.infer, "tiny.graph", [wrong]
    )
    fails("INVALID_ARGUMENT", "priority: expected 1 .* to 3", client.infer, "tiny.graph", [tensor(X)], priority=9)
    fails("INVALID_ARGUMENT", "keeps sequences", client.infer, "tiny.graph", [tensor(X)], sequence_id=4)
    fails("INVALID_ARGUMENT", "config: expected", client.load_model, "tiny.graph", config='{"max_batch_size": 3}')
    fails(
        "INVALID_ARGUMENT",
        "weights come from the model registry",
        client.load_model,
        "tiny.graph",
        config="{}",
        files={"file:1/model.onnx": b""},
    )
    fails("UNIMPLEMENTED", "not found", client.get_system_shared_memory_status)


def test_a_stream_answers_in_order_and_survives_errors(client):
    answers = SimpleQueue()
    client.start_stream(callback=lambda result, error: answers.put((result, error)))
    for number in range(40):
        client.async_stream_infer("tiny.graph", [tensor(np.full((1, 2), number, np.float32))], request_id=str(number))
    client.async_stream_infer("tiny.nothing", [tensor(X)], request_id="wrong")
    client.async_stream_infer("tiny.graph", [tensor(X)], request_id="last", enable_empty_final_response=True)
    for number in range(40):
        result, error = answers.get(timeout=20)
        assert error is None
        assert (result.get_response().id, result.as_numpy("y").tolist()) == (str(number), [[3.0 * number] * 2])
    _, error = answers.get(timeout=20)
    assert "no graph" in str(error)
    result, error = answers.get(timeout=20)
    assert (error, result.get_response().parameters["triton_final_response"].bool_param) == (None, True)
    client.stop_stream()


def observed(server):
    curve = make_curve()
    data = encode_product(curve)
    key = artifact_key("products", digest(data), ".safetensors")
    server.inference.artifacts.put(key, data)
    observation = make_observation(product_key=key, product_sha256=digest(data))
    server.catalogue.add_observation(observation)
    return observation.id


def ids(*texts):
    return tensor(np.array([text.encode() for text in texts], dtype=object), name="observation", datatype="BYTES")


def test_a_whole_detector(server, client):
    """Ids of observations in, detections out; nothing is recorded."""
    observation = observed(server)
    assert client.is_model_ready("tiny")
    assert client.get_model_metadata("tiny").platform == "helioscribe_detector"
    assert client.get_model_config("tiny").config.input[0].data_type == 13
    first, second = client.infer("tiny", [ids(observation, observation)]).as_numpy("detections")
    assert first == second
    (found,) = json.loads(first)
    assert (found["event_type"], found["measurements"]["hs_peak"]) == ("FL", 1500.0)
    answer = client.infer("tiny", [ids(observation)], parameters={"level": 1e6}, model_version="1.2.3")
    assert [json.loads(one) for one in answer.as_numpy("detections")] == [[]]
    assert server.catalogue.runs(observation_id=observation) == []
    fails("NOT_FOUND", "obs-nothing", client.infer, "tiny", [ids("obs-nothing")])
    fails("NOT_FOUND", "no version '9' of tiny", client.infer, "tiny", [ids(observation)], model_version="9")
    fails("INVALID_ARGUMENT", "no parameter 'speed'", client.infer, "tiny", [ids(observation)], parameters={"speed": 1})
    fails("INVALID_ARGUMENT", "expected observation as BYTES", client.infer, "tiny", [tensor(X)])
    fails("INVALID_ARGUMENT", "unload one of its graphs", client.unload_model, "tiny")
