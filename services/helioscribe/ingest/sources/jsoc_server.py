"""Calls of JSOC through drms: repeated while it is out of order, its failures told in one line."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPException
from typing import Any, TypeVar
from urllib.error import HTTPError

from helioscribe.domain.errors import InvalidInputError, MissingDependencyError, TransientError, UnavailableError

__all__ = ["JsocServer"]

_T = TypeVar("_T")
_LONGEST_PAUSE = 120.0


@dataclass(frozen=True, kw_only=True)
class JsocServer:
    """Where JSOC is, and how patient we are."""

    url: str = "http://jsoc.stanford.edu"
    """Root; a mirror may stand in."""

    attempts: int = 4
    """How often a call that fails for the moment is made."""

    pause: float = 5.0
    """Before the second attempt, and between looks at an export [s]; it doubles each time, with some chance."""

    sleep: Callable[[float], None] = time.sleep
    """How to wait."""

    clock: Callable[[], float] = time.time
    """Seconds since 1970, which a later process understands too."""

    @cached_property
    def client(self) -> Any:
        """The `drms.Client`."""
        try:
            from drms import Client, ServerConfig
        except ImportError:
            raise MissingDependencyError.of("drms", extra="archives") from None
        root = self.url.rstrip("/")
        return Client(
            ServerConfig(
                name="JSOC",
                cgi_baseurl=f"{root}/cgi-bin/ajax/",
                cgi_show_series="show_series",
                cgi_jsoc_info="jsoc_info",
                cgi_jsoc_fetch="jsoc_fetch",
                cgi_check_address="checkAddress.sh",
                http_download_baseurl=f"{root}/",
            )
        )

    def rest(self, number: int) -> None:
        """Wait before attempt `number` + 1: longer each time, never in step with others."""
        longest = min(self.pause * 2**number, _LONGEST_PAUSE)
        self.sleep(longest * random.uniform(0.5, 1.0))  # noqa: S311  # no secret

    def call(self, what: str, ask: Callable[[], _T]) -> _T:
        """Ask, again where that may help.

        Raises
        ------
        UnavailableError
            If JSOC does not answer, or with an error of its own, or with what is no JSON.
        InvalidInputError
            If it refuses the question.
        """
        for attempt in range(self.attempts):
            try:
                return _asked(what, ask)
            except TransientError:
                if attempt == self.attempts - 1:
                    raise
            self.rest(attempt)
        raise UnavailableError(f"{what}: no attempt was allowed")

    def check_address(self, email: str) -> None:
        """Raise `InvalidInputError` unless an address is registered for exports."""
        if not email or not self.call("JSOC, e-mail address", lambda: self.client.check_email(email)):
            raise InvalidInputError(
                f"JSOC knows no address {email!r}; register one at http://jsoc.stanford.edu/ajax/register_email.html "
                "and give it with --email"
            )


def _asked(what: str, ask: Callable[[], _T]) -> _T:
    from drms import DrmsError

    try:
        return ask()
    except HTTPError as error:
        error.close()
        if error.code < 500 and error.code not in (408, 429):
            raise InvalidInputError(f"{what}: JSOC answers {error.code}") from None
        raise UnavailableError(f"{what}: JSOC answers {error.code}") from None
    except (OSError, HTTPException, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise UnavailableError.wrap(error, doing=f"{what}: JSOC does not answer") from None
    except (DrmsError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise InvalidInputError.wrap(error, doing=f"{what}: JSOC refuses") from None
