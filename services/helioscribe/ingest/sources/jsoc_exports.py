"""Exports of JSOC: few at a time, watched with growing pauses, renewed when they hang, halved when a record is bad.

What was asked for is written down before it is waited for, so that whoever is killed goes on with the same exports.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from helioscribe.domain.errors import DeadlineError, HelioscribeError, InvalidInputError, NotFoundError
from helioscribe.domain.identity import canonical_json, digest
from helioscribe.ingest.sources.jsoc_records import record_key
from helioscribe.ingest.sources.jsoc_server import JsocServer

__all__ = ["Exports", "Found"]

_READY, _PENDING, _UNKNOWN, _TOO_MANY = 0, (1, 2), 6, 7

Found = tuple[str, "str | HelioscribeError"]
"""Name of a record, and the URL of its file or the reason why there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Export:
    """A group of records that is exported together."""

    records: tuple[str, ...]
    id: str = ""
    since: float = 0.0
    renewed: int = 0
    unknown: int = 0


@dataclass(frozen=True, kw_only=True)
class Exports:
    """Exports records to get the URLs of their files."""

    server: JsocServer
    """Server to ask."""

    folder: Path
    """Where exports under way are written down."""

    email: str
    """A registered address."""

    process: Mapping[str, Mapping[str, Any]]
    """What JSOC shall do to the images, as `drms.Client.export` takes it."""

    size: int = 100
    """Records of one export."""

    pending: int = 1
    """Exports at a time; JSOC allows an address few."""

    hung: float = 1800.0
    """Seconds after which an export that is not ready is asked for again."""

    renewals: int = 2
    """How often."""

    deadline: float = 7200.0
    """Seconds for all of it."""

    def run(self, records: Sequence[str]) -> Iterator[Found]:
        """Yield every record once, in the order in which they become ready.

        Raises
        ------
        UnavailableError
            If JSOC does not answer; exports under way stay written down.
        """
        end = self.server.clock() + self.deadline
        waiting, active = self._begun(records), list[_Export]()
        looks = 0
        while waiting or active:
            started, refused = self._fill(waiting, active)
            watched = [(export, self._state(export)) for export in active]
            active = [export for export, (status, _) in watched if status in (*_PENDING, _UNKNOWN)]
            ended = [(export, answer) for export, answer in watched if export not in active]
            for export, (status, request) in (*refused, *ended):
                yield from self._ended(export, status, request, waiting)
            active = [renewed for export in active if (renewed := self._aged(export, watched, waiting)) is not None]
            yield from self._exhausted(waiting)
            looks = 0 if ended or started else looks + 1
            if (waiting or active) and self.server.clock() >= end:
                yield from _late([*active, *waiting], self.deadline)
                return
            if waiting or active:
                self.server.rest(looks)

    def _begun(self, records: Sequence[str]) -> deque[_Export]:
        """Return the exports to be made: first those that an earlier run wrote down, then the rest in groups."""
        wanted = set(records)
        noted = [export for file in sorted(self.folder.glob("*.json")) if (export := self._read(file))]
        kept = [export for export in noted if wanted & set(export.records)]
        known = {record for export in kept for record in export.records}
        rest = [record for record in records if record not in known]
        parts = [tuple(rest[i : i + self.size]) for i in range(0, len(rest), self.size)]
        return deque([*kept, *(_Export(records=part) for part in parts)])

    def _fill(self, waiting: deque[_Export], active: list[_Export]) -> tuple[bool, list[tuple[_Export, Any]]]:
        """Ask for exports while more are allowed; return whether any began, and those that ended at once."""
        started, refused = False, []
        while waiting and len(active) < self.pending:
            export = waiting[0]
            if not export.id:
                request = self._submit(export)
                status = int(request.status)
                if status == _TOO_MANY:
                    break
                if status not in (*_PENDING, _UNKNOWN) or not request.id:
                    refused.append((waiting.popleft(), (status, request)))
                    continue
                export = replace(export, id=str(request.id), since=self.server.clock())
                self._note(export)
                started = True
            waiting.popleft()
            active.append(export)
        return started, refused

    def _submit(self, export: _Export) -> Any:
        process = self._what() or None
        return self.server.call(
            f"JSOC, export of {len(export.records)} records",
            lambda: self.server.client.export(
                ",".join(export.records),
                method="url",
                protocol="fits",
                email=self.email,
                process=process,
                filenamefmt=False,
            ),
        )

    def _state(self, export: _Export) -> tuple[int, Any]:
        request = self.server.call(f"JSOC, {export.id}", lambda: self.server.client.export_from_id(export.id))
        return int(request.status), request

    def _ended(self, export: _Export, status: int, request: Any, waiting: deque[_Export]) -> Iterator[Found]:
        self._forget(export)
        if status == _READY:
            yield from self._files(export, request)
        elif len(export.records) > 1:  # some record breaks it: halves tell which
            middle = len(export.records) // 2
            halves = (export.records[:middle], export.records[middle:])
            waiting.extendleft(_Export(records=half) for half in reversed(halves))
        else:
            reason = " ".join(str(request._d.get("error") or "no reason given").split())[:200]  # noqa: SLF001
            yield export.records[0], InvalidInputError(f"{export.records[0]}: JSOC ends with status {status}: {reason}")

    def _files(self, export: _Export, request: Any) -> Iterator[Found]:
        rows = self.server.call(f"JSOC, {export.id}", lambda: request.urls)
        urls = {record_key(str(record)): str(url) for record, url in zip(rows["record"], rows["url"], strict=True)}
        for record in export.records:
            url = urls.get(record_key(record))
            yield record, url or NotFoundError(f"{record}: not among the files of JSOC's export {export.id}")

    def _aged(
        self, export: _Export, watched: Sequence[tuple[_Export, tuple[int, Any]]], waiting: deque[_Export]
    ) -> _Export | None:
        """Return an export that goes on, or None if it was given up and shall be asked for again."""
        status = next(state for one, (state, _) in watched if one == export)
        unknown = export.unknown + (status == _UNKNOWN)  # for a moment after it was asked for, an export is unknown
        if unknown <= self.server.attempts and self.server.clock() - export.since < self.hung:
            return replace(export, unknown=unknown)
        self._forget(export)
        waiting.append(_Export(records=export.records, renewed=export.renewed + 1))
        return None

    def _exhausted(self, waiting: deque[_Export]) -> Iterator[Found]:
        for export in [export for export in waiting if export.renewed > self.renewals]:
            waiting.remove(export)
            for record in export.records:
                yield record, DeadlineError(f"{record}: JSOC's export hung {export.renewed} times")

    def _file(self, export: _Export) -> Path:
        same = canonical_json({"records": list(export.records), "process": self._what()})
        return self.folder / f"{digest(same.encode())[:24]}.json"

    def _what(self) -> dict[str, Any]:
        return {name: dict(options) for name, options in self.process.items()}

    def _note(self, export: _Export) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = self._file(export).with_suffix(".part")
        fresh.write_text(json.dumps(asdict(export) | {"process": self._what()}), encoding="utf-8")
        fresh.replace(self._file(export))

    def _read(self, file: Path) -> _Export | None:
        """Return what was written down; None for another process, and for what cannot be read."""
        try:
            noted = json.loads(file.read_text(encoding="utf-8"))
            if noted["process"] != self._what():
                return None
            return _Export(
                records=tuple(map(str, noted["records"])),
                id=str(noted["id"]),
                since=float(noted["since"]),
                renewed=int(noted["renewed"]),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _forget(self, export: _Export) -> None:
        self._file(export).unlink(missing_ok=True)


def _late(exports: Sequence[_Export], deadline: float) -> Iterator[Found]:
    for export in exports:
        for record in export.records:
            what = f"{export.id} is not ready" if export.id else "its turn did not come"
            yield record, DeadlineError(f"{record}: {what} after {deadline:.0f} s; the same command goes on with it")
