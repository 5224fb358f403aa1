"""The unmodified client of Triton against our server, both in one process."""

import json
import threading
import time
from queue import SimpleQueue

import grpc
import numpy as np
import pytest
import tritonclient.grpc as triton
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from onnx import TensorProto, helper
from tritonclient.grpc import service_pb2
from tritonclient.utils import InferenceServerException

from helioscribe.adapters.product_codec import encode_product
from helioscribe.domain.identity import digest
from helioscribe.inference.batching import Bounds
from helioscribe.inference.options import Serving
from helioscribe.ports.artifacts import artifact_key
from support.factories import make_card, make_observation
from support.tiny_plugin import forget, make_curve, make_plugin, model_file, scaling_graph
from support.wired import wired

SERVICE = "inference.GRPCInferenceService"
SLOTS = threading.BoundedSemaphore(2)
WAIT = 32


@pytest.fixture(scope="module", params=[0, 2], ids=["one process", "two fronts"])
def server(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("plugin")
    package = f"tiny_{digest(str(folder).encode())[:12]}"
    plugins, serving = [make_plugin(folder, package, scale=3.0)], Serving(threads=1, cores=2, slots=SLOTS, measured=True, bounds=Bounds(requests=WAIT))
    with pytest.MonkeyPatch.context() as patch, wired(plugins=plugins, serving=serving, fronts=request.param) as server:
        patch.syspath_prepend(folder)
        yield server
    forget(package)


@pytest.fixture
def held():
    """Requests wait, as while all cores are taken."""
    with SLOTS, SLOTS:
        yield


@pytest.fixture
def client(server):
    with triton.InferenceServerClient(f"localhost:{server.server.port}") as client:
        yield client


def tensor(x, name="x", datatype="FP32"):
    found = triton.InferInput(name, list(x.shape), datatype)
    found.set_data_from_numpy(x)
    return found


X = np.arange(6, dtype=np.float32).reshape(3, 2)


def fails(code, text, call, *args, **options):
    with pytest.raises(InferenceServerException, match=text) as caught:
        call(*args, **options)
    assert caught.value.status() == f"StatusCode.{code}"


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
    answer = client.infer("tiny.graph", [tensor(X)], model_version="champion", outputs=[triton.InferRequestedOutput("y")])
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
        [helper.make_node("Neg", ["x"], ["y"])], "half",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT16, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT16, shape)],
    )  # fmt: skip
    return bytes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString())


def register(server, version, data, **changes):
    file = model_file(data, **changes)
    server.inference.artifacts.put(file.key, data)
    server.models.register(make_card(version, name="tiny", files={"graph": file}, thresholds={}))


def test_half_precision(server, client):
    from helioscribe.domain.model import TensorSpec

    specs = {side: (TensorSpec(name=name, dtype="float16", shape=("n", 2)),) for side, name in (("inputs", "x"), ("outputs", "y"))}
    register(server, "half", half_graph(), **specs)
    client.load_model("tiny.graph", config=json.dumps({"version": "half"}))
    x = X.astype(np.float16)
    answer = client.infer("tiny.graph", [tensor(x, datatype="FP16")], model_version="half").as_numpy("y")
    assert answer.dtype == np.float16
    assert np.array_equal(answer, -x)
    fails("INVALID_ARGUMENT", "expected x as float16 .*got float32", client.infer, "tiny.graph", [tensor(X)], model_version="half")


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
    fails("NOT_FOUND", "no output 'z'", client.infer, "tiny.graph", [tensor(X)], outputs=[triton.InferRequestedOutput("z")])
    wrong = tensor(X.astype(np.float64), datatype="FP64")
    fails("INVALID_ARGUMENT", r"expected x as float32 \(n, 2\), got float64 \(3, 2\)", client.infer, "tiny.graph", [wrong])
    fails("INVALID_ARGUMENT", "priority: expected 1 .* to 3", client.infer, "tiny.graph", [tensor(X)], priority=9)
    fails("INVALID_ARGUMENT", "keeps sequences", client.infer, "tiny.graph", [tensor(X)], sequence_id=4)
    fails("INVALID_ARGUMENT", "config: expected", client.load_model, "tiny.graph", config='{"max_batch_size": 3}')
    fails("INVALID_ARGUMENT", "weights come from the model registry", client.load_model, "tiny.graph", config="{}", files={"file:1/model.onnx": b""})
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


def waiting(server):
    return server.graphs.usage("tiny.graph", "1")[0].waiting


def wait_for(condition):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def failures(server):
    return {reason: tally.count for reason, tally in server.graphs.usage("tiny.graph", "1")[0].failures.items()}


def test_deadlines_end_what_waits(server, client, held):
    runs = server.graphs.usage("tiny.graph", "1")[0].runs
    fails("DEADLINE_EXCEEDED", "Deadline|time allowed", client.infer, "tiny.graph", [tensor(X)], client_timeout=0.2)
    fails("DEADLINE_EXCEEDED", "time allowed", client.infer, "tiny.graph", [tensor(X)], timeout=100_000)
    wait_for(lambda: failures(server).get("expired", 0) + failures(server).get("cancelled", 0) >= 2)
    assert server.graphs.usage("tiny.graph", "1")[0].runs == runs


def test_a_cancelled_call_is_not_run(server, client, held):
    ended = SimpleQueue()
    before = failures(server).get("cancelled", 0)
    call = client.async_infer("tiny.graph", [tensor(X)], callback=lambda result, error: ended.put(error))
    wait_for(lambda: waiting(server))
    call.cancel()
    assert "CANCELLED" in str(ended.get(timeout=10).status())
    wait_for(lambda: failures(server).get("cancelled", 0) == before + 1)


def test_a_full_queue_says_when_to_try_again(server, client, held):
    ended = SimpleQueue()
    calls = [client.async_infer("tiny.graph", [tensor(X)], callback=lambda result, error: ended.put(error)) for _ in range(WAIT)]
    wait_for(lambda: waiting(server) == WAIT)
    fails("RESOURCE_EXHAUSTED", "32 requests with 0 MiB wait already", client.infer, "tiny.graph", [tensor(X)])
    asked = service_pb2.ModelInferRequest(model_name="tiny.graph")
    asked.inputs.add(name="x", datatype="FP32", shape=[1, 2]).contents.fp32_contents.extend([1, 2])
    with pytest.raises(grpc.RpcError) as caught:
        client._client_stub.ModelInfer(asked)
    assert float(dict(caught.value.trailing_metadata())["retry-after-seconds"]) > 0
    for call in calls:
        call.cancel()
    assert all("CANCELLED" in str(ended.get(timeout=10).status()) for _ in calls)


def test_the_urgent_go_first(server, client):
    ended = SimpleQueue()
    with SLOTS, SLOTS:
        for number, priority in enumerate((3, 2, 1)):
            client.async_infer("tiny.graph", [tensor(X)], priority=priority, callback=lambda result, error, name=priority: ended.put(name))
            wait_for(lambda number=number: waiting(server) == number + 1)
        ours = [work.priority for _, _, work in server.inference.host.pool.versions("tiny")[0]._queue._waiting]
        assert ours == [1, 2, 3]
    assert {ended.get(timeout=10) for _ in range(3)} == {1, 2, 3}


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


def test_health_and_reflection(server):
    with grpc.insecure_channel(f"localhost:{server.server.port}") as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        for service in ("", SERVICE):
            assert stub.Check(health_pb2.HealthCheckRequest(service=service)).status == health_pb2.HealthCheckResponse.SERVING
        watched = stub.Watch(health_pb2.HealthCheckRequest(service=SERVICE), timeout=20)
        assert next(watched).status == health_pb2.HealthCheckResponse.SERVING
        watched.cancel()
        database = ProtoReflectionDescriptorDatabase(channel)
        assert SERVICE in database.get_services()
        method = DescriptorPool(database).FindServiceByName(SERVICE).FindMethodByName("ModelInfer")
        assert method.input_type.fields_by_name["raw_input_contents"].number == 7


def test_our_numbers_are_those_of_the_client():
    from tritonclient.grpc import model_config_pb2

    from helioscribe.proto.inference import pool

    theirs = {**service_pb2.DESCRIPTOR.message_types_by_name, **model_config_pb2.DESCRIPTOR.message_types_by_name}
    ours = pool().FindFileContainingSymbol(SERVICE)

    def compare(mine, other):
        for field in mine.fields:
            twin = other.fields_by_name[field.name]
            assert (field.number, field.type, field.is_repeated) == (twin.number, twin.type, twin.is_repeated), field.full_name
        for nested in mine.nested_types:
            compare(nested, other.nested_types_by_name[nested.name])

    for name, descriptor in ours.message_types_by_name.items():
        compare(descriptor, theirs[name])
    for name, enum in ours.enum_types_by_name.items():
        assert dict(enum.values_by_name) or name
        assert {v.name: v.number for v in enum.values} == {v.name: v.number for v in model_config_pb2.DESCRIPTOR.enum_types_by_name[name].values}
    service = service_pb2.DESCRIPTOR.services_by_name["GRPCInferenceService"]
    for method in ours.services_by_name["GRPCInferenceService"].methods:
        twin = service.methods_by_name[method.name]
        assert (method.input_type.name, method.output_type.name) == (twin.input_type.name, twin.output_type.name)
        assert (method.client_streaming, method.server_streaming) == (twin.client_streaming, twin.server_streaming)
