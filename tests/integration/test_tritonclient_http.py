"""The unmodified HTTP client of Triton against the web service, beside the graphs and in front of them."""

import gzip
import json
from http.client import HTTPConnection

import numpy as np
import pytest
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException

from helioscribe.adapters.product_codec import encode_product
from helioscribe.adapters.rpc import RpcGraphs
from helioscribe.domain.identity import digest
from helioscribe.inference.options import Serving
from helioscribe.inference.served_detectors import ServedDetectors
from helioscribe.ports.artifacts import artifact_key
from helioscribe.web.backend import Backend
from helioscribe.web.http_server import HttpServer, listen
from helioscribe.web.site import make_site
from support.factories import make_card, make_observation
from support.tiny_plugin import forget, make_curve, make_plugin, model_file, scaling_graph
from support.wired import calling, wired

OBSERVATION = "a curve that is looked at whole"
X = np.arange(6, dtype=np.float32).reshape(3, 2)


@pytest.fixture(scope="module", params=["beside", "in front"])
def site(request, tmp_path_factory):
    """The address of a web service that has the graphs itself, or asks for them over gRPC."""
    folder = tmp_path_factory.mktemp("plugin")
    package = f"tiny_{digest(str(folder).encode())[:12]}"
    plugin = make_plugin(folder, package, scale=3.0)
    serving, patch = Serving(threads=1, cores=2, measured=True), pytest.MonkeyPatch.context()
    with patch as patched, wired(plugins=[plugin], serving=serving) as server, calling(server) as caller:
        patched.syspath_prepend(folder)
        web = HttpServer.start(
            make_site(
                Backend(
                    catalogue=server.catalogue,
                    jobs=server.jobs,
                    models=server.models,
                    embeddings=server.embeddings,
                    artifacts=server.inference.artifacts,
                    detectors=list,
                ),
                graphs=ServedDetectors(server.graphs, server.inference)
                if request.param == "beside"
                else RpcGraphs(caller),
            ),
            listen("127.0.0.1", 0),
        )
        graph = scaling_graph(5.0)
        server.inference.artifacts.put(model_file(graph).key, graph)
        server.models.register(make_card("2", name="tiny", files={"graph": model_file(graph)}, thresholds={}))
        data = encode_product(make_curve())
        key = artifact_key("products", digest(data), ".safetensors")
        server.inference.artifacts.put(key, data)
        server.catalogue.add_observation(make_observation(OBSERVATION, product_key=key, product_sha256=digest(data)))
        yield f"127.0.0.1:{web.port}"
        web.stop()
    forget(package)


@pytest.fixture
def client(site):
    client = triton.InferenceServerClient(site)
    yield client
    client.close()


def tensor(x, *, binary=True):
    found = triton.InferInput("x", list(x.shape), "FP32")
    found.set_data_from_numpy(x, binary_data=binary)
    return found


def test_the_server_and_a_model(client):
    assert client.is_server_live()
    assert client.is_server_ready()
    assert client.is_model_ready("tiny.graph")
    assert client.is_model_ready("tiny.graph", "1")
    assert client.get_server_metadata()["name"] == "helioscribe"
    assert client.get_model_metadata("tiny.graph")["inputs"] == [{"name": "x", "datatype": "FP32", "shape": [-1, 2]}]
    config = client.get_model_config("tiny.graph")
    assert (config["input"][0]["dims"], config["instance_group"][0]["count"]) == ([2], 2)


@pytest.mark.parametrize("binary", [True, False])
def test_inference(client, binary):
    wanted = [triton.InferRequestedOutput("y", binary_data=binary)]
    for outputs in (None, wanted):
        answer = client.infer("tiny.graph", [tensor(X, binary=binary)], outputs=outputs, request_id="abc", priority=1)
        assert np.array_equal(answer.as_numpy("y"), 3 * X)
        assert answer.get_response()["id"] == "abc"


@pytest.mark.parametrize("packing", ["gzip", "deflate"])
def test_packed_requests(client, packing):
    answer = client.infer("tiny.graph", [tensor(X)], request_compression_algorithm=packing)
    assert np.array_equal(answer.as_numpy("y"), 3 * X)


def test_index_load_and_unload(client):
    def states():
        return {
            model["version"]: model["state"]
            for model in client.get_model_repository_index()
            if model["name"] == "tiny.graph"
        }

    client.load_model("tiny.graph", config=json.dumps({"version": "2"}))
    assert states() == {"1": "READY", "2": "READY"}
    assert np.array_equal(client.infer("tiny.graph", [tensor(X)], model_version="2").as_numpy("y"), 5 * X)
    client.unload_model("tiny.graph")
    assert states() == {"1": "UNAVAILABLE", "2": "UNAVAILABLE"}
    assert not client.is_model_ready("tiny.graph")
    with pytest.raises(InferenceServerException, match="version 1 is not loaded") as caught:
        client.infer("tiny.graph", [tensor(X)])
    assert caught.value.status() == "503"
    client.load_model("tiny.graph")
    assert client.is_model_ready("tiny.graph")


def test_statistics(client):
    client.infer("tiny.graph", [tensor(X)])
    (stats,) = client.get_inference_statistics("tiny.graph", "1")["model_stats"]
    assert stats["inference_count"] >= 3
    assert stats["inference_stats"]["success"]["ns"] > 0
    assert client.get_inference_statistics()["model_stats"]


def test_what_is_wrong_is_said_with_its_status(client):
    def fails(status, text, call, *args, **options):
        with pytest.raises(InferenceServerException, match=text) as caught:
            call(*args, **options)
        assert caught.value.status() == status

    fails("404", "no detector 'nobody'", client.get_model_metadata, "nobody.graph")
    fails("404", "no graph", client.infer, "tiny.other", [tensor(X)])
    fails("400", r"expected x as float32 \(n, 2\)|x as float32", client.infer, "tiny.graph", [tensor(X[:, :1].copy())])
    fails("400", "priority: expected", client.infer, "tiny.graph", [tensor(X)], priority=7)
    fails("400", "config: expected", client.load_model, "tiny.graph", config='{"platform": "x"}')


def post(site, path, body, headers):
    connection = HTTPConnection(site, timeout=30)
    connection.request("POST", f"/v2/{path}", body=body, headers=headers)
    answer = connection.getresponse()
    told = json.loads(answer.read())
    connection.close()
    return answer.status, told


def infer(site, body, **headers):
    return post(site, "models/tiny.graph/infer", body, headers)


def ask(**changes):
    one = {"name": "x", "datatype": "FP32", "shape": [1, 2], "data": [1, 2]}
    return json.dumps({"inputs": [one]} | changes).encode()


def test_plain_json(site):
    one = {"name": "x", "datatype": "FP32", "shape": [2, 2], "data": [[1, 2], [3, 4.5]]}
    _, answer = infer(site, ask(inputs=[one], id="7"))
    assert answer == {
        "model_name": "tiny.graph",
        "model_version": "1",
        "id": "7",
        "outputs": [{"name": "y", "datatype": "FP32", "shape": [2, 2], "data": [3, 6, 9, 13.5]}],
    }


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", "expected JSON"),
        (b"[]", "expected a JSON object"),
        (b"[" * 100_000, "expected JSON"),
        (b"{}", "inputs: expected a list"),
        (ask(inputs=[7]), "expected an object"),
        (ask(inputs=[{"name": "x"}]), "needs name, datatype and shape"),
        (ask(inputs=[{"name": "x", "datatype": "FP32", "shape": ["a"]}]), "needs name, datatype and shape"),
        (ask(inputs=[{"name": "x", "datatype": "FP32", "shape": [1, 2], "data": [[1], [2, 3]]}]), "one list"),
        (ask(inputs=[{"name": "x", "datatype": "FP32", "shape": [1, 2], "data": ["1", "2"]}]), "expected FP32 values"),
        (ask(inputs=[{"name": "x", "datatype": "FP32", "shape": [1, 3], "data": [1, 2]}]), "expected 3 values"),
        (
            ask(inputs=[{"name": "x", "datatype": "FP32", "shape": [1, 2], "parameters": {"binary_data_size": 8}}]),
            "0 bytes are left",
        ),
        (
            ask(
                inputs=[{"name": "x", "datatype": "FP32", "shape": [1, 2], "parameters": {"shared_memory_region": "r"}}]
            ),
            "no parameter",
        ),
        (ask(outputs=[{"name": "y", "parameters": {"classification": 2}}]), "no classification"),
        (ask(parameters={"priority": [1]}), "parameters: expected"),
        (ask(parameters={"priority": 1 << 80}), "too large"),
    ],
)
def test_what_is_no_request_is_refused(site, body, text):
    status, answer = infer(site, body)
    assert status == 400
    assert text in answer["error"]


def test_bombs_strangers_and_nonsense_in_headers_are_refused(site):
    def error(body, **headers):
        return infer(site, body, **{name.replace("_", "-"): value for name, value in headers.items()})[1]["error"]

    assert "larger than" in error(gzip.compress(bytes(80 << 20)), content_encoding="gzip")
    assert "gzip" in error(b"rubbish", content_encoding="gzip")
    assert "expected gzip or deflate" in error(ask(), content_encoding="br")
    assert "expected a number" in error(ask(), inference_header_content_length="-1")
    assert "9999 of" in error(ask(), inference_header_content_length="9999")
    status, _ = post(site, "repository/models/tiny.graph/unload", b"", {"sec-fetch-site": "cross-site"})
    assert status == 403


def test_what_json_cannot_hold_is_asked_for_as_bytes(site):
    large = ask(inputs=[{"name": "x", "datatype": "FP32", "shape": [1, 2], "data": [1e39, 2]}])
    assert "ask for binary_data" in infer(site, large)[1]["error"]


def test_a_whole_detector_as_plain_json(site):
    told = json.dumps(
        {
            "inputs": [
                {"name": "observation", "datatype": "BYTES", "shape": [1], "data": [make_observation(OBSERVATION).id]}
            ]
        }
    )
    status, body = post(site, "models/tiny/infer", told.encode(), {})
    (text,) = body["outputs"][0]["data"]
    assert (status, json.loads(text)[0]["event_type"]) == (200, "FL")


def test_a_number_may_come_as_text(site):
    one = triton.InferInput("observation", [1], "BYTES")
    one.set_data_from_numpy(np.array([make_observation(OBSERVATION).id.encode()], dtype=object))
    client = triton.InferenceServerClient(site)
    counts = [
        len(json.loads(client.infer("tiny", [one], parameters={"level": level}).as_numpy("detections")[0]))
        for level in ("1.0", "1e9")
    ]
    with pytest.raises(InferenceServerException, match="level: expected float, got 'high'"):
        client.infer("tiny", [one], parameters={"level": "high"})
    client.close()
    assert counts == [1, 0]
