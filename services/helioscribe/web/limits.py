"""No visitor may keep all others waiting: a rate for each, and a largest request."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from math import ceil
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response

from helioscribe.domain.errors import HelioscribeError, InvalidInputError, OverloadedError
from helioscribe.runtime.rates import Rate

__all__ = ["limit"]

_FREE = "/static/"  # with them, who is refused sees a page that says so
_LONGEST_ADDRESS = 16 << 10


def limit(
    app: FastAPI, rate: Rate | None, *, largest: int, refused: Callable[[Request, HelioscribeError], Response]
) -> None:
    """Refuse requests of an application that come too often or are too large.

    Parameters
    ----------
    app
        The application.
    rate
        How often each visitor may come; None as often as it likes.
    largest
        Most bytes of a request.
    refused
        Makes the answer of an error.
    """

    @app.middleware("http")
    async def limited(request: Request, call_next: Callable[[Request], Awaitable[Any]]) -> Any:
        length = request.headers.get("content-length", "0")
        if len(str(request.url)) > _LONGEST_ADDRESS:
            return refused(request, InvalidInputError(f"address too long; expected at most {_LONGEST_ADDRESS} signs"))
        if not length.isdigit() or int(length) > largest:
            return refused(request, InvalidInputError(f"request too large; expected at most {largest >> 20} MiB"))
        if pause := _pause(rate, request):
            answer = refused(request, OverloadedError(f"too many requests; try again in {pause:.1f} s"))
            answer.headers["Retry-After"] = str(ceil(pause))
            return answer
        return await call_next(request)


def _pause(rate: Rate | None, request: Request) -> float:
    if rate is None or request.url.path.startswith(_FREE):
        return 0.0
    return rate.wait(_visitor(request.client.host if request.client else ""))


def _visitor(host: str) -> str:
    # Whoever has one address of version 6 has as many as they like: 2 to the power of 64.
    try:
        return str(ipaddress.IPv6Network((host, 64), strict=False))
    except ValueError:
        return host
