"""Forms that change something: read in bounded memory, and only from pages of this server."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from fastapi import Request

from helioscribe.domain.errors import InvalidInputError, PermissionDeniedError

__all__ = ["back_to", "check_own_page", "read_body", "read_form"]

_LARGEST = 64 << 10
_MOST_FIELDS = 40
_URLENCODED = "application/x-www-form-urlencoded"
_PATH = re.compile(r"/(?!/)[A-Za-z0-9/_.,:%+~?=&-]*")


def check_own_page(request: Request) -> None:
    """Raise `PermissionDeniedError` if a page of another server sends the request.

    Browsers tell where a request comes from and let no page change that; what is no browser has nobody's rights to
    misuse.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        own = site in ("same-origin", "none")
    else:
        own = origin is None or origin.partition("://")[2] == request.headers.get("host")
    if not own:
        raise PermissionDeniedError("this form came from another site; open the page here and send it again")


async def read_body(request: Request, largest: int = _LARGEST) -> bytes:
    """Return what was sent. Raises `InvalidInputError` if it is more than `largest` bytes."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > largest:
            raise InvalidInputError(f"more than {largest >> 10} KiB; expected less at once")
    return bytes(body)


async def read_form(request: Request) -> dict[str, str]:
    """Return the fields of a form; of fields with one name the last.

    Raises
    ------
    InvalidInputError
        If it is no form, or too large.
    """
    if not request.headers.get("content-type", "").startswith(_URLENCODED):
        raise InvalidInputError(f"expected a form ({_URLENCODED})")
    body = await read_body(request)
    try:
        return dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError as error:
        raise InvalidInputError.wrap(error, doing="form") from None


def back_to(form: dict[str, str], otherwise: str) -> str:
    """Return the page of this server that a form names as the next one; `otherwise` if it names none."""
    path = form.get("back", "")
    return path if _PATH.fullmatch(path) else otherwise
