"""Events as files."""

from __future__ import annotations

import csv
import io
import json
import warnings
from pathlib import Path
from typing import Any

import pytest

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.hek.imported import event_of_row
from helioscribe.runtime.catalogues.reading import read_events
from helioscribe.runtime.formats.export import FORMATS, export
from support.factories import at, make_event
from support.hek import real_rows

HOSTILE = 'a,b;"c" <script>&\n=1+1 ☉'


def some_events() -> list[Any]:
    return [
        make_event(id="evt-" + "1" * 32, attributes={"fl_goescls": "M4.0", "event_description": HOSTILE}),
        make_event(
            id="evt-" + "2" * 32,
            event_type="AR",
            event_peaktime=None,
            event_coordsys="UTC-HGS-TOPO",
            event_coordunit="deg,deg",
            event_coord1=30.0,
            event_coord2=-10.0,
            noposition=False,
            attributes={"ar_noaanum": 12976, "area_raw": 2.5e9, "area_unit": "km2"},
        ),
        make_event(
            id="evt-" + "3" * 32,
            event_type="CH",
            event_peaktime=None,
            attributes={"area_raw": 1e10, "area_unit": "km2", "hs_flag": True},
        ),
    ]


def whole(events: Any, form: str) -> bytes:
    return b"".join(export(events, form, authority="example.org", page_of=lambda name: f"https://example.org/{name}"))


@pytest.mark.parametrize("form", ["ecsv", "votable"])
def test_tables_that_astropy_reads(tmp_path: Path, form: str) -> None:
    from astropy.table import Table

    path = tmp_path / f"events{FORMATS[form].suffix}"
    path.write_bytes(whole(some_events(), form))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = Table.read(path, format="ascii.ecsv" if form == "ecsv" else "votable")
    assert list(table["event_type"]) == ["FL", "AR", "CH"]
    assert table["area_raw"].unit == "km2"
    assert table["area_raw"][1] == 2.5e9
    assert table["area_raw"].mask[0]
    assert table["ar_noaanum"][1] == 12976
    assert " ".join(str(table["event_description"][0]).split()) == " ".join(HOSTILE.split())


def test_parquet_keeps_types_and_units() -> None:
    import pyarrow.parquet as pq

    table = pq.read_table(io.BytesIO(whole(some_events(), "parquet")))
    assert table["ar_noaanum"].to_pylist() == [None, 12976, None]
    assert table["event_description"][0].as_py() == HOSTILE
    assert table["hs_flag"].to_pylist() == [None, None, True]
    assert table.schema.field("area_raw").metadata[b"unit"] == b"km2"


def test_csv_is_safe_in_a_spreadsheet() -> None:
    events = [make_event(attributes={"event_description": "=HYPERLINK(1)"})]
    [row] = csv.DictReader(io.StringIO(whole(events, "csv").decode()))
    assert row["event_description"] == "'=HYPERLINK(1)"


def test_heks_reply_comes_back_as_the_same_rows(tmp_path: Path) -> None:
    rows = real_rows()
    path = tmp_path / "events.json"
    path.write_bytes(whole([event_of_row(row, origin="hek") for row in rows], "hek"))
    again = json.loads(path.read_text())["result"]
    assert [{name: new[name] for name in old} for old, new in zip(rows, again, strict=True)] == rows


@pytest.mark.parametrize("form", ["voevent", "voevent2"])
def test_voevents_come_back_as_events(tmp_path: Path, form: str) -> None:
    events = [event_of_row(row, origin="hek") for row in real_rows()[:40]] + some_events()
    path = tmp_path / "events.xml"
    path.write_bytes(whole(events, form))
    told: list[Any] = []
    again = list(read_events(path, failed=lambda *what: told.append(what)))
    assert not told
    assert [event.id for event in again] == [event.id for event in events]
    for old, new in zip(events, again, strict=True):
        for name in ("event_type", "event_starttime", "event_endtime", "frm_name", "obs_instrument"):
            assert getattr(new, name) == getattr(old, name), name
        assert new.event_coord1 == pytest.approx(old.event_coord1, abs=1e-6)
        for name in ("fl_goescls", "ar_noaanum", "area_raw"):
            assert new.attributes.get(name) == old.attributes.get(name), name


@pytest.mark.parametrize("form", FORMATS)
def test_no_events_make_a_file_too(form: str) -> None:
    assert whole([], form) or form == "jsonl"


@pytest.mark.parametrize("form", ["csv", "jsonl", "hek", "voevent"])
def test_many_events_do_not_stay_in_memory(form: str) -> None:
    import tracemalloc

    many = (
        make_event(
            id=f"evt-{number:032x}", event_starttime=at(number), event_endtime=at(number + 1), event_peaktime=None
        )
        for number in range(8000)
    )
    next(iter(export([make_event()], form)))
    tracemalloc.start()
    size = sum(len(piece) for piece in export(many, form))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 3_000_000
    assert peak < (20_000_000 if form == "csv" else 3_000_000)  # tables wait in memory up to 8 MiB


def test_unknown_format() -> None:
    with pytest.raises(InvalidInputError, match="format: expected one of csv, ecsv"):
        export([], "xls")


@pytest.mark.parametrize("form", ["voevent", "voevent2", "votable"])
def test_what_xml_has_no_character_for_spoils_no_file(form: str) -> None:
    from xml.etree import ElementTree as ET

    name = "a\x0b\ufffe b"
    ET.fromstring(whole([make_event(frm_name=name, attributes={"event_description": name})], form))
