"""API tokens: only their digests are kept, each with the scopes that it opens."""

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
"""What a token may open. ``worker`` is for the platform's own services; ``admin`` opens everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What is kept of a token."""

    name: str
    """Who has it."""

    sha256: str
    """Digest of the token itself, which is shown once and kept nowhere."""

    scopes: tuple[str, ...]
    """What it opens."""

    created: str
    """When, UTC."""

    revoked: bool = False
    """Whether it opens nothing any more."""


caller: ContextVar[Token | None] = ContextVar("caller", default=None)
"""Whose token opened the call that this thread answers; None where no tokens are asked for."""


def who() -> str:
    """Return the name of whose token opened the call; where no tokens are asked for, the platform's."""
    token = caller.get()
    return token.name if token else "helioscribe"


def speaks_for_others() -> bool:
    """Whether the call may name somebody else: one of the platform's services or an administrator sends it, or nobody
    asks for tokens.
    """
    token = caller.get()
    return token is None or not {"worker", "admin"}.isdisjoint(token.scopes)


class TokenFile:
    """The tokens of a service; read again whenever the file changes.

    Parameters
    ----------
    path
        JSON file; need not exist before the first token is added.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._seen: tuple[int, ...] | None = None
        self._tokens: tuple[Token, ...] = ()

    def tokens(self) -> tuple[Token, ...]:
        """Return what is kept of all tokens. Raises `InvalidInputError` if the file is broken."""
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
        """Make a token and return it: the only time that anyone sees it.

        Raises
        ------
        InvalidInputError
            For an unknown scope, or a name that has a token.
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
        """Let a token open nothing any more. Raises `NotFoundError` if nobody of that name has one."""
        tokens = self.tokens()
        if not any(token.name == name and not token.revoked for token in tokens):
            raise NotFoundError(f"{name} has no token")
        self._write(tuple(replace(t, revoked=True) if t.name == name else t for t in tokens))

    def check(self, shown: str, scope: str, doing: str) -> Token:
        """Return the token that was shown, if it opens `scope`; the audit log notes what is changed and refused.

        Parameters
        ----------
        shown
            What a caller shows.
        scope
            What it must open.
        doing
            What the caller asks for, such as ``POST /reviews``.

        Raises
        ------
        UnauthenticatedError
            If nobody issued it, or it was revoked.
        PermissionDeniedError
            If it does not open `scope`.
        UnavailableError
            If the file is broken now: nobody passes until it is mended.
        """
        sha256 = digest(shown.encode())
        # All are compared, and each in the same time: the answer's delay tells nothing of what is kept.
        found = [token for token in self._valid() if hmac.compare_digest(token.sha256, sha256)]
        if not found:
            _audit.warning("%r: refused, nobody's token", doing[:_LONGEST])
            raise UnauthenticatedError("no valid token; send one as 'authorization: Bearer ...'")
        (token, *_) = found
        if scope not in token.scopes and "admin" not in token.scopes:
            _audit.warning("%r: refused to %r, who lacks the scope %s", doing[:_LONGEST], token.name, scope)
            raise PermissionDeniedError(f"the token of {token.name} lacks the scope {scope}")
        if scope != "read" and "worker" not in token.scopes:  # the platform's own calls are its jobs, noted elsewhere
            _audit.info("%r: %r, scope %s", doing[:_LONGEST], token.name, scope)
        return token

    def _valid(self) -> list[Token]:
        try:
            return [token for token in self.tokens() if not token.revoked]
        except InvalidInputError as error:
            _log.error("nobody passes: %s", error.message)
            raise UnavailableError("this server cannot check tokens now; its log says why") from None

    def _write(self, tokens: tuple[Token, ...]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps([asdict(token) for token in tokens], indent=1) + "\n"
        # Whole before it has the name, and for its owner's eyes only.
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
        raise ValueError(f"the digest of {token.name} is no sha256")
    if not isinstance(token.revoked, bool):
        raise ValueError(f"expected whether {token.name} is revoked, got {token.revoked!r}")  # noqa: TRY004
    return token
