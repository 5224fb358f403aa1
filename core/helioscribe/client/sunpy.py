"""Lets sunpy's client of HEK ask a Helioscribe server.

>>> from helioscribe.client.sunpy import use_server
>>> use_server("https://events.example.org")
>>> Fido.search(a.Time("2022/03/28", "2022/03/29"), a.hek.FL)
"""

from __future__ import annotations

from types import TracebackType
from typing import Any

__all__ = ["use_server"]


class use_server:  # noqa: N801  # reads as what it does, with or without "with"
    """Make Fido and ``HEKClient()`` ask another server in place of HEK's.

    Parameters
    ----------
    url
        Address of the server. In a ``with`` statement this holds until the end of the block, otherwise for good.
    """

    def __init__(self, url: str) -> None:
        client = _client()
        self._before = client.__init__.__defaults__
        # The client binds its address when it is imported, as a default argument.
        client.__init__.__defaults__ = (f"{url.rstrip('/')}/hek/her?",)

    def __enter__(self) -> None:
        return

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _client().__init__.__defaults__ = self._before


def _client() -> Any:
    from sunpy.net.hek import HEKClient

    return HEKClient
