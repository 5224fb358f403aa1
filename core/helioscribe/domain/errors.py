"""Errors whose code survives the wire and whose class says what to do about them."""

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
    """Base of all errors that a user or another service may see.

    Parameters
    ----------
    message
        One clear line: what was wrong, where, what was expected.
    """

    code: ClassVar[str] = "internal"
    """Name of the error on every wire; never reused for another meaning."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "code" in cls.__dict__:
            _BY_CODE[cls.code] = cls

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    @property
    def retryable(self) -> bool:
        """Whether the same call may succeed later."""
        return isinstance(self, TransientError)

    @classmethod
    def wrap(cls, error: BaseException, *, doing: str) -> Self:
        """Make an error of this class out of a library's, in one line; where its file lies is nobody's business."""
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        text = " ".join(said.split()) or type(error).__name__
        return cls(f"{doing}: {text}")


class TransientError(HelioscribeError):
    """Try again later: the world was not ready."""

    code = "transient"


class PermanentError(HelioscribeError):
    """Give up: the same call fails again."""

    code = "permanent"


class UsageError(HelioscribeError):
    """The caller's mistake: another call is needed."""

    code = "usage"


class InvalidInputError(UsageError):
    """A file, product or argument does not hold what was expected."""

    code = "invalid_input"


class UnsupportedInputError(InvalidInputError):
    """A sound file of a kind that no reader knows."""

    code = "unsupported_input"


class NotFoundError(UsageError):
    """Nothing has that name."""

    code = "not_found"


class ConflictError(UsageError):
    """The thing exists already in another form."""

    code = "conflict"


class UnauthenticatedError(UsageError):
    """No token, or a token that nobody issued."""

    code = "unauthenticated"


class PermissionDeniedError(UsageError):
    """The token lacks the scope that the call needs."""

    code = "permission_denied"


class MissingDependencyError(UsageError):
    """An optional library is needed and not installed."""

    code = "missing_dependency"

    @classmethod
    def of(cls, library: str, *, extra: str) -> Self:
        """Name the missing library and the extra that brings it."""
        return cls(f"{library} is not installed; install it with: pip install 'helioscribe[{extra}]'")


class CancelledError(UsageError):
    """The caller asked for the work to stop."""

    code = "cancelled"


class UnavailableError(TransientError):
    """A server or an archive does not answer."""

    code = "unavailable"


class OverloadedError(TransientError):
    """A queue is full."""

    code = "overloaded"


class DeadlineError(TransientError):
    """The time allowed ran out."""

    code = "deadline"


class LeaseLostError(TransientError):
    """Another worker holds the job now."""

    code = "lease_lost"


class PluginError(PermanentError):
    """A detector broke its contract or raised."""

    code = "plugin"


class IncompatiblePluginError(PluginError):
    """A plugin asks for another host API."""

    code = "incompatible_plugin"


class InternalError(PermanentError):
    """A defect of the platform; the log has the details."""

    code = "internal"


def error_class(code: str) -> type[HelioscribeError]:
    """Class of a code; `InternalError` for a code that this version does not know."""
    return _BY_CODE.get(code, InternalError)


def rebuild(code: str, message: str) -> HelioscribeError:
    """Make the error that the other side of a wire raised."""
    return error_class(code)(message)
