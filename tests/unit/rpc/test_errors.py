"""An error arrives as what it was raised as, and as the status that every gRPC client understands."""

import re
from contextlib import closing
from types import SimpleNamespace

import grpc
import pytest

from helioscribe.adapters.memory import MemoryCatalogue, MemoryJobs, MemoryModels
from helioscribe.adapters.rpc import RpcCatalogue
from helioscribe.adapters.rpc.channel import open_channel
from helioscribe.adapters.rpc.errors import CODE_KEY, RETRY_KEY, status_of
from helioscribe.domain import errors
from helioscribe.domain.errors import (
    CancelledError,
    ConflictError,
    DeadlineError,
    HelioscribeError,
    InternalError,
    InvalidInputError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    PluginError,
    UnauthenticatedError,
    UnavailableError,
)
from helioscribe.ports.catalogue import EventQuery
from helioscribe.proto.v1.catalogue_pb2 import GetEventRequest
from helioscribe.proto.v1.catalogue_pb2_grpc import CatalogueServiceStub
from support.ports import free_port
from support.wired import calling, wired

Code = grpc.StatusCode
KINDS = [kind for name in errors.__all__ if isinstance(kind := getattr(errors, name), type) and "code" in kind.__dict__]


class Failing(MemoryCatalogue):
    """Raises what it is given."""

    error: Exception = HelioscribeError("")

    def event(self, event_id, *, revision=None):
        raise self.error

    def search(self, query):
        yield from ()
        raise self.error


@pytest.fixture(scope="module")
def server():
    with wired(stores=SimpleNamespace(catalogue=Failing(), jobs=MemoryJobs(), models=MemoryModels())) as server:
        yield server


@pytest.fixture(scope="module")
def caller(server):
    with calling(server, timeout=10) as caller:
        yield caller


@pytest.fixture
def ask(server, caller):
    """Return the error that the client raises for one that the catalogue raises."""

    def raised(error, *, streamed=False):
        server.catalogue.error = error
        far = RpcCatalogue(caller)
        with pytest.raises(HelioscribeError) as info:
            list(far.search(EventQuery())) if streamed else far.event("evt")
        return info.value

    return raised


@pytest.fixture
def status(server, caller):
    """Return how the call ended for a client of another make."""

    def ended(error):
        server.catalogue.error = error
        with pytest.raises(grpc.RpcError) as info:
            CatalogueServiceStub(caller.channel).GetEvent(GetEventRequest(event_id="evt"), timeout=10)
        return info.value

    return ended


@pytest.mark.parametrize("streamed", [False, True], ids=["unary", "streamed"])
@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if not issubclass(kind, InternalError) and kind is not HelioscribeError]
)
def test_the_same_class_is_raised_on_the_other_side(ask, kind, streamed):
    error = ask(kind("event evt: expected näïve ☀, got 3"), streamed=streamed)
    assert type(error) is kind
    assert error.message == "event evt: expected näïve ☀, got 3"


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (InvalidInputError, Code.INVALID_ARGUMENT),
        (NotFoundError, Code.NOT_FOUND),
        (ConflictError, Code.ABORTED),
        (OverloadedError, Code.RESOURCE_EXHAUSTED),
        (UnavailableError, Code.UNAVAILABLE),
        (DeadlineError, Code.DEADLINE_EXCEEDED),
        (CancelledError, Code.CANCELLED),
        (UnauthenticatedError, Code.UNAUTHENTICATED),
        (PermissionDeniedError, Code.PERMISSION_DENIED),
        (PluginError, Code.FAILED_PRECONDITION),
        (InternalError, Code.INTERNAL),
    ],
)
def test_the_status_tells_others(status, kind, code):
    assert status(kind("no")).code() is code


def test_every_class_but_the_internal_has_a_status_of_its_own():
    without = {kind for kind in KINDS if status_of(kind("")) is Code.INTERNAL}
    assert without == {HelioscribeError, InternalError}


def test_what_may_go_well_later_says_when(status):
    trailers = dict(status(OverloadedError("the queue is full")).trailing_metadata())
    assert (trailers[CODE_KEY], trailers[RETRY_KEY]) == ("overloaded", "1")
    assert RETRY_KEY not in dict(status(NotFoundError("no")).trailing_metadata())


@pytest.mark.parametrize(
    "error", [RuntimeError("password=hunter2"), KeyError("x"), InternalError.wrap(OSError("/srv/x"), doing="y")]
)
def test_a_defect_is_logged_under_a_number_and_not_told(ask, caplog, error):
    found = ask(error)
    assert type(found) is InternalError
    number = found.message.split()[6]
    assert found.message == f"the server has a defect; see {number} in its log"
    (record,) = [record for record in caplog.records if number in record.getMessage()]
    assert record.exc_info[1] is error
    assert "GetEvent" in record.getMessage()


@pytest.mark.parametrize("message", ["ü" * 100_000, "☀" * 5000, "x\ny\r\n z\0", "\udcff broken", "%0A%s{}", ""])
def test_any_message_passes_as_one_line(ask, message):
    error = ask(InvalidInputError(message))
    assert type(error) is InvalidInputError
    assert len(error.message) < 600
    assert "\n" not in error.message


def test_a_newer_server_may_raise_what_we_do_not_know(ask):
    class FutureError(HelioscribeError):
        code = "invented_later"

    errors._BY_CODE.pop("invented_later")
    assert type(ask(FutureError("later"))) is InternalError


def test_a_call_that_the_server_does_not_have_is_a_mistake_of_the_caller(caller):
    with pytest.raises(errors.UsageError, match="localhost:.*not found"):
        caller.call(caller.channel.unary_unary("/helioscribe.v1.CatalogueService/Nothing"), b"")


def test_who_does_not_answer_is_told_in_few_words():
    with (
        closing(open_channel(f"grpc://127.0.0.1:{free_port()}", timeout=10)) as nobody,
        pytest.raises(UnavailableError) as caught,
    ):
        RpcCatalogue(nobody).event("evt-1")
    assert re.fullmatch(r"127\.0\.0\.1:\d+: nobody answers there: Connection refused", caught.value.message)
