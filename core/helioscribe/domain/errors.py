"""The errors of the platform. Each has a code, by which a client raises the same class as the server did."""

from __future__ import annotations

from typing import ClassVar, Self

__all__ = [
    "CancelledError",
    "ConflictError",
    "DeadlineError",
    "HelioscribeError",
    "IncompatiblePluginError",
    "InternalError",
    "InvalidInputError",
    "LeaseLostError",
    "MissingDependencyError",
    "NotFoundError",
    "OverloadedError",
    "PermanentError",
    "PermissionDeniedError",
    "PluginError",
    "TransientError",
    "UnauthenticatedError",
    "UnavailableError",
    "UnsupportedInputError",
    "UsageError",
    "error_class",
    "rebuild",
]

_BY_CODE: dict[str, type[HelioscribeError]] = {}


class HelioscribeError(Exception):
    """Base class of all errors that a user or another service sees.

    Parameters
    ----------
    message
        What is wrong, where, and what was expected, in one line.
    """

    code: ClassVar[str] = "internal"
    """Name of the error in messages between services; never reused for another meaning."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "code" in cls.__dict__:
            _BY_CODE[cls.code] = cls

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    @property
    def retryable(self) -> bool:
        """Whether the same call may succeed at a later time."""
        return isinstance(self, TransientError)

    @classmethod
    def wrap(cls, error: BaseException, *, doing: str) -> Self:
        """Make an error of this class from one of a library, in one line and without paths of files."""
        cause = getattr(error, "reason", None)  # urllib puts a name of its own around what went wrong
        error = cause if isinstance(cause, BaseException) else error
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        text = " ".join(said.split()) or type(error).__name__
        return cls(f"{doing}: {text}")


class TransientError(HelioscribeError):
    """Something was not available; the same call may succeed later."""

    code = "transient"


class PermanentError(HelioscribeError):
    """The same call will always fail."""

    code = "permanent"


class UsageError(HelioscribeError):
    """The caller made a mistake and has to change the call."""

    code = "usage"


class InvalidInputError(UsageError):
    """A file, product or argument is not what was expected."""

    code = "invalid_input"


class UnsupportedInputError(InvalidInputError):
    """A file is valid, but of a kind that no reader knows."""

    code = "unsupported_input"


class NotFoundError(UsageError):
    """There is nothing with that name or id."""

    code = "not_found"


class ConflictError(UsageError):
    """The call contradicts what is stored already."""

    code = "conflict"


class UnauthenticatedError(UsageError):
    """The call has no token, or an unknown one."""

    code = "unauthenticated"


class PermissionDeniedError(UsageError):
    """The token lacks the scope that the call needs."""

    code = "permission_denied"


class MissingDependencyError(UsageError):
    """An optional library is not installed."""

    code = "missing_dependency"

    @classmethod
    def of(cls, library: str, *, extra: str) -> Self:
        """Return the error for a library and the extra of this distribution that installs it."""
        return cls(f"{library} is not installed; install it with: pip install 'helioscribe[{extra}]'")


class CancelledError(UsageError):
    """The work was cancelled."""

    code = "cancelled"


class UnavailableError(TransientError):
    """A server or an archive does not answer."""

    code = "unavailable"


class OverloadedError(TransientError):
    """A queue is full."""

    code = "overloaded"


class DeadlineError(TransientError):
    """The call took longer than its deadline allows."""

    code = "deadline"


class LeaseLostError(TransientError):
    """Another worker holds the job now."""

    code = "lease_lost"


class PluginError(PermanentError):
    """A detector raised an error, or returned something invalid."""

    code = "plugin"


class IncompatiblePluginError(PluginError):
    """A plugin needs another version of the host API."""

    code = "incompatible_plugin"


class InternalError(PermanentError):
    """The platform has a defect; its log has the details."""

    code = "internal"


def error_class(code: str) -> type[HelioscribeError]:
    """Return the class of a code; `InternalError` if this version does not know the code."""
    return _BY_CODE.get(code, InternalError)


def rebuild(code: str, message: str) -> HelioscribeError:
    """Return the error that another service raised."""
    return error_class(code)(message)
