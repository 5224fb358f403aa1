"""Who may do what over HTTP: tokens in a header, in a cookie after signing in, or in the address for clients of HEK."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response

from helioscribe.domain.errors import HelioscribeError, PermissionDeniedError, UnauthenticatedError
from helioscribe.runtime.auth import TokenFile, caller
from helioscribe.web.forms import check_own_page

__all__ = ["COOKIE", "Access"]

COOKIE = "hs_token"
"""Cookie with the token of who has signed in."""

_BEARER = "bearer "
_OPEN = ("/static/", "/healthz", "/login", "/logout")
_WRITES = (
    ("/reviews", "review"),
    ("/relations", "write"),
    ("/jobs", "jobs"),
    ("/api/events", "write"),
    ("/v2/repository/models/", "admin"),
    ("/v2/", "read"),
)
_OWN = "/api/subscriptions"  # what is there is nobody else's, to read neither
_READING = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """The rule of a site."""

    tokens: TokenFile | None = None
    """Who may do what; None lets everybody do everything, which is for one's own machine only."""

    open_reading: bool = True
    """Whether everybody may read."""

    only_reading: bool = False
    """Whether nobody may change anything; for a server without tokens that others reach."""

    public_url: str = ""
    """Where the world finds the site: if by TLS, which may end before this server, its cookies go no other way."""

    any_name: bool = False
    """Whether a server without tokens answers to any name, and not only to ``localhost``, addresses and the public one.
    A page elsewhere could give its own name our address, and a browser would take it for ours."""

    def scope(self, method: str, path: str) -> str | None:
        """Return what a request needs; None if nothing."""
        if self.tokens is None or path.startswith(_OPEN):
            return None
        if path.startswith(_OWN):
            return "write"
        if method in _READING or path == "/v2/repository/index":
            return None if self.open_reading else "read"
        return next((scope for start, scope in _WRITES if path.startswith(start)), "admin")

    def check(self, request: Request) -> None:
        """Raise `UnauthenticatedError` or `PermissionDeniedError` unless the request may pass."""
        if request.method not in _READING:
            check_own_page(request)
        if self.tokens is None:
            self._check_without_tokens(request)
        scope = self.scope(request.method, request.url.path)
        if scope is None or self.tokens is None:
            return
        shown = _shown(request)
        if not shown:
            raise UnauthenticatedError("this needs a token: sign in at /login, or send 'authorization: Bearer ...'")
        caller.set(self.tokens.check(shown, scope, f"{request.method} {request.url.path}"))

    def _check_without_tokens(self, request: Request) -> None:
        if self.only_reading:
            if request.method not in _READING or request.url.path.startswith(_OWN):
                raise PermissionDeniedError("this server has no tokens and only shows; its operator can make some")
        elif not self.any_name:
            self._check_own_machine(request)

    def _check_own_machine(self, request: Request) -> None:
        if not self._answers_to(request.url.hostname or ""):
            raise PermissionDeniedError(
                "this server asks for no tokens and answers to localhost, addresses and the name in "
                "HELIOSCRIBE_PUBLIC_URL only"
            )
        # As a script, a JSONP answer would tell another site what is in one's own catalogue.
        told = request.headers
        if told.get("sec-fetch-site") == "cross-site" and told.get("sec-fetch-mode") == "no-cors":
            raise PermissionDeniedError("this server asks for no tokens, and is no part of other sites' pages")

    def _answers_to(self, name: str) -> bool:
        if name in ("localhost", urlsplit(self.public_url).hostname):
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True

    def guard(self, app: FastAPI, refused: Callable[[Request, HelioscribeError], Response]) -> None:
        """Let every request of an application be checked first."""

        @app.middleware("http")
        async def checked(request: Request, call_next: Callable[[Request], Awaitable[Any]]) -> Any:
            try:
                self.check(request)
            except HelioscribeError as error:
                return refused(request, error)
            return await call_next(request)


def _shown(request: Request) -> str:
    header = request.headers.get("authorization", "")
    if header.lower().startswith(_BEARER):
        return header[len(_BEARER) :]
    # sunpy's client can send no header, but whatever stands in its address.
    of_address = request.query_params.get("token", "") if request.url.path.startswith("/hek/") else ""
    return of_address or request.cookies.get(COOKIE, "")
