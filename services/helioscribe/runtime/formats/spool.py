"""Records on their way into a table: their columns are known only after the last of them, and memory stays bounded."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any, Self

from helioscribe.domain.event import Event, hek_record
from helioscribe.domain.hek.schema import columns

__all__ = ["Spool", "TableColumn"]

_IN_MEMORY = 8 << 20


@dataclass(slots=True, kw_only=True)
class TableColumn:
    """A column of all records together."""

    name: str
    """HEK's, or ours."""

    kinds: set[type] = field(default_factory=set)
    """Types of the values that there are."""

    missing: bool = False
    """Whether some record lacks it."""

    units: set[str] = field(default_factory=set)
    """All units that the records give for it."""

    @property
    def kind(self) -> type:
        """``int``, ``float``, ``bool`` or ``str``: the narrowest that holds all values."""
        if len(self.kinds) == 1:
            return next(iter(self.kinds))
        return float if self.kinds and self.kinds <= {int, float} else str

    @property
    def unit(self) -> str:
        """The unit, if it is one and the same for all; else empty, and the unit's column tells."""
        unit = next(iter(self.units)) if len(self.units) == 1 else ""
        return unit if "," not in unit else ""


class Spool:
    """Records, written aside once and read again.

    Parameters
    ----------
    events
        Any number; kept on disk beyond 8 MiB.
    """

    def __init__(self, events: Iterable[Event]) -> None:
        self._found: dict[str, TableColumn] = {}
        self._lines: IO[str] = tempfile.SpooledTemporaryFile(_IN_MEMORY, mode="w+", encoding="utf-8")  # noqa: SIM115
        self.size = 0
        for event in events:
            self._add(hek_record(event))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()

    def columns(self) -> list[TableColumn]:
        """Return the columns that any record has."""
        return list(self._found.values())

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield the records again, in their order."""
        self._lines.seek(0)
        return (json.loads(line) for line in self._lines)

    def _add(self, record: Mapping[str, Any]) -> None:
        filled = {name: value for name, value in record.items() if value is not None and value != ""}
        for name in record:
            if name not in self._found:
                self._found[name] = TableColumn(name=name, missing=self.size > 0)
        for name, column in self._found.items():
            if name not in filled:
                column.missing = True
                continue
            column.kinds.add(type(filled[name]))
            if (known := columns().get(name)) and known.unit:
                column.units.add(str(filled.get(known.unit, "")))
        self._lines.write(json.dumps(filled) + "\n")
        self.size += 1
