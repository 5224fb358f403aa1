"""Catalogues of others as events."""

from __future__ import annotations

import gzip
import json
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from helioscribe.domain.errors import HelioscribeError, InvalidInputError, UnavailableError
from helioscribe.domain.event import Event
from helioscribe.domain.hek.imported import event_of_row
from helioscribe.domain.times import TimeRange
from helioscribe.runtime.catalogues.federation import pull_events, server_address
from helioscribe.runtime.catalogues.reading import read_events, rows_of
from support.data import real_file
from support.hek import real_rows

EVENTS_REPORT = """:Product: 20140105events.txt
:Created: 2014 Jan 08 0332 UT
:Date: 2014 01 05
#Event    Begin    Max       End  Obs  Q  Type  Loc/Frq   Particulars       Reg#
8010 +     0224   0228      0230  G15  5   XRA  1-8A      C4.5    9.3E-04   1944
8010       0227   0227      0230  LEA  3   FLA  S15E45    SN                1944
8020       2350   2358      0010  LEA  3   FLA  S09E40    SF
8030       ////   ////      0230  G15  5   XRA  1-8A      C1.0    9.3E-04
7950       0003   0003      0004  LEA  G   RBR  245       120
"""


def read(path: Path, most: int | None = None) -> tuple[list[Event], list[str]]:
    told: list[str] = []
    events = read_events(path, failed=lambda where, error: told.append(f"{where}: {error.message}"))
    return list(islice(events, most)), told


def written(folder: Path, content: str | bytes, name: str = "list.txt") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_flares_of_noaas_daily_report(tmp_path: Path) -> None:
    found, told = read(written(tmp_path, EVENTS_REPORT))
    xray, patrol, late = found
    assert (xray.attributes["fl_goescls"], xray.attributes["ar_noaanum"], xray.noposition) == ("C4.5", 11944, True)
    assert (xray.obs_observatory, xray.event_peaktime and xray.event_peaktime.minute) == ("GOES", 28)
    assert (patrol.event_coord1, patrol.event_coord2, patrol.attributes["fl_halphaclass"]) == (-45, -15, "SN")
    assert (late.event_endtime - late.event_starttime).total_seconds() == 20 * 60
    assert told == ["list.txt, line 8: neither begin nor maximum is known"]


def test_a_year_of_real_reports() -> None:
    events, told = read(real_file("noaa_events/noaa_events_2014.tar.gz"), 300)
    assert len(events) == 300
    assert all("events.txt, line " in line for line in told)
    assert {event.attributes.get("fl_goescls", "C")[0] for event in events if event.obs_instrument == "XRS"} >= {
        "C",
        "M",
    }
    assert all(event.time_range.duration.total_seconds() < 43200 for event in events)


def test_a_file_of_a_tar_that_cannot_be_read_is_told_and_the_next_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "reports.tar"
    inner = written(tmp_path, b"\0" * 257 + b"ustar" + b"\0" * 2000, "inner.tar")  # none is opened in another
    with tarfile.open(path, "w") as archive:
        for name, file in (
            ("../outside/README", written(tmp_path, "no list", "a")),
            ("2014/inner.tar", inner),
            ("2014/events.txt", written(tmp_path, EVENTS_REPORT, "b")),
        ):
            archive.add(file, arcname=name)
    found, told = read(path)
    assert len(found) == 3
    assert [line.partition(": ")[0] for line in told] == ["reports.tar, README", "reports.tar, events.txt, line 8"]
    broken, _ = tmp_path / "broken.tar", path
    broken.write_bytes(path.read_bytes()[:700])
    with pytest.raises(InvalidInputError):
        read(broken)


def test_regions_of_a_real_summary() -> None:
    found, told = read(real_file("magnetograms/labels/20140301SRS.txt"))
    assert not told
    assert [event.attributes["ar_noaanum"] for event in found][:2] == [11981, 11982]
    delta = next(event for event in found if event.attributes["ar_noaanum"] == 11990)
    assert (delta.event_coord1, delta.event_coord2) == (-24, -14)
    assert (delta.attributes["ar_mtwilsoncls"], delta.attributes["ar_mcintoshcls"]) == ("BETA-DELTA", "DKC")
    assert delta.attributes["ar_spotarearepr"] == pytest.approx(250e-6 * 2 * 3.14159 * 695700**2, rel=1e-4)


def test_flares_of_stix_in_the_earths_time() -> None:
    name = "STIX_flarelist_w_locations_20210214_20230901_version1.csv.gz"
    found, told = read(real_file(f"stix_lightcurves/flare_lists/{name}"), 300)
    first = found[0]
    assert not told
    assert len(found) == 300
    assert first.attributes["hs_observer_peaktime"] == "2021-02-14T01:44:14.670"
    assert first.event_peaktime
    assert first.event_peaktime.isoformat() == "2021-02-14T01:48:19.403000+00:00"
    assert (first.event_coordsys, round(first.event_coord1, 1)) == ("UTC-HGS-TOPO", -139.9)
    assert "fl_goescls" not in first.attributes  # the Earth did not see it


def test_flares_of_the_commissioning_are_brought_to_the_earth() -> None:
    found, told = read(real_file("stix_lightcurves/flare_lists/STIX_flare_list_commissioning.csv"))
    assert not told
    occulted = next(event for event in found if event.attributes["hs_observer_starttime"] == "2020-05-29T07:16:40")
    assert occulted.event_endtime.isoformat() == "2020-05-29T07:24:25.400000+00:00"  # GOES peaks at 07:24
    assert occulted.attributes["hs_peakcountrate"] == 10


def test_flares_with_places_by_aia() -> None:
    [flare], _ = read(real_file("xray_goes_rhessi/goes_flares_aia_location_2010_2019.csv.gz"), 1)
    assert (flare.event_coordsys, flare.event_coord1, flare.event_coord2) == ("UTC-HPC-TOPO", 127.961, -188.21)
    assert (flare.attributes["fl_goescls"], flare.event_peaktime and flare.event_peaktime.minute) == ("B3.7", 43)


def test_flares_of_goes_lists() -> None:
    found, told = read(real_file("xray_goes_rhessi/swpc_flares_20100101_20251115.csv.gz"), 300)
    assert not told
    assert found[0].attributes["fl_goescls"] == "B1.9"
    older, _ = read(real_file("xray_goes_rhessi/goes_flares.csv"), 10)
    assert (older[1].attributes["fl_goescls"], older[1].event_coord1, older[1].event_coord2) == ("C1.0", 37, -29)
    assert older[1].attributes["fl_peakflux"] == 1e-5


@pytest.mark.parametrize("end", ["2010-01-01 23:42:00", "2010-01-01 23:42:00,B1", "2010-01-01 23:42:00,B1.1,0,G14"])
def test_a_list_that_ends_within_a_line_makes_no_flare_of_the_rest(tmp_path: Path, end: str) -> None:
    head = "start_time,peak_time,end_time,label,noaa_ar,obs,cls"
    whole = "2010-01-01 12:02:00,2010-01-01 12:09:00,2010-01-01 12:18:00,B1.9,0,G14,B"
    cut = f"2010-01-01 23:29:00,2010-01-01 23:33:00,{end}"
    found, told = read(written(tmp_path, f"{head}\r\n{whole}\r\n{cut}"))
    assert [one.attributes["fl_goescls"] for one in found] == ["B1.9"]
    assert told == ["list.txt, line 3: fewer columns than the first line has; is the file cut off?"]


def test_a_real_voevent_is_the_event_of_heks_reply() -> None:
    [event], _ = read(real_file("hek/voevent_FL6173_20110811.xml"))
    row = next(row for row in real_rows() if row["kb_archivid"].endswith("FL6173_AlbertoSainzDalda_20110811_172601"))
    reply = event_of_row(row, origin="hek")
    assert event.id == reply.id
    for name in (
        "event_type",
        "event_starttime",
        "event_endtime",
        "event_peaktime",
        "event_coordsys",
        "event_coord1",
        "event_coord2",
        "event_c1error",
        "frm_name",
        "obs_instrument",
    ):
        assert getattr(event, name) == getattr(reply, name), name
    assert event.obs_meanwavel == pytest.approx(reply.obs_meanwavel)


def test_lines_of_json_and_a_broken_one(tmp_path: Path) -> None:
    rows = real_rows()[:3]
    text = "\n".join(json.dumps(row) for row in rows) + '\n{"event_type": \n'
    found, told = read(written(tmp_path, gzip.compress(text.encode()), "events.jsonl.gz"))
    assert len(found) == 3
    assert told == ["events.jsonl.gz, line 4: not JSON: '{\"event_type\": '"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty"),
        ("\n \r\n", "the file is empty"),
        ("a,b\n1,2\n", "a table of no known list"),
        ("[1, 2", "not JSON"),
        ('{"a": 1} x', "not JSON"),
        ('"text"', "a table of no known list"),
        ("<a>", "not XML"),
        ("<a/>", "XML without a VOEvent"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "XML with a document type"),
        (":Product: x\n:Other: 1\n", "NOAA report without"),
        (b"\x1f\x8bbroken", "cannot be read"),
    ],
)
def test_what_is_no_catalogue(tmp_path: Path, content: str | bytes, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        read(written(tmp_path, content))


@given(content=some.binary(max_size=200) | some.text(max_size=200).map(str.encode))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    try:
        for row in rows_of(content):
            event_of_row(row.values(), origin="fuzz")
    except (HelioscribeError, ValueError, KeyError, TypeError):
        pass  # what `read_events` tells as the record's failure


@pytest.fixture
def server() -> Iterator[Any]:
    """A server that answers with what its list `replies` holds, one after the other."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            running.asked.append(self.path)
            status, body = running.replies.pop(0) if running.replies else (200, b'{"result": [], "overmax": false}')
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            return

    running: Any = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.replies, running.asked = [], []
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield running
    running.shutdown()
    thread.join()
    running.server_close()


def pull(server: Any, start: str, end: str) -> list[Event]:
    url = f"http://127.0.0.1:{server.server_port}"
    return list(pull_events(url, TimeRange.of(start, end), failed=lambda *_: None, pauses=(0, 0)))


def reply(rows: list[dict[str, Any]], *, more: bool = False) -> tuple[int, bytes]:
    return 200, json.dumps({"result": rows, "association": [], "overmax": more}).encode()


def test_events_are_pulled_by_months_and_pages_and_each_once(server: Any) -> None:
    rows = sorted(
        (row for row in real_rows() if row["event_type"] == "FL"), key=lambda row: str(row["event_starttime"])
    )
    server.replies += [reply(rows[:5], more=True), reply(rows[5:10]), reply(rows[8:12])]
    found = pull(server, "2011-07-20", "2011-09-10")
    assert [event.attributes["kb_archivid"] for event in found[:10]] == [row["kb_archivid"] for row in rows[:10]]
    assert len(server.asked) == 3
    assert "page=2" in server.asked[1]
    assert "event_starttime=2011-08-19" in server.asked[2]
    assert found[0].attributes["hs_origin"] == f"http://127.0.0.1:{server.server_port}/hek/her"


def test_a_server_that_is_down_for_a_moment(server: Any) -> None:
    server.replies += [(503, b""), (200, b"<html>maintenance</html>"), reply(real_rows()[:1])]
    assert len(pull(server, "2010-08-01", "2010-08-02")) == 1


def test_a_server_that_stays_down(server: Any) -> None:
    server.replies += [(200, b"<html>maintenance</html>")] * 3
    with pytest.raises(UnavailableError, match="no events came"):
        pull(server, "2010-08-01", "2010-08-02")


def test_addresses_of_servers() -> None:
    assert server_address("https://www.lmsal.com/hek/her?") == "https://www.lmsal.com/hek/her"
    assert server_address("https://events.example.org/") == "https://events.example.org/hek/her"
    with pytest.raises(InvalidInputError, match="expected http"):
        server_address("file:///etc/passwd")
