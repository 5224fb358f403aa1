"""JSOC, Stanford's archive of SDO: queries, exports with cut-outs, and what it takes to live with its bad days.

The library drms speaks to it; this module decides when to ask again. Statuses of an export: 0 ready, 1 and 2 at work,
4 failed, 6 unknown, 7 too many requests of one address.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from helioscribe.domain.errors import (
    DeadlineError,
    HelioscribeError,
    InvalidInputError,
    MissingDependencyError,
    OverloadedError,
    PermanentError,
    UnavailableError,
)
from helioscribe.domain.identity import canonical_json, digest
from helioscribe.domain.times import TimeRange, from_datetime64
from helioscribe.ingest.sources.jsoc_files import download
from helioscribe.ingest.sources.jsoc_records import USELESS, Cutout, Record, Requests, read_records

__all__ = ["SERIES", "Cutout", "Jsoc", "Record", "Result"]

SERIES: Mapping[str, tuple[str, str]] = {
    "aia": ("aia.lev1_euv_12s", "image"),
    "aia-uv": ("aia.lev1_uv_24s", "image"),
    "hmi": ("hmi.M_720s", "magnetogram"),
    "hmi-45s": ("hmi.M_45s", "magnetogram"),
}
"""Series and segment of what one may ask for."""

_KEYS = ("T_REC", "T_OBS", "QUALITY", "WAVELNTH", "*recnum*")
_READY, _WORKING, _FAILED, _UNKNOWN, _TOO_MANY = 0, (1, 2), 4, 6, 7
_TAI = timedelta(seconds=37)
_MOST_RECORDS, _BATCH = 50_000, 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of an export."""

    files: tuple[Path, ...]
    """What came."""

    missing: Mapping[str, str]
    """Why others did not, by slot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Jsoc:
    """The archive. Give `email`, an address that is registered there, to export."""

    email: str = ""
    """Who asks; JSOC wants it registered."""

    server: str = "http://jsoc.stanford.edu"
    """Root; a mirror or a test server may stand in."""

    timeout: float = 60.0
    """Longest silence of a file's server [s]; questions wait as long as drms does, a minute."""

    deadline: float = 3600.0
    """Longest time that one export may take [s]; then it is asked for once more."""

    tries: int = 4
    """How often an outage or an unknown request is tried again."""

    wait: Callable[[float], None] = time.sleep
    """Lets time pass."""

    clock: Callable[[], float] = time.monotonic
    """Tells it."""

    jitter: Callable[[], float] = field(default=random.random)
    """0 to 1, so that many clients do not ask at once."""

    def query(self, product: str, span: TimeRange, *, cadence: float | None = None, channel: str = "") -> list[Record]:
        """Return the records of a span, those without an image left out.

        Parameters
        ----------
        product
            One of `SERIES`.
        span
            UTC; JSOC's slots are asked for with a margin, and cut by T_OBS.
        cadence
            Seconds between records; all by default.
        channel
            Wavelength, of AIA.

        Raises
        ------
        InvalidInputError
            For an unknown product, or a series that JSOC does not know.
        UnavailableError
            If it does not answer.
        """
        series, segment = _series(product)
        step = f"@{cadence:g}s" if cadence else ""
        start, length = span.start + _TAI, max(span.duration.total_seconds(), 1.0)
        slot = f"[{start:%Y.%m.%d_%H:%M:%S}_TAI/{length:g}s{step}]"
        wave = f"[{int(channel)}]" if channel.isdigit() else ""
        wanted, keys = f"{series}{slot}{wave}", list(_KEYS)
        answer = self._ask(lambda json_: json_.rs_list(wanted, key=keys, seg=[segment], n=_MOST_RECORDS))
        if answer.get("status") != _READY:
            raise InvalidInputError(f"JSOC: {series}: {str(answer.get('error', 'refused'))[:120]}")
        records = read_records(answer)
        inside = [one for one in records if span.contains(from_datetime64(one.time))]
        return [one for one in inside if not one.quality & USELESS]

    def export(
        self,
        product: str,
        records: Sequence[Record],
        folder: Path,
        *,
        cutout: Cutout | None = None,
        progress: Callable[[int], None] = lambda _done: None,
    ) -> Result:
        """Bring the images of records into a folder; what is there is not brought again.

        One bad record does not spoil the others: a batch that JSOC fails is halved until the bad one is alone. A run
        that was interrupted goes on with the requests that JSOC has already.

        Raises
        ------
        InvalidInputError
            If the address is not registered.
        """
        if not self.email:
            raise InvalidInputError("JSOC: an export needs --email, an address that is registered at jsoc.stanford.edu")
        series, segment = _series(product)
        state = Requests(folder / "jsoc-requests.json")
        files: list[Path] = []
        missing = {one.t_rec: "JSOC: it has no record number" for one in records if not one.number}
        known = [one for one in records if one.number]
        batches = [known[first : first + _BATCH] for first in range(0, len(known), _BATCH)]
        while batches:
            batch = batches.pop(0)
            try:
                numbers = ",".join(f"#{one.number}" for one in batch)
                process = cutout.process(batch[0].t_rec, batch[-1].t_rec, "1h") if cutout else None
                urls = self._batch(f"{series}[:{numbers}]{{{segment}}}", process, state, least=len(batch))
                files += self._files(urls, folder, missing)
            except PermanentError as error:
                if len(batch) > 1:
                    middle = len(batch) // 2
                    batches[:0] = [batch[:middle], batch[middle:]]
                else:
                    missing[batch[0].t_rec] = error.message
            except HelioscribeError as error:
                missing |= dict.fromkeys((one.t_rec for one in batch), error.message)
            progress(len(files) + len(missing))
        return Result(files=tuple(files), missing=missing)

    def _files(self, urls: Sequence[str], folder: Path, missing: dict[str, str]) -> list[Path]:
        """Bring files; one that does not come is told, and the others come."""
        files = []
        for url in urls:
            try:
                files.append(download(url, folder, timeout=self.timeout, tries=self.tries, wait=self.wait))
            except HelioscribeError as error:
                missing[url.rsplit("/", 1)[-1][:120]] = error.message
        return files

    def _batch(self, wanted: str, process: Any, state: Requests, *, least: int) -> list[str]:
        """Return the addresses of the files of an export, at least one a record."""
        key = digest(canonical_json({"ds": wanted, "process": process or {}, "server": self.server}).encode())
        try:
            answer = self._finished(wanted, process, key, state)
        except DeadlineError:
            # A request that never ends is asked for anew, once.
            state.forget(key)
            answer = self._finished(wanted, process, key, state)
        root = f"{self.server}/{str(answer.get('dir', '')).strip('/')}"
        names = [str(one.get("filename", "")) for one in answer.get("data", [])]
        if len(names) < least:
            state.forget(key)
            raise PermanentError(f"JSOC: the export of {least} records has {len(names)} files")
        return [f"{root}/{name}" for name in names]

    def _finished(self, wanted: str, process: Any, key: str, state: Requests) -> dict[str, Any]:
        begun, unknown, polls = self.clock(), 0, 0
        answer = self._submitted(wanted, process, key, state, begun)
        request = str(answer.get("requestid", ""))
        while True:
            status = int(answer.get("status", _FAILED))
            if status == _READY:
                return answer
            if status == _UNKNOWN and unknown < self.tries:
                unknown += 1  # a new request is not known everywhere at once
            elif status not in _WORKING:
                state.forget(key)
                raise PermanentError(f"JSOC: export {request}: {str(answer.get('error', f'status {status}'))[:160]}")
            if self.clock() - begun > self.deadline:
                raise DeadlineError(f"JSOC: export {request} did not end in {self.deadline:g} s")
            self._pause(polls)
            polls += 1
            answer = self._ask(lambda json_: json_.exp_status(request))

    def _submitted(self, wanted: str, process: Any, key: str, state: Requests, begun: float) -> dict[str, Any]:
        if known := state.request(key):
            return self._ask(lambda json_: json_.exp_status(known))
        for number in range(1_000_000):
            answer = self._ask(lambda json_: json_.exp_request(
                wanted, self.email, method="url", protocol="fits", process=process,
            ))  # fmt: skip
            if int(answer.get("status", _FAILED)) != _TOO_MANY:
                break
            if self.clock() - begun > self.deadline:
                raise OverloadedError("JSOC: too many requests of this address are pending")
            self._pause(number)
        if request := str(answer.get("requestid") or ""):
            state.remember(key, request)
        return answer

    def _pause(self, number: int) -> None:
        self.wait(min(60.0, 2.0 * 1.5**number) * (0.75 + self.jitter() / 2))

    def _ask(self, question: Callable[[Any], Any]) -> dict[str, Any]:
        for number in range(self.tries + 1):
            try:
                answer = question(self._client())
            except (OSError, ValueError, KeyError) as error:
                reason = error
            else:
                if isinstance(answer, dict):
                    return answer
                raise UnavailableError("JSOC: its answer is no object")
            if number < self.tries:
                self._pause(number)
        raise UnavailableError.wrap(reason, doing="JSOC does not answer") from None

    def _client(self) -> Any:
        try:
            from drms.config import ServerConfig
            from drms.json import HttpJsonClient
        except ImportError:
            raise MissingDependencyError.of("drms", extra="jsoc") from None
        return HttpJsonClient(
            ServerConfig(
                name="JSOC", cgi_baseurl=f"{self.server}/cgi-bin/ajax/", cgi_show_series="show_series",
                cgi_jsoc_info="jsoc_info", cgi_jsoc_fetch="jsoc_fetch", cgi_check_address="checkAddress.sh",
                http_download_baseurl=f"{self.server}/",
            )
        )  # fmt: skip


def _series(product: str) -> tuple[str, str]:
    if product not in SERIES:
        raise InvalidInputError(f"JSOC: unknown product {product!r:.40}; there is {', '.join(SERIES)}")
    return SERIES[product]


