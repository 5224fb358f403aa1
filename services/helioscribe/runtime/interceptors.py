"""What happens around every call: the token is checked, errors get their status, nothing internal leaks."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import grpc

from helioscribe.adapters.rpc.errors import status_of, trailers_of
from helioscribe.domain.errors import HelioscribeError, InternalError, PermissionDeniedError, UnauthenticatedError
from helioscribe.runtime.auth import TokenFile

__all__ = ["Gate"]

_log = logging.getLogger(__name__)
_OPEN = ("/grpc.health.v1.Health/", "/grpc.reflection.")
_BEARER = "bearer "


class Gate(grpc.ServerInterceptor):  # type: ignore[misc]  # grpc has no types
    """Stands before every method of a server.

    Parameters
    ----------
    tokens
        Who may call; None lets everybody.
    scopes
        What each method needs, by its full name such as ``/helioscribe.v1.JobService/GetJob``.
    """

    def __init__(self, *, tokens: TokenFile | None, scopes: Mapping[str, str]) -> None:
        self._tokens, self._scopes = tokens, scopes

    def intercept_service(self, continuation: Callable[..., Any], handler_call_details: Any) -> Any:
        """Wrap a method."""
        handler = continuation(handler_call_details)
        method = handler_call_details.method
        if handler is None or method.startswith(_OPEN):
            return handler
        metadata = dict(handler_call_details.invocation_metadata)
        return _wrapped(handler, lambda: self._admit(method, metadata), method)

    def _admit(self, method: str, metadata: Mapping[str, Any]) -> None:
        if self._tokens is None:
            return
        shown = str(metadata.get("authorization", ""))
        if not shown.lower().startswith(_BEARER):
            raise UnauthenticatedError("this server needs a token; send one as 'authorization: Bearer ...'")
        scope = self._scopes.get(method)
        if scope is None:
            raise PermissionDeniedError(f"{method} is open to nobody")
        self._tokens.check(shown[len(_BEARER) :], scope)


def _wrapped(handler: Any, admit: Callable[[], None], method: str) -> Any:
    inner = next(
        function
        for function in (handler.unary_unary, handler.unary_stream, handler.stream_unary, handler.stream_stream)
        if function is not None
    )

    def once(request: Any, context: Any) -> Any:
        try:
            admit()
            return inner(request, context)
        except Exception as error:  # noqa: BLE001  # every way out must have a status
            _end(context, error, method)

    def many(request: Any, context: Any) -> Iterator[Any]:
        try:
            admit()
            yield from inner(request, context)
        except Exception as error:  # noqa: BLE001  # every way out must have a status
            _end(context, error, method)

    make = {
        (False, False): grpc.unary_unary_rpc_method_handler,
        (False, True): grpc.unary_stream_rpc_method_handler,
        (True, False): grpc.stream_unary_rpc_method_handler,
        (True, True): grpc.stream_stream_rpc_method_handler,
    }[handler.request_streaming, handler.response_streaming]
    wrapper = many if handler.response_streaming else once
    return make(wrapper, handler.request_deserializer, handler.response_serializer)


def _end(context: Any, error: Exception, method: str) -> None:
    if not context.is_active():
        return
    if not isinstance(error, HelioscribeError):
        number = uuid.uuid4().hex[:12]
        _log.error("%s failed (%s)", method, number, exc_info=error)
        error = InternalError(f"a defect of the server; its log says more under {number}")
    context.set_trailing_metadata(trailers_of(error))
    context.abort(status_of(error), error.message)
