"""The gRPC server: health, reflection, limits, TLS, its end."""

import threading
import time
from types import SimpleNamespace

import grpc
import numpy as np
import pytest
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from helioscribe.adapters.memory import MemoryCatalogue, MemoryJobs, MemoryModels
from helioscribe.adapters.rpc import RpcCatalogue, RpcJobs, channel, open_channel
from helioscribe.domain.errors import (
    HelioscribeError,
    InvalidInputError,
    NotFoundError,
    OverloadedError,
    UnavailableError,
    UsageError,
)
from helioscribe.domain.job import JobKind
from helioscribe.ports.catalogue import EventQuery
from helioscribe.runtime import server as server_module
from helioscribe.runtime.server import Server
from helioscribe.runtime.settings import Settings
from support.certificates import Authority
from support.factories import make_change, make_event, make_observation
from support.ports import free_port
from support.wired import SERVICES, calling, wired

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


@pytest.fixture
def server():
    with wired() as server:
        yield server


@pytest.fixture
def caller(server):
    with calling(server, timeout=10) as caller:
        yield caller


def ask_health(caller, service):
    stub = health_pb2_grpc.HealthStub(caller.channel)
    return stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=5).status


@pytest.mark.parametrize("service", ["", *SERVICES])
def test_health_is_told_overall_and_for_each_service(caller, service):
    assert ask_health(caller, service) == SERVING


def test_health_of_an_unknown_service(caller):
    with pytest.raises(grpc.RpcError) as info:
        ask_health(caller, "helioscribe.v1.Nothing")
    assert info.value.code() is grpc.StatusCode.NOT_FOUND


def test_health_can_be_watched_until_the_server_stops(server, caller):
    watched = health_pb2_grpc.HealthStub(caller.channel).Watch(health_pb2.HealthCheckRequest(), timeout=20)
    assert next(watched).status == SERVING
    threading.Thread(target=server.server.stop, kwargs={"grace": 0.5}).start()
    assert next(watched).status == NOT_SERVING


def test_reflection_describes_every_service(caller):
    database = ProtoReflectionDescriptorDatabase(caller.channel)
    assert set(SERVICES) <= set(database.get_services())
    pool = DescriptorPool(database)
    method = pool.FindServiceByName("helioscribe.v1.CatalogueService").FindMethodByName("SearchEvents")
    assert method.input_type.fields_by_name["query"].message_type.fields_by_name["event_types"]


def test_a_server_open_to_the_network_needs_tokens():
    for address in ("0.0.0.0:0", "[::]:0", "192.0.2.1:0", "example.org:0", ":0"):
        with pytest.raises(UsageError, match="HELIOSCRIBE_TOKENS_FILE"):
            Server(Settings(address=address), scopes={})


def test_a_server_may_be_opened_on_purpose():
    with wired(address="0.0.0.0:0", insecure=True) as server, calling(server) as caller:
        assert RpcCatalogue(caller).failures() == []


@pytest.mark.parametrize("address", ["127.0.0.1:0", "localhost:0"])
def test_loopback_needs_no_tokens(address):
    with wired(address=address) as server, calling(server) as caller:
        assert RpcCatalogue(caller).failures() == []


def test_an_address_that_is_taken_is_named():
    port = free_port()
    address = f"127.0.0.1:{port}"
    with (
        wired(address=address),
        pytest.raises(UnavailableError, match=f"listening on {address}"),
        wired(address=address),
    ):
        pass


def test_messages_of_many_mebibytes_pass_and_larger_ones_are_refused_for_good(server, caller):
    jobs = RpcJobs(caller)
    job, _ = jobs.submit(JobKind.INGEST, "large", {"text": "x" * (20 << 20)})
    assert len(jobs.get(job.id).payload["text"]) == 20 << 20
    with pytest.raises(InvalidInputError, match="larger than max"):
        jobs.submit(JobKind.INGEST, "huge", {"text": "x" * (65 << 20)})


def test_an_answer_beyond_the_limit_is_refused_for_good(server, caller):
    job, _ = server.jobs.submit(JobKind.INGEST, "huge", {"text": "x" * (65 << 20)})
    with pytest.raises(InvalidInputError, match="larger than max"):
        RpcJobs(caller).get(job.id)


def test_long_lists_come_in_pages(server, caller):
    for number in range(450):
        server.catalogue.add_observation(make_observation(f"day {number}"))
    changes = [make_change(make_event(start=float(number), end=number + 1.0)) for number in range(450)]
    server.catalogue.apply(changes, associated=())
    far = RpcCatalogue(caller)
    assert far.observations() == server.catalogue.observations()
    assert list(far.search(EventQuery())) == list(server.catalogue.search(EventQuery()))
    assert [change.cursor for change in far.watch()] == list(range(1, 451))


def test_a_search_may_be_left_early(server, caller):
    changes = [make_change(make_event(start=float(number), end=number + 1.0)) for number in range(450)]
    server.catalogue.apply(changes, associated=())
    found = RpcCatalogue(caller).search(EventQuery())
    assert next(found) == changes[0].event
    found.close()
    assert RpcCatalogue(caller).event(changes[3].event.id) == changes[3].event


def test_changes_are_followed_as_they_come(server, caller):
    server.catalogue.apply([make_change()], associated=())
    followed = RpcCatalogue(caller).follow()
    assert next(followed).event == make_event()
    second = make_event(start=900.0, end=910.0)
    threading.Timer(0.2, lambda: server.catalogue.apply([make_change(second)], associated=())).start()
    change = next(followed)
    assert (change.cursor, change.event) == (2, second)
    followed.close()
    assert [change.event for change in RpcCatalogue(caller).watch(cursor=1)] == [second]


def test_a_watcher_may_wait_long(monkeypatch):
    # Twenty minutes of silence, with all clocks of the connection going 600 times as fast.
    for module in (channel, server_module):
        fast = [
            (name, value // 600 if "keepalive" in name or "ping_interval" in name else value)
            for name, value in module._OPTIONS
        ]
        monkeypatch.setattr(module, "_OPTIONS", fast)
    with wired() as server, calling(server) as caller:
        server.catalogue.apply([make_change()], associated=())
        followed = RpcCatalogue(caller).follow()
        next(followed)
        later = make_event(start=900.0, end=910.0)
        threading.Timer(2.0, lambda: server.catalogue.apply([make_change(later)], associated=())).start()
        assert next(followed).event == later
        followed.close()


def test_watchers_leave_threads_for_others(server):
    with calling(server, timeout=10) as caller:
        far = RpcCatalogue(caller)
        server.catalogue.apply([make_change()], associated=())
        watchers = [far.follow() for _ in range(160)]
        for watcher in watchers:
            next(watcher)
        with pytest.raises(OverloadedError, match="too many long calls"):
            next(far.follow())
        assert far.failures() == []
        for watcher in watchers:
            watcher.close()
        deadline = time.monotonic() + 10
        while True:
            try:
                assert next(far.follow()).event == make_event()
                break
            except OverloadedError:
                assert time.monotonic() < deadline
                time.sleep(0.05)


class Slow(MemoryCatalogue):
    """Takes its time for one question."""

    def __init__(self):
        super().__init__()
        self.asked = threading.Event()

    def event(self, event_id, *, revision=None):
        self.asked.set()
        time.sleep(0.5)
        return make_event()


def test_a_stop_lets_running_calls_end_and_takes_no_new_ones():
    slow, found = Slow(), []
    stores = SimpleNamespace(catalogue=slow, jobs=MemoryJobs(), models=MemoryModels())
    with wired(stores=stores) as server, calling(server, timeout=10) as caller:
        far = RpcCatalogue(caller)
        thread = threading.Thread(target=lambda: found.append(far.event("evt")))
        thread.start()
        assert slow.asked.wait(10)
        server.server.stop(grace=10)
        thread.join(10)
        assert found == [make_event()]
        with pytest.raises(UnavailableError):
            far.failures()


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


@pytest.fixture
def identity(authority):
    return authority.issue("server")


def ask(url, **options):
    caller = open_channel(url, timeout=5, **options)
    try:
        RpcJobs(caller).get("job")
    except NotFoundError:
        return "answered"
    except HelioscribeError as error:
        return type(error).__name__
    finally:
        caller.close()


def test_tls(authority, identity, tmp_path):
    certificate, key = map(str, identity)
    with wired(tls_certificate=certificate, tls_key=key) as server:
        url = server.url.replace("grpc:", "grpcs:")
        assert ask(url, authority=authority.file) == "answered"
        assert ask(url) == "UnavailableError"
        assert ask(url, authority=Authority(tmp_path, "stranger").file) == "UnavailableError"
        assert ask(server.url) == "UnavailableError"


def test_tls_that_asks_who_calls(authority, identity, tmp_path):
    certificate, key = map(str, identity)
    stranger = Authority(tmp_path, "stranger").issue("nobody")
    with wired(tls_certificate=certificate, tls_key=key, tls_clients=str(authority.file)) as server:
        url = server.url.replace("grpc:", "grpcs:")
        assert ask(url, authority=authority.file, identity=authority.issue("client")) == "answered"
        assert ask(url, authority=authority.file) == "UnavailableError"
        assert ask(url, authority=authority.file, identity=stranger) == "UnavailableError"


@pytest.mark.parametrize("broken", ["tls_certificate", "tls_key", "tls_clients"])
def test_tls_files_that_cannot_be_used_are_named(authority, identity, tmp_path, broken):
    files = {"tls_certificate": str(identity[0]), "tls_key": str(identity[1]), "tls_clients": str(authority.file)}
    (tmp_path / "rubbish").write_bytes(np.random.default_rng(1).bytes(100))
    for wrong in ("rubbish", "absent"):
        settings = Settings(address="127.0.0.1:0", **files | {broken: str(tmp_path / wrong)})
        with pytest.raises(InvalidInputError, match=f"HELIOSCRIBE_{broken.upper()}"):
            Server(settings, scopes={}).start()


def test_a_certificate_without_its_key_is_refused(identity, tmp_path):
    other = Authority(tmp_path, "other").issue("other")
    settings = Settings(address="127.0.0.1:0", tls_certificate=str(identity[0]), tls_key=str(other[1]))
    with pytest.raises(HelioscribeError):
        Server(settings, scopes={}).start()
