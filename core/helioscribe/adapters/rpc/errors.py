"""Errors on the wire: the code travels with the call's end, and the other side raises the same class."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import grpc

from helioscribe.adapters.rpc.values import to_text
from helioscribe.domain.errors import (
    CancelledError,
    DeadlineError,
    HelioscribeError,
    InternalError,
    InvalidInputError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    UnauthenticatedError,
    UnavailableError,
    UsageError,
    rebuild,
)

__all__ = ["CODE_KEY", "PUSHBACK_KEY", "RETRY_KEY", "line_of", "raised", "status_of", "trailers_of"]

CODE_KEY = "helioscribe-error"
"""Trailing metadata with the error's code."""

RETRY_KEY = "retry-after-seconds"
"""Trailing metadata that says when to try again."""

PUSHBACK_KEY = "grpc-retry-pushback-ms"
"""Trailing metadata by which gRPC's own retries are told the same."""

_RETRY_AFTER = "1"
# All trailing metadata of a call share 8 KiB, and a letter may take nine bytes there.
_LONGEST = 500

_STATUS = {
    "invalid_input": grpc.StatusCode.INVALID_ARGUMENT,
    "unsupported_input": grpc.StatusCode.INVALID_ARGUMENT,
    "usage": grpc.StatusCode.INVALID_ARGUMENT,
    "not_found": grpc.StatusCode.NOT_FOUND,
    "conflict": grpc.StatusCode.ABORTED,
    "unauthenticated": grpc.StatusCode.UNAUTHENTICATED,
    "permission_denied": grpc.StatusCode.PERMISSION_DENIED,
    "missing_dependency": grpc.StatusCode.FAILED_PRECONDITION,
    "cancelled": grpc.StatusCode.CANCELLED,
    "unavailable": grpc.StatusCode.UNAVAILABLE,
    "transient": grpc.StatusCode.UNAVAILABLE,
    "overloaded": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "deadline": grpc.StatusCode.DEADLINE_EXCEEDED,
    "lease_lost": grpc.StatusCode.ABORTED,
    "plugin": grpc.StatusCode.FAILED_PRECONDITION,
    "incompatible_plugin": grpc.StatusCode.FAILED_PRECONDITION,
    "permanent": grpc.StatusCode.FAILED_PRECONDITION,
}
_UNREACHED = "failed to connect to all addresses"
# Ends of a call that gRPC itself, or a server of another make, decided upon.
_CLASSES: dict[grpc.StatusCode, type[HelioscribeError]] = {
    grpc.StatusCode.INVALID_ARGUMENT: InvalidInputError,
    grpc.StatusCode.NOT_FOUND: NotFoundError,
    grpc.StatusCode.UNAUTHENTICATED: UnauthenticatedError,
    grpc.StatusCode.PERMISSION_DENIED: PermissionDeniedError,
    grpc.StatusCode.CANCELLED: CancelledError,
    grpc.StatusCode.UNAVAILABLE: UnavailableError,
    grpc.StatusCode.RESOURCE_EXHAUSTED: OverloadedError,
    grpc.StatusCode.DEADLINE_EXCEEDED: DeadlineError,
    grpc.StatusCode.UNIMPLEMENTED: UsageError,
}


def status_of(error: HelioscribeError) -> grpc.StatusCode:
    """Return the status that stands for an error."""
    return _STATUS.get(error.code, grpc.StatusCode.INTERNAL)


def trailers_of(error: HelioscribeError) -> tuple[tuple[str, str], ...]:
    """Return the metadata that carries an error's code, and when to try again."""
    trailers = ((CODE_KEY, error.code),)
    return (*trailers, (RETRY_KEY, _RETRY_AFTER), (PUSHBACK_KEY, "1000")) if error.retryable else trailers


def line_of(error: HelioscribeError) -> str:
    """Return an error's message as one line that fits into a call's end."""
    line = " ".join(to_text(error.message).split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."


@contextmanager
def raised(server: str) -> Iterator[None]:
    """Turn the end of a call into the error that the server raised.

    Parameters
    ----------
    server
        Who was called, for the message.
    """
    try:
        yield
    except grpc.RpcError as error:
        raise _error(error, server) from None


def _error(error: Any, server: str) -> HelioscribeError:
    details = " ".join(str(error.details() or "").split())
    code = dict(error.trailing_metadata() or ()).get(CODE_KEY)
    if code is not None:
        return rebuild(str(code), details)
    kind = _CLASSES.get(error.code(), InternalError)
    if kind is OverloadedError and "larger than max" in details:
        kind = InvalidInputError  # a message of this size never passes
    if details.startswith(_UNREACHED):
        details = f"nobody answers there: {details.rpartition(': ')[2]}"
    return kind(f"{server}: {details or error.code().name.lower()}")
