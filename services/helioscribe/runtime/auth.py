"""API tokens with scopes. Only digests of the tokens are stored."""

from __future__ import annotations

import hmac
import json
import logging
import re
import secrets
import tempfile
import threading
from contextvars import ContextVar
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from helioscribe.domain.errors import (
    InvalidInputError,
    NotFoundError,
    PermissionDeniedError,
    UnauthenticatedError,
    UnavailableError,
)
from helioscribe.domain.identity import digest
from helioscribe.domain.times import format_utc, utc_now

__all__ = ["SCOPES", "Token", "TokenFile", "caller", "speaks_for_others", "who"]

_log = logging.getLogger(__name__)
_audit = logging.getLogger("helioscribe.audit")

_LONGEST = 200
SCOPES = ("read", "write", "review", "jobs", "train", "admin", "worker")
"""Scopes of tokens. ``worker`` is for the services of the platform; ``admin`` includes all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What is stored of a token."""

    name: str
    """Name of the owner."""

    sha256: str
    """Digest of the token, which is shown once and not stored."""

    scopes: tuple[str, ...]
    """Scopes that it has."""

    created: str
    """Time at which it was made, UTC."""

    revoked: bool = False
    """Whether it is no longer valid."""


caller: ContextVar[Token | None] = ContextVar("caller", default=None)
"""Token of the call that this thread answers; None if the server asks for no tokens."""


def who() -> str:
    """Return the owner of the token of this call; ``helioscribe`` if the server asks for no tokens."""
    token = caller.get()
    return token.name if token else "helioscribe"


def speaks_for_others() -> bool:
    """Whether this call may act in somebody else's name.

    Services of the platform and administrators may, and everybody if the server asks for no tokens.
    """
    token = caller.get()
    return token is None or not {"worker", "admin"}.isdisjoint(token.scopes)


class TokenFile:
    """The tokens of a service, in a file that is read again whenever it changes.

    Parameters
    ----------
    path
        JSON file. It is made when the first token is added.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._seen: tuple[int, ...] | None = None
        self._tokens: tuple[Token, ...] = ()

    def tokens(self) -> tuple[Token, ...]:
        """Return all tokens. Raises `InvalidInputError` if the file cannot be read."""
        with self._lock:
            try:
                status = self._path.stat()
            except FileNotFoundError:
                return ()
            stamp = (status.st_ino, status.st_mtime_ns, status.st_size)
            if stamp != self._seen:
                self._tokens, self._seen = _read(self._path), stamp
            return self._tokens

    def add(self, name: str, scopes: tuple[str, ...]) -> str:
        """Make a token and return it. It is not stored and cannot be shown again.

        Raises
        ------
        InvalidInputError
            If a scope is unknown, or the owner has a token already.
        """
        if unknown := set(scopes) - set(SCOPES):
            raise InvalidInputError(f"no scope {min(unknown)!r}; there are {', '.join(SCOPES)}")
        if any(token.name == name and not token.revoked for token in self.tokens()):
            raise InvalidInputError(f"{name} has a token; revoke it first")
        secret = f"hs_{secrets.token_urlsafe(32)}"
        kept = Token(name=name, sha256=digest(secret.encode()), scopes=scopes, created=format_utc(utc_now()))
        self._write((*self.tokens(), kept))
        return secret

    def revoke(self, name: str) -> None:
        """Make the token of an owner invalid. Raises `NotFoundError` if there is none."""
        tokens = self.tokens()
        if not any(token.name == name and not token.revoked for token in tokens):
            raise NotFoundError(f"{name} has no token")
        self._write(tuple(replace(t, revoked=True) if t.name == name else t for t in tokens))

    def check(self, shown: str, scope: str, doing: str) -> Token:
        """Return the token that a caller sent, if it has the scope. Changes and refusals go to the audit log.

        Parameters
        ----------
        shown
            Token that the caller sent.
        scope
            Scope that the call needs.
        doing
            Name of the call, such as ``POST /reviews``, for the log.

        Raises
        ------
        UnauthenticatedError
            If the token is unknown or revoked.
        PermissionDeniedError
            If the token lacks the scope.
        UnavailableError
            If the file of tokens cannot be read now.
        """
        sha256 = digest(shown.encode())
        # All tokens are compared, each in constant time, so that the duration of the answer reveals nothing.
        found = [token for token in self._valid() if hmac.compare_digest(token.sha256, sha256)]
        if not found:
            _audit.warning("%r: refused, unknown token", doing[:_LONGEST])
            raise UnauthenticatedError("no valid token; send one as 'authorization: Bearer ...'")
        (token, *_) = found
        if scope not in token.scopes and "admin" not in token.scopes:
            _audit.warning("%r: refused to %r, who lacks the scope %s", doing[:_LONGEST], token.name, scope)
            raise PermissionDeniedError(f"the token of {token.name} lacks the scope {scope}")
        if scope != "read" and "worker" not in token.scopes:  # calls of the platform's own services are logged as jobs
            _audit.info("%r: %r, scope %s", doing[:_LONGEST], token.name, scope)
        return token

    def _valid(self) -> list[Token]:
        try:
            return [token for token in self.tokens() if not token.revoked]
        except InvalidInputError as error:
            _log.error("all calls are refused: %s", error.message)
            raise UnavailableError("this server cannot check tokens now; its log says why") from None

    def _write(self, tokens: tuple[Token, ...]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps([asdict(token) for token in tokens], indent=1) + "\n"
        # Written completely before it gets its name, and readable by the owner only.
        with tempfile.NamedTemporaryFile("w", dir=self._path.parent, delete=False, encoding="utf-8") as aside:
            aside.write(text)
        try:
            Path(aside.name).replace(self._path)
        except OSError:
            Path(aside.name).unlink()
            raise


def _read(path: Path) -> tuple[Token, ...]:
    try:
        return tuple(_token(row) for row in json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise InvalidInputError.wrap(error, doing=f"tokens file {path.name}") from None


def _token(row: dict[str, Any]) -> Token:
    token = Token(**{**row, "scopes": tuple(row["scopes"])})
    if not re.fullmatch("[0-9a-f]{64}", token.sha256):
        raise ValueError(f"the digest of {token.name} is not a sha256")
    if not isinstance(token.revoked, bool):
        raise ValueError(f"expected whether {token.name} is revoked, got {token.revoked!r}")  # noqa: TRY004
    return token
