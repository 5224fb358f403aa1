"""Events in any format, as a stream of bytes: any number of them in bounded memory."""

from __future__ import annotations

import csv
import io
import json
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from xml.sax.saxutils import escape

from helioscribe.domain.batches import batches
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import Event, hek_record
from helioscribe.domain.hek.row import hek_rows
from helioscribe.runtime.formats.spool import Spool, TableColumn
from helioscribe.runtime.formats.voevent import together, voevent, voevent_2
from helioscribe.runtime.formats.xml_text import xml_text
from helioscribe.runtime.relations import Tie, edges

__all__ = ["FORMATS", "Format", "Naming", "export"]

TiesOf = Callable[[Sequence[Event]], Mapping[str, Sequence[Tie]]]

_BATCH = 2000
_TOGETHER = 500
_PIECE = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """What events are named after in formats that need it."""

    authority: str
    page_of: Callable[[str], str]
    ties_of: TiesOf


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A way to write events."""

    suffix: str
    """Of files."""

    media_type: str
    """For HTTP."""

    write: Callable[[Iterable[Event], Naming], Iterator[bytes]]
    """Yields the file."""


def export(
    events: Iterable[Event],
    form: str,
    *,
    authority: str = "helioscribe",
    page_of: Callable[[str], str] = str,
    ties_of: TiesOf = lambda _: {},
) -> Iterator[bytes]:
    """Yield events as a file.

    Parameters
    ----------
    events
        Any number.
    form
        One of `FORMATS`.
    authority
        Name of the institution, for the names of events.
    page_of
        Gives the address of an event's page from its id; empty if there is none.
    ties_of
        Gives what people say of some events and others, for formats that have a place for it.

    Raises
    ------
    InvalidInputError
        For an unknown format.
    """
    if form not in FORMATS:
        raise InvalidInputError(f"format: expected one of {', '.join(FORMATS)}, got {form!r:.20}")
    return FORMATS[form].write(events, Naming(authority=authority, page_of=page_of, ties_of=ties_of))


def _json(events: Iterable[Event], _: Naming) -> Iterator[bytes]:
    yield from _listed(map(hek_record, events), "[\n", "\n]\n")


def _json_lines(events: Iterable[Event], _: Naming) -> Iterator[bytes]:
    return ((json.dumps(hek_record(event), ensure_ascii=False) + "\n").encode() for event in events)


def _hek(events: Iterable[Event], naming: Naming) -> Iterator[bytes]:
    said: dict[str, dict[str, str]] = {}

    def rows() -> Iterator[dict[str, Any]]:
        for part in batches(events, _TOGETHER):
            for edge in edges(naming.ties_of(part), part, authority=naming.authority):
                said.setdefault(f"{edge['first_id']} {edge['edge_type']} {edge['second_id']}", edge)
            yield from hek_rows(part, authority=naming.authority, page_of=naming.page_of)

    yield from _listed(rows(), '{"result": [\n', "\n], ")
    yield f'"association": {json.dumps(list(said.values()), ensure_ascii=False)}, "overmax": false}}\n'.encode()


def _listed(rows: Iterable[Mapping[str, Any]], head: str, tail: str) -> Iterator[bytes]:
    yield head.encode()
    for number, row in enumerate(rows):
        yield ((",\n" if number else "") + json.dumps(row, ensure_ascii=False, allow_nan=False)).encode()
    yield tail.encode()


def _voevents(write: Callable[..., bytes], events: Iterable[Event], naming: Naming) -> Iterator[bytes]:
    def written() -> Iterator[bytes]:
        for part in batches(events, _TOGETHER):
            ties, rows = naming.ties_of(part), hek_rows(part, authority=naming.authority, page_of=naming.page_of)
            for event, row in zip(part, rows, strict=True):
                yield write(row, authority=naming.authority, ties=ties.get(event.id, ()))

    yield from together(written())


def _csv(events: Iterable[Event], _: Naming) -> Iterator[bytes]:
    with Spool(events) as spool:
        names = [column.name for column in spool.columns()] or ["kb_archivid", "event_type"]
        yield from _separated(names, spool)


def _ecsv(events: Iterable[Event], _: Naming) -> Iterator[bytes]:
    with Spool(events) as spool:
        chosen = spool.columns()
        text = io.StringIO()
        _empty(chosen).write(text, format="ascii.ecsv")
        yield text.getvalue().encode()
        for record in spool.records():
            yield (" ".join(_quoted(_one_line(record.get(one.name, ""))) for one in chosen) + "\n").encode()


def _quoted(value: Any) -> str:
    text = str(value)
    return text if text and not set(text) & set(' ",#') else '"' + text.replace('"', '""') + '"'


def _separated(names: list[str], spool: Spool) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    for record in spool.records():
        writer.writerow([_one_line(record.get(name, "")) for name in names])
        if text.tell() > _PIECE:
            yield _taken(text)
    yield _taken(text)


def _one_line(value: Any) -> Any:
    # Readers of ECSV read line by line; and no spreadsheet shall take a text for a formula.
    if not isinstance(value, str):
        return value
    line = " ".join(value.split())
    return f"'{line}" if line[:1] in ("=", "@") else line


def _taken(text: io.StringIO) -> bytes:
    data = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return data


def _empty(chosen: list[TableColumn]) -> Any:
    """Return a table of these columns without rows: astropy writes the head, the rows follow one by one."""
    from astropy.table import Column, Table

    kinds = {int: "int64", float: "float64", bool: "bool", str: "U1"}
    return Table([Column([], name=one.name, dtype=kinds[one.kind], unit=_unit(one.unit)) for one in chosen])


def _unit(text: str) -> Any:
    from astropy.units import UnitsWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnitsWarning)  # HEK's own records have "erg/cm/cm/s"
        return _virtual_observatory(text)


def _virtual_observatory(text: str) -> Any:
    from astropy.units import Unit

    unit = Unit({"arcseconds": "arcsec", "degrees": "deg"}.get(text, text), parse_strict="silent") if text else None
    try:
        return unit and Unit(unit.to_string("vounit"), format="vounit", parse_strict="raise")
    except ValueError:
        return None  # such as DN, which the Virtual Observatory does not know; the column of units tells it


def _votable(events: Iterable[Event], _: Naming) -> Iterator[bytes]:
    from astropy.io.votable import from_table
    from astropy.units import UnitsWarning

    with Spool(events) as spool:
        chosen = spool.columns()
        for column in chosen:
            # A whole number or a truth value that is missing has no place in a VOTable.
            column.kinds = {float} if column.kind is int and column.missing else {column.kind}
            column.kinds = {str} if column.kind is bool else column.kinds
        text = io.BytesIO()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UnitsWarning)  # gauss: the standard would rather have tesla
            from_table(_empty(chosen)).to_xml(text)
        head, end, tail = text.getvalue().decode().replace('arraysize="1"', 'arraysize="*"').rpartition("  </TABLE>")
        yield f"{head}   <DATA>\n    <TABLEDATA>\n".encode()
        for record in spool.records():
            cells = "".join(f"<TD>{_cell(record.get(column.name, ''))}</TD>" for column in chosen)
            yield f"     <TR>{cells}</TR>\n".encode()
        yield f"    </TABLEDATA>\n   </DATA>\n{end}{tail}".encode()


def _cell(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else escape(xml_text(str(value)))


def _parquet(events: Iterable[Event], _: Naming) -> Iterator[bytes]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {int: pa.int64(), float: pa.float64(), bool: pa.bool_(), str: pa.string()}
    with Spool(events) as spool, tempfile.TemporaryFile() as file:
        chosen = spool.columns()
        units = {one.name: {"unit": one.unit} if one.unit else None for one in chosen}
        schema = pa.schema([pa.field(one.name, kinds[one.kind], metadata=units[one.name]) for one in chosen])
        with pq.ParquetWriter(file, schema, compression="zstd") as writer:
            for batch in batches(spool.records(), _BATCH):
                columns = {one.name: [_typed(record.get(one.name), one.kind) for record in batch] for one in chosen}
                writer.write_table(pa.table(columns, schema=schema))
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


def _typed(value: Any, kind: type) -> Any:
    return None if value is None else kind(value)


FORMATS: Mapping[str, Format] = {
    "csv": Format(suffix=".csv", media_type="text/csv; charset=utf-8", write=_csv),
    "ecsv": Format(suffix=".ecsv", media_type="text/plain; charset=utf-8", write=_ecsv),
    "votable": Format(suffix=".vot", media_type="application/x-votable+xml", write=_votable),
    "parquet": Format(suffix=".parquet", media_type="application/vnd.apache.parquet", write=_parquet),
    "json": Format(suffix=".json", media_type="application/json", write=_json),
    "jsonl": Format(suffix=".jsonl", media_type="application/jsonl", write=_json_lines),
    "hek": Format(suffix=".json", media_type="application/json", write=_hek),
    "voevent": Format(suffix=".xml", media_type="text/xml", write=partial(_voevents, voevent)),
    "voevent2": Format(suffix=".xml", media_type="text/xml", write=partial(_voevents, voevent_2)),
}
"""By name: tables, records under HEK's names with ours (``json``, ``jsonl``), HEK's own reply (``hek``), VOEvents."""
