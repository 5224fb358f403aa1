"""Signing in and out: the token goes into a cookie that neither scripts nor pages of other sites can use."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from helioscribe.domain.errors import HelioscribeError
from helioscribe.web.access import COOKIE, Access
from helioscribe.web.forms import back_to, read_form
from helioscribe.web.rendering import render

__all__ = ["signing"]

_A_MONTH = 30 * 86400


def signing(access: Access) -> APIRouter:
    """Return ``/login`` and ``/logout``."""
    router, pages = APIRouter(), _Signing(access)
    router.get("/login")(pages.page)
    router.post("/login")(pages.enter)
    router.post("/logout")(pages.leave)
    return router


@dataclass(frozen=True, slots=True)
class _Signing:
    access: Access

    def page(self, request: Request, back: str = "/") -> Response:
        return render("login.html", access=self.access, back=back, name=self._name(request))

    async def enter(self, request: Request) -> Response:
        form = await read_form(request)
        token = form.get("token", "").strip()
        if self.access.tokens is not None:
            await run_in_threadpool(self.access.tokens.check, token, "read", "sign in")
        answer = RedirectResponse(back_to(form, "/"), status_code=303)
        secure = self.access.public_url.startswith("https:") or request.url.scheme == "https"
        answer.set_cookie(COOKIE, token, max_age=_A_MONTH, httponly=True, samesite="strict", secure=secure)
        return answer

    def leave(self) -> Response:
        answer = RedirectResponse("/", status_code=303)
        answer.delete_cookie(COOKIE)
        return answer

    def _name(self, request: Request) -> str:
        """Return who has signed in; empty for nobody, or where a token does not hold any more."""
        shown = request.cookies.get(COOKIE, "")
        if self.access.tokens is not None and shown:
            with suppress(HelioscribeError):
                return self.access.tokens.check(shown, "read", "sign in").name
        return ""
