"""Events pulled from HEK or from another Helioscribe."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from http.client import HTTPException
from typing import Any
from urllib.parse import urlencode, urlsplit

from helioscribe.domain.errors import HelioscribeError, InvalidInputError, UnavailableError
from helioscribe.domain.event import Event
from helioscribe.domain.times import TimeRange, format_utc
from helioscribe.runtime.catalogues.reading import events_of
from helioscribe.runtime.catalogues.rows import Row, Rows

__all__ = ["pull_events", "server_address"]

_WINDOW = timedelta(days=30)
"""Questions over years make HEK's server hang."""

_PAGE = 500
_MOST_PAGES = 2000
_LARGEST = 256 << 20
_TIMEOUT = 90.0
_PAUSES = (2.0, 10.0, 30.0)


def server_address(url: str) -> str:
    """Return where a server answers searches: ``.../her`` itself, or the root of a Helioscribe.

    Raises
    ------
    InvalidInputError
        If it is no address of a web server.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InvalidInputError(f"{url!r:.80}: expected http://... or https://...")
    root = url.rstrip("?").rstrip("/")
    return root if root.endswith("/her") else f"{root}/hek/her"


def pull_events(
    url: str,
    time_range: TimeRange,
    *,
    event_types: Sequence[str] = (),
    failed: Callable[[str, HelioscribeError], None],
    pauses: Sequence[float] = _PAUSES,
) -> Iterator[Event]:
    """Yield the events of another server, a month of them at a time.

    Parameters
    ----------
    url
        As `server_address` takes it.
    time_range
        Time that the events overlap, UTC.
    event_types
        Classes; all if empty.
    failed
        Is told of every record that cannot be an event.
    pauses
        How long to wait before each further attempt [s].

    Raises
    ------
    UnavailableError
        If the server does not answer, or answers with no reply of HEK, after all attempts.
    """
    address = server_address(url)
    start = time_range.start
    while start < time_range.end:
        end = min(start + _WINDOW, time_range.end)
        rows = _rows(address, TimeRange(start=start, end=end), event_types, pauses)
        for event in events_of(rows, origin=address, failed=failed):
            # What began in an earlier window came with that one.
            if event.event_starttime >= start or start == time_range.start:
                yield event
        start = end


def _rows(address: str, window: TimeRange, types: Sequence[str], pauses: Sequence[float]) -> Rows:
    for page in range(1, _MOST_PAGES):
        question = {
            "cosec": 2,
            "cmd": "search",
            "type": "column",
            "event_type": ",".join(types).lower() or "**",
            "event_starttime": format_utc(window.start),
            "event_endtime": format_utc(window.end),
            "event_coordsys": "helioprojective",
            "x1": -5000,
            "x2": 5000,
            "y1": -5000,
            "y2": 5000,
            "result_limit": _PAGE,
            "page": page,
        }
        reply = _patiently(partial(_ask, f"{address}?{urlencode(question)}"), pauses)
        for number, row in enumerate(reply["result"], start=1):
            where = f"{urlsplit(address).hostname}, {format_utc(window.start)}, page {page}, record {number}"
            yield Row(where=where, values=partial(dict, row))
        if reply.get("overmax") is not True:
            return


def _patiently(ask: Callable[[], dict[str, Any]], pauses: Sequence[float]) -> dict[str, Any]:
    for pause in pauses:
        try:
            return ask()
        except UnavailableError:
            time.sleep(pause)
    return ask()


def _ask(url: str) -> dict[str, Any]:
    host = urlsplit(url).hostname
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT) as answer:  # noqa: S310  # the scheme was checked
            data = answer.read(_LARGEST + 1)
        reply = json.loads(data.decode("utf-8", "replace"))
    except (OSError, HTTPException, ValueError, RecursionError) as error:
        # HEK answers with a page for people, and success, when it is down.
        raise UnavailableError.wrap(error, doing=f"{host}: no events came") from None
    if not isinstance(reply, dict) or not all(isinstance(row, dict) for row in reply.get("result", [None])):
        raise UnavailableError(f"{host}: expected HEK's reply with a list of results")
    return reply
