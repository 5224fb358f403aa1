"""Who may call what."""

import json
import stat
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import grpc
import pytest

from helioscribe.adapters.rpc import RpcCatalogue, RpcJobs, RpcModels, open_channel
from helioscribe.domain.errors import (
    InvalidInputError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    UnauthenticatedError,
    UnavailableError,
    UsageError,
)
from helioscribe.domain.job import JobKind
from helioscribe.proto import inference, v1
from helioscribe.runtime.auth import SCOPES, TokenFile
from helioscribe.runtime.server import Server
from helioscribe.runtime.settings import Settings
from support import wired as table
from support.factories import make_card, make_observation
from support.wired import calling, wired

FILES = [
    import_module(f"helioscribe.proto.v1.{one.name}") for one in iter_modules(v1.__path__) if one.name.endswith("_pb2")
]
SERVICES = [service for file in FILES for service in file.DESCRIPTOR.services_by_name.values()] + [
    inference.pool().FindServiceByName(inference.SERVICE)
]


@pytest.fixture
def file(tmp_path):
    return tmp_path / "tokens.json"


@pytest.fixture
def tokens(file):
    return TokenFile(file)


@pytest.fixture
def guarded(tokens, file):
    """A server that asks for tokens."""
    tokens.add("owner", ("admin",))
    with wired(tokens_file=str(file)) as server:
        yield server


@pytest.fixture
def ask(guarded):
    """Return what a holder of a token is answered."""

    def asked(question, token=None):
        with calling(guarded, token=token, timeout=10) as caller:
            return question(caller)

    return asked


def read(caller):
    return RpcCatalogue(caller).failures()


def work(caller):
    return RpcCatalogue(caller).add_observation(make_observation())


def test_every_method_of_every_service_has_a_scope():
    methods = {f"/{service.full_name}/{method.name}" for service in SERVICES for method in service.methods}
    assert set(table.SCOPES) == methods
    assert set(table.SCOPES.values()) <= set(SCOPES)
    assert set(table.SERVICES) == {service.full_name for service in SERVICES}


@pytest.mark.parametrize("method", table.SCOPES)
def test_no_method_is_open_without_a_token(guarded, method):
    with grpc.insecure_channel(f"localhost:{guarded.server.port}") as channel:
        with pytest.raises(grpc.RpcError) as info:
            list(channel.stream_stream(method)(iter([b""]), timeout=10))
        assert info.value.code() is grpc.StatusCode.UNAUTHENTICATED


def test_a_token_opens_its_scopes_and_no_others(ask, tokens):
    token = tokens.add("reader", ("read",))
    assert ask(read, token) == []
    with pytest.raises(PermissionDeniedError, match="the token of reader lacks the scope worker"):
        ask(work, token)
    with pytest.raises(PermissionDeniedError, match="lacks the scope train"):
        ask(lambda caller: RpcModels(caller).register(make_card()), token)
    with pytest.raises(PermissionDeniedError, match="lacks the scope jobs"):
        ask(lambda caller: RpcJobs(caller).cancel("job"), token)


def test_a_worker_takes_leases_and_a_reader_does_not(ask, guarded, tokens):
    job, _ = guarded.jobs.submit(JobKind.DETECT, "x", {})
    claim = lambda caller: RpcJobs(caller).claim(job.id, worker="w", lease=5)  # noqa: E731
    with pytest.raises(PermissionDeniedError):
        ask(claim, tokens.add("reader", ("read", "write", "review", "jobs", "train")))
    assert ask(claim, tokens.add("worker", ("worker",))).worker == "w"


def test_admin_opens_everything(ask, tokens):
    token = tokens.add("root", ("admin",))
    assert ask(work, token) is True
    assert ask(read, token) == []


@pytest.mark.parametrize("shown", [None, "", "hs_wrong", "x" * 5000])
def test_a_wrong_token_opens_nothing(ask, shown):
    with pytest.raises(UnauthenticatedError):
        ask(read, shown)


@pytest.mark.parametrize("header", ["Basic {}", "{}", "Bearer", "Bearer  {}", "bearer{}"])
def test_a_token_is_shown_as_a_bearers(guarded, tokens, header):
    token = tokens.add("reader", ("read",))
    caller = open_channel(guarded.url, timeout=5)
    caller._metadata = (("authorization", header.format(token)),)
    with pytest.raises(UnauthenticatedError):
        read(caller)
    caller.close()


def test_a_revoked_token_opens_nothing_from_then_on(ask, file, tokens):
    token = tokens.add("reader", ("read",))
    assert ask(read, token) == []
    TokenFile(file).revoke("reader")  # by another process
    with pytest.raises(UnauthenticatedError):
        ask(read, token)
    assert ask(read, tokens.add("reader", ("read",))) == []


def test_a_file_that_breaks_closes_the_door_and_is_not_told(ask, file, tokens, caplog):
    token = tokens.add("reader", ("read",))
    good = file.read_text()
    file.write_text(good[:-20])
    with pytest.raises(UnavailableError, match="cannot check tokens now"):
        ask(read, token)
    assert "tokens.json" in caplog.text
    file.write_text(good)
    assert ask(read, token) == []
    file.unlink()
    with pytest.raises(UnauthenticatedError):
        ask(read, token)


def test_health_and_reflection_are_open_to_probes(ask):
    from grpc_health.v1 import health_pb2, health_pb2_grpc

    check = health_pb2.HealthCheckRequest()
    assert ask(lambda caller: health_pb2_grpc.HealthStub(caller.channel).Check(check, timeout=5)).status == 1


def test_only_the_digest_is_kept(tokens, file):
    token = tokens.add("reader", ("read", "jobs"))
    (row,) = json.loads(file.read_text())
    assert set(row) == {"name", "scopes", "sha256", "created", "revoked"}
    assert token not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert tokens.check(token, "jobs", "a test").name == "reader"


def test_nobody_has_two_tokens_or_scopes_that_there_are_not(tokens):
    tokens.add("reader", ("read",))
    with pytest.raises(InvalidInputError, match="revoke it first"):
        tokens.add("reader", ("read",))
    with pytest.raises(InvalidInputError, match="no scope 'everything'"):
        tokens.add("other", ("everything",))
    with pytest.raises(NotFoundError):
        tokens.revoke("nobody")


def test_a_failed_write_leaves_the_tokens_as_they_were(tokens, file, monkeypatch):
    token = tokens.add("reader", ("read",))

    def broken(*_):
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", broken)
    with pytest.raises(OSError, match="disk full"):
        tokens.revoke("reader")
    assert tokens.check(token, "read", "a test")
    assert [path.name for path in file.parent.iterdir()] == ["tokens.json"]


ROW = {"name": "x", "sha256": "0" * 64, "scopes": ["read"], "created": "", "revoked": False}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "3",
        '"text"',
        "[1]",
        "[[]]",
        "[{}]",
        "[" * 100_000,
        *(
            json.dumps([ROW | change])
            for change in ({"sha256": "ü"}, {"sha256": 5}, {"revoked": "no"}, {"scopes": 3}, {"more": 1})
        ),
    ],
)
def test_a_server_with_a_broken_tokens_file_does_not_start(file, text):
    file.write_text(text)
    with pytest.raises(InvalidInputError, match="tokens file tokens.json"):
        Server(Settings(tokens_file=str(file)), scopes={})


def test_a_server_without_tokens_does_not_start(file, tokens):
    with pytest.raises(UsageError, match="helioscribe tokens new"):
        Server(Settings(tokens_file=str(file)), scopes={})
    tokens.add("reader", ("read",))
    Server(Settings(tokens_file=str(file)), scopes={})


def test_what_is_changed_and_refused_is_noted(tokens, caplog):
    caplog.set_level("INFO", "helioscribe.audit")
    anna, worker = tokens.add("anna", ("read", "review")), tokens.add("worker-1", ("read", "review", "worker"))
    tokens.check(anna, "read", "GET /")
    tokens.check(worker, "review", "POST /reviews")
    tokens.check(anna, "review", "POST /reviews\nforged")
    for shown, scope in ((anna, "jobs"), ("hs_nobody", "read")):
        with pytest.raises((PermissionDeniedError, UnauthenticatedError)):
            tokens.check(shown, scope, "POST /jobs")
    assert caplog.messages == [
        r"'POST /reviews\nforged': 'anna', scope review",
        "'POST /jobs': refused to 'anna', who lacks the scope jobs",
        "'POST /jobs': refused, unknown token",
    ]
    assert not any(secret in caplog.text for secret in (anna, worker, "hs_nobody"))


@pytest.mark.parametrize("fronts", [0, 1])
def test_who_calls_too_often_waits_and_others_do_not(tokens, file, fronts):
    often, other = (tokens.add(name, ("read",)) for name in "ab")
    service = tokens.add("c", ("read", "worker"))
    with wired(tokens_file=str(file), fronts=fronts, grpc_rate=0.5) as server:  # two calls at once

        def ask(token):
            with calling(server, token=token, timeout=10) as caller:
                return read(caller)

        for _ in range(2):
            assert ask(often) == []
        with pytest.raises(OverloadedError, match="a calls too often; try again in"):
            ask(often)
        assert ask(other) == []
        for _ in range(4):
            ask(service)
