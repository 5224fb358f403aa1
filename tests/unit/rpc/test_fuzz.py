"""Whatever a caller sends, no call ends in a defect of the server."""

from __future__ import annotations

import os
from contextlib import contextmanager
from types import SimpleNamespace

import grpc
import pytest
from google.protobuf import descriptor_pool
from google.protobuf.message_factory import GetMessageClass
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helioscribe.adapters.product_codec import encode_product
from helioscribe.adapters.rpc.convert import to_message
from helioscribe.adapters.rpc.queries import query_to_message
from helioscribe.adapters.rpc.values import to_value
from helioscribe.db import SqlCatalogue, SqlJobs, SqlModels, migrate, open_engine
from helioscribe.domain.identity import digest
from helioscribe.domain.job import JobKind, job_id
from helioscribe.ports.catalogue import EventQuery
from helioscribe.proto import inference
from helioscribe.proto.v1 import nouns_pb2, similarity_pb2
from support.factories import DAY, make_card, make_change, make_coverage, make_failure, make_observation, make_run, span
from support.messages import messages, spoilt
from support.tiny_plugin import forget, make_curve, make_plugin
from support.wired import SERVICES, wired

METHODS = {
    f"/{name}/{method.name}": method
    for name in SERVICES
    for method in (inference.pool() if name == inference.SERVICE else descriptor_pool.Default())
    .FindServiceByName(name)
    .methods
}
FUZZ = settings(max_examples=int(os.environ.get("FUZZ_EXAMPLES", "20")), suppress_health_check=list(HealthCheck))


def sql_stores(url):
    engine = open_engine(url)
    migrate(engine)
    return SimpleNamespace(
        catalogue=SqlCatalogue(engine), jobs=SqlJobs(engine), models=SqlModels(engine), close=engine.dispose
    )


@contextmanager
def serving(folder, package, stores=None):
    """All services over a catalogue, and a connection to them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        with wired(stores=stores, plugins=[make_plugin(folder, package)]) as server:
            settle(server)
            with grpc.insecure_channel(f"localhost:{server.server.port}") as channel:
                yield channel
    forget(package)


@pytest.fixture(scope="module")
def channel(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("fuzz"), "fuzzed_in_memory") as channel:
        yield channel


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.integration)])
def database(request, tmp_path_factory):
    """A connection to services over a real database, which minds what memory does not."""
    folder = tmp_path_factory.mktemp("fuzz")
    url = f"sqlite:///{folder / 'catalogue.db'}"
    if request.param == "postgres":
        postgres = request.getfixturevalue("postgres_server")
        url = postgres.url(postgres.create())
    stores = sql_stores(url)
    with serving(folder, f"fuzzed_in_{request.param}", stores) as channel:
        yield channel
    stores.close()


def message_of(kind, /, **parts):
    """Return a request made of nouns, messages and plain values."""
    request = GetMessageClass(kind)()
    for name, part in parts.items():
        if hasattr(part, "__dataclass_fields__"):
            to_message(part, getattr(request, name))
        else:
            request.MergeFrom(type(request)(**{name: part}))
    return request


OBSERVATION = make_observation(product_key="products/tiny", product_sha256=digest(encode_product(make_curve())))


def settle(server):
    """Put in what the good requests below speak of."""
    server.inference.artifacts.put(OBSERVATION.product_key, encode_product(make_curve()))
    server.catalogue.add_observation(OBSERVATION)
    server.catalogue.record_run(make_run(OBSERVATION))
    for version in ("0.9.0", "1.0.0"):
        server.models.register(make_card(version))
        server.models.promote("stix-lstm", version, by="test")
    job, _ = server.jobs.submit(JobKind.TRAIN, "held", {})
    server.jobs.claim(job.id, worker="w", lease=3600)


def endless(name):
    return name.rpartition("/")[2].startswith("Watch")


def call(channel, name, requests):
    """Make a call of serialized requests; return its status and message."""
    method = METHODS[name]
    kind = f"{'stream' if method.client_streaming else 'unary'}_{'stream' if method.server_streaming else 'unary'}"
    request = iter(requests) if method.client_streaming else requests[0]
    end = getattr(channel, kind)(name)
    try:
        answer = end(request, timeout=0.05 if endless(name) else 20)
        if method.server_streaming:
            list(answer)
    except grpc.RpcError as error:
        return error.code(), error.details()
    return grpc.StatusCode.OK, ""


def assert_sound(channel, name, requests):
    status, details = call(channel, name, requests)
    assert status not in (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN), details
    assert status is not grpc.StatusCode.DEADLINE_EXCEEDED or endless(name)


@pytest.mark.parametrize("name", METHODS)
@FUZZ
@given(data=st.data())
def test_random_messages_are_answered_or_refused(channel, name, data):
    made = messages(METHODS[name].input_type)
    requests = data.draw(st.lists(made, min_size=1, max_size=3))
    assert_sound(channel, name, [request.SerializeToString() for request in requests])


@FUZZ
@given(name=st.sampled_from(list(METHODS)), data=st.lists(st.binary(max_size=200), min_size=1, max_size=3))
def test_random_bytes_are_answered_or_refused(channel, name, data):
    assert_sound(channel, name, data)


def test_bytes_that_are_no_message_are_the_callers_mistake(channel):
    status, details = call(channel, "/helioscribe.v1.JobService/GetJob", [b"\x0a\xff\xff\xff"])
    assert (status, details) == (
        grpc.StatusCode.INVALID_ARGUMENT,
        "the request is not a message of the type that this call takes",
    )


RUN = make_run(OBSERVATION)
SPAN = to_message(span(), nouns_pb2.TimeRange())
HELD = {"job_id": job_id(JobKind.TRAIN, "held"), "worker": "w"}
WHERE = {"observation_id": OBSERVATION.id, "detector": "tiny"}
GOOD = {
    "ListObservations": {"time_range": SPAN, "instrument": "STIX", "limit": 5},
    "SearchEvents": {"query": query_to_message(EventQuery(time_range=span(), after=(DAY, "evt")))},
    "SearchPage": {"query": query_to_message(EventQuery(time_range=span(), limit=5))},
    "WatchEvents": {"cursor": 0, "limit": 5},
    "ListCoverage": {"time_range": SPAN, "observation_id": OBSERVATION.id},
    "AddObservation": {"observation": make_observation("another")},
    "RecordRun": {"run": RUN},
    "ApplyChanges": {
        "changes": [to_message(make_change(), nouns_pb2.EventChange())],
        "associated": [RUN.detections[0].id],
    },
    "AddCoverage": {"coverage": [to_message(make_coverage(OBSERVATION), nouns_pb2.Coverage())]},
    "AddFailure": {"failure": make_failure()},
    "SubmitJobs": {
        "orders": [{"kind": "train", "key": "new", "payload": {"epochs": to_value(2.0), "recipe": to_value("x")}}]
    },
    "RenewLease": HELD | {"lease": 3600.0, "progress": 0.5},
    "ClaimJobs": {"job_ids": [HELD["job_id"]], "worker": "w", "lease": 3600.0, "along": {"detect x": 3}},
    "FindJobs": {"kind": "train", "states": ["running"], "limit": 3},
    "ReapJobs": {"limit": 3, "published_before": 30.0},
    "RegisterCard": {"card": make_card("2.0.0")},
    "Promote": {"name": "stix-lstm", "version": "1.0.0", "alias": "champion", "by": "me", "reason": "better"},
    "Rollback": {"name": "stix-lstm", "alias": "champion", "by": "me"},
    "ResolveAlias": {"name": "stix-lstm", "alias": "champion"},
    "PutEmbeddings": {"embeddings": [similarity_pb2.Embedding(space="a/1/b", subject="obs-1", vector=[1.0, 2.0])]},
    "FindSimilar": {"space": "a/1/b", "vector": similarity_pb2.Vector(values=[1.0, 2.0]), "limit": 3},
    "Detect": WHERE | {"parameters": {"level": to_value(50.0)}},
    "SubmitDetection": WHERE | {"parameters": {"label": to_value("x")}},
}
"""What the platform itself would send, by method."""


def good(name):
    """Return a request that the server takes."""
    return message_of(METHODS[name].input_type, **GOOD[name.rpartition("/")[2]])


IN_DEPTH = [name for name in METHODS if name.rpartition("/")[2] in GOOD]


def test_the_good_messages_are_good(database):
    for name in IN_DEPTH:
        status, details = call(database, name, [good(name).SerializeToString()])
        assert status is grpc.StatusCode.OK or endless(name), (name, details)


@pytest.mark.parametrize("name", IN_DEPTH)
@FUZZ
@given(data=st.data())
def test_good_messages_with_one_bad_field_are_answered_or_refused(database, name, data):
    assert_sound(database, name, [data.draw(spoilt(good(name))).SerializeToString()])
