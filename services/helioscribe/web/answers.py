"""What every answer of the web service has in common: safe headers, and errors in one clear line."""

from __future__ import annotations

import logging
import uuid
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from helioscribe.domain.errors import (
    DeadlineError,
    HelioscribeError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    TransientError,
    UnauthenticatedError,
    UsageError,
)
from helioscribe.web.rendering import render

__all__ = ["guard", "refusal"]

_log = logging.getLogger(__name__)

_HEADERS = {
    # Nothing from elsewhere, and no scripts but our files: what a file or a plugin calls itself can do no harm here.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_FOR_PROGRAMS = ("/api/", "/healthz", "/hek/", "/schema", "/helioviewer/")
_OPEN_INFERENCE = "/v2"
_LONGEST = 200
_STATUS: tuple[tuple[type[HelioscribeError], int], ...] = (
    (NotFoundError, 404),
    (UnauthenticatedError, 401),
    (PermissionDeniedError, 403),
    (UsageError, 400),
    (OverloadedError, 429),
    (DeadlineError, 504),
    (TransientError, 503),
)


def refusal(request: Request, error: HelioscribeError) -> Response:
    """Return the answer of an error."""
    status = next((number for kind, number in _STATUS if isinstance(error, kind)), 500)
    return _answer(request, status, error.code, error.message)


def guard(app: FastAPI) -> None:
    """Give every answer its headers and every error its answer."""

    @app.middleware("http")
    async def secured(request: Request, call_next: Any) -> Any:
        answer = await call_next(request)
        answer.headers.update(_HEADERS)
        if not request.url.path.startswith("/static/"):
            answer.headers.setdefault("Cache-Control", "private")  # what a token opened is for nobody else
        return answer

    @app.exception_handler(HelioscribeError)
    async def told(request: Request, error: HelioscribeError) -> Response:
        return refusal(request, error)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        lost = f"there is no page {request.url.path[:80]}" if error.status_code == 404 else str(error.detail)
        return _answer(request, error.status_code, "http", lost)

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> Response:
        number = uuid.uuid4().hex[:12]
        _log.error("%r failed (%s)", request.url.path[:_LONGEST], number, exc_info=error)
        return _answer(request, 500, "internal", f"the server has a defect; see {number} in its log")

    @app.exception_handler(RequestValidationError)
    async def misread(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        return _answer(request, 400, "invalid_input", f"{first['loc'][-1]}: {first['msg']}")


def _answer(request: Request, status: int, code: str, message: str) -> Response:
    answer: Response
    if request.url.path.startswith(_OPEN_INFERENCE):
        answer = JSONResponse({"error": message}, status_code=status)
    elif request.url.path.startswith(_FOR_PROGRAMS):
        answer = JSONResponse({"code": code, "message": message}, status_code=status)
    else:
        back = request.url.path if status in (401, 403) else ""
        answer = render("error.html", status=status, status_code=status, message=message, sign_in=back)
    answer.headers.update(_HEADERS)
    if status in (429, 503):
        answer.headers["Retry-After"] = "1"
    return answer
