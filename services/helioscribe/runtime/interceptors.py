"""Wraps every gRPC call: checks the token, converts errors to status codes, and hides internal errors."""

from __future__ import annotations

import asyncio
import logging
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import grpc
from google.protobuf.message import DecodeError

from helioscribe.adapters.rpc.errors import line_of, status_of, trailers_of
from helioscribe.domain.errors import (
    HelioscribeError,
    InternalError,
    InvalidInputError,
    OverloadedError,
    PermissionDeniedError,
    UnauthenticatedError,
)
from helioscribe.domain.trace import HEADER
from helioscribe.runtime.auth import TokenFile, caller
from helioscribe.runtime.metrics import metrics
from helioscribe.runtime.rates import Rate
from helioscribe.runtime.tracing import span

__all__ = ["Gate"]

_log = logging.getLogger(__name__)
# Probes of orchestrators have no token, and the list of services is no secret.
_OPEN = ("/grpc.health.v1.Health/", "/grpc.reflection.")
_LONG = ("Watch", "Search", "Detect", "Ingest", "ModelInfer", "ModelStreamInfer", "RepositoryModel")
_BEARER = "bearer "
_MAKERS = {  # by whether request and response are streams
    (False, False): grpc.unary_unary_rpc_method_handler,
    (False, True): grpc.unary_stream_rpc_method_handler,
    (True, False): grpc.stream_unary_rpc_method_handler,
    (True, True): grpc.stream_stream_rpc_method_handler,
}

Admit = Callable[[], AbstractContextManager[None]]


class Gate(grpc.ServerInterceptor):  # type: ignore[misc]  # grpc has no types
    """Interceptor of every method of a server.

    Parameters
    ----------
    tokens
        Tokens that are accepted; None if everybody may call.
    scopes
        Scope that each method needs, by its full name such as ``/helioscribe.v1.JobService/GetJob``.
    long_calls
        Largest number of calls at the same time that watch, search, send or compute. Other threads remain free for
        short calls.
    rate
        Limit on how often each token may call; None for no limit.
    """

    def __init__(
        self, *, tokens: TokenFile | None, scopes: Mapping[str, str], long_calls: int, rate: Rate | None = None
    ) -> None:
        self._tokens, self._scopes, self._rate = tokens, scopes, rate
        self._slots = threading.BoundedSemaphore(long_calls)

    def intercept_service(self, continuation: Callable[..., Any], handler_call_details: Any) -> Any:
        """Return the wrapped handler of a method."""
        handler = continuation(handler_call_details)
        method: str = handler_call_details.method
        if handler is None or method.startswith(_OPEN):
            return handler
        metadata = dict(handler_call_details.invocation_metadata)
        return _wrapped(handler, lambda: self._admit(method, metadata), method, str(metadata.get(HEADER, "")))

    async def answer(
        self, handler: Any, method: str, metadata: Mapping[str, Any], body: memoryview, context: Any
    ) -> bytes:
        """Answer a call that a front has passed on, with a handler that is a coroutine."""
        try:
            with span(method, str(metadata.get(HEADER, ""))), _counted(method):
                if self._tokens is not None:
                    self._check(self._tokens, method, metadata)
                request = _sound(_careful(handler.request_deserializer)(body))
                found: bytes = handler.response_serializer(await handler.unary_unary(request, context))
                return found
        except Exception as error:  # every way out must have a status
            _end(context, error, method)
            raise

    @contextmanager
    def _admit(self, method: str, metadata: Mapping[str, Any]) -> Iterator[None]:
        if self._tokens is not None:
            self._check(self._tokens, method, metadata)
        if not method.rpartition("/")[2].startswith(_LONG):
            yield
            return
        if not self._slots.acquire(blocking=False):
            raise OverloadedError("too many long calls at the same time; try again in a second")
        try:
            yield
        finally:
            self._slots.release()

    def _check(self, tokens: TokenFile, method: str, metadata: Mapping[str, Any]) -> None:
        shown = str(metadata.get("authorization", ""))
        if not shown.lower().startswith(_BEARER):
            raise UnauthenticatedError("this server needs a token; send one as 'authorization: Bearer ...'")
        scope = self._scopes.get(method)
        if scope is None:
            raise PermissionDeniedError(f"{method} cannot be called")
        token = tokens.check(shown[len(_BEARER) :], scope, method)
        if self._rate and "worker" not in token.scopes and (pause := self._rate.wait(token.name)):
            raise OverloadedError(f"{token.name} calls too often; try again in {pause:.1f} s")
        caller.set(token)


def _wrapped(handler: Any, admit: Admit, method: str, trace: str) -> Any:
    inner = handler.unary_unary or handler.unary_stream or handler.stream_unary or handler.stream_stream

    def sound(request: Any) -> Any:
        return map(_sound, request) if handler.request_streaming else _sound(request)

    def once(request: Any, context: Any) -> Any:
        try:
            with span(method, trace), _counted(method), admit():
                return inner(sound(request), context)
        except Exception as error:  # noqa: BLE001  # every way out must have a status
            _end(context, error, method)

    def many(request: Any, context: Any) -> Iterator[Any]:
        try:
            with span(method, trace), _counted(method), admit():
                yield from inner(sound(request), context)
        except Exception as error:  # noqa: BLE001  # every way out must have a status
            _end(context, error, method)

    make = _MAKERS[handler.request_streaming, handler.response_streaming]
    wrapper = many if handler.response_streaming else once
    return make(wrapper, _careful(handler.request_deserializer), handler.response_serializer)


@contextmanager
def _counted(method: str) -> Iterator[None]:
    code = "ok"
    try:
        with metrics().call_seconds.labels(method).time():
            yield
    except (GeneratorExit, asyncio.CancelledError):
        code = "cancelled"
        raise
    except Exception as error:
        code = error.code if isinstance(error, HelioscribeError) else InternalError.code
        raise
    finally:
        metrics().calls.labels(method, code).inc()


def _careful(deserialize: Callable[[Any], Any]) -> Callable[[Any], Any]:
    # gRPC would report a malformed message as an internal error; so the error is passed to the handler instead.
    def parse(data: Any) -> Any:
        try:
            return deserialize(data)
        except DecodeError:
            return InvalidInputError("the request is not a message of the type that this call takes")

    return parse


def _sound(request: Any) -> Any:
    if isinstance(request, InvalidInputError):
        raise request
    return request


def _end(context: Any, error: Exception, method: str) -> None:
    if not isinstance(error, HelioscribeError) or isinstance(error, InternalError):
        number = uuid.uuid4().hex[:12]
        if context.is_active():
            _log.error("%s failed (%s)", method, number, exc_info=error)
        error = InternalError(f"the server has a defect; see {number} in its log")
    context.set_trailing_metadata(trailers_of(error))
    context.abort(status_of(error), line_of(error))
