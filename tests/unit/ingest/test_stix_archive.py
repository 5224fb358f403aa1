"""The archive of the STIX data centre, replayed by a web server of our own."""

import re
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from helioscribe.domain.errors import InvalidInputError, NotFoundError, UnavailableError
from helioscribe.domain.times import TimeRange
from helioscribe.ingest.sources.stix_archive import StixArchive

PRODUCT = "stix-ql-lightcurve"
DAYS = TimeRange.of("2024-05-19T12:00", "2024-05-21T00:00")


def listing(*names):
    rows = "".join(f'<tr><td><a href="{name}">{name}</a></td><td align="right">1.7M</td></tr>' for name in names)
    return f'<html><head><title>Index of /data/fits</title></head><body><a href="/data/">Parent</a>{rows}</body></html>'.encode()


def name(day, version, product=PRODUCT):
    return f"solo_L1_{product}_{day}_{version}.fits"


class Replay(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append((self.path, self.headers.get("Range")))
        status, body = self.server.pages.get(self.path, (404, b""))
        total, span = len(body), re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        start = int(span[1]) if span and self.server.ranges else 0
        if start >= total and start:
            status, body = 416, b""
        elif start:
            status, body = 206, body[start:]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if status == 206:
            self.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
        self.end_headers()
        self.wfile.write(body[: self.server.cut])

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Replay)
    server.pages, server.asked, server.ranges, server.cut = {}, [], True, None
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def archive(server):
    return StixArchive(url=f"http://127.0.0.1:{server.server_address[1]}/fits", timeout=5)


@pytest.fixture
def record(server, archive):
    server.pages["/fits/L1/2024/05/20/QL/"] = (200, listing(name("20240520", "V02")))
    (found,) = archive.search(PRODUCT, DAYS)
    return found


def serve(server, data):
    server.pages[f"/fits/L1/2024/05/20/QL/{name('20240520', 'V02')}"] = (200, data)


def test_the_latest_complete_file_of_each_day(server, archive):
    others = name("20240520", "V09", "stix-ql-background"), name("20240521", "V03")
    server.pages["/fits/L1/2024/05/19/QL/"] = (200, listing(name("20240519", "V01U"), name("20240519", "V02U")))
    server.pages["/fits/L1/2024/05/20/QL/"] = (
        200,
        listing(name("20240520", "V01"), name("20240520", "V02"), name("20240520", "V06U"), *others),
    )
    found = list(archive.search(PRODUCT, DAYS))
    assert [record.name for record in found] == [name("20240519", "V02U"), name("20240520", "V02")]
    assert found[1].locator == f"{archive.url}/L1/2024/05/20/QL/{name('20240520', 'V02')}"
    assert found[1].time_range == TimeRange.of("2024-05-20", "2024-05-21")
    assert [path for path, _ in server.asked] == [f"/fits/L1/2024/05/{day}/QL/" for day in (19, 20, 21)]


def test_a_listing_cannot_name_a_path(server, archive):
    server.pages["/fits/L1/2024/05/20/QL/"] = (
        200,
        listing("../../etc/passwd", "/solo_L1_x.fits", "solo_L1_stix-ql-lightcurve_20240520_V02.fits/../x"),
    )
    assert list(archive.search(PRODUCT, DAYS)) == []


def test_a_file_is_brought_once(server, archive, record, tmp_path):
    serve(server, b"x" * 200_000)
    path = archive.fetch(record, tmp_path / "new")
    assert path.read_bytes() == b"x" * 200_000
    asked = len(server.asked)
    assert archive.fetch(record, tmp_path / "new") == path
    assert len(server.asked) == asked
    assert [file.name for file in path.parent.iterdir()] == [record.name]


@pytest.mark.parametrize("ranges", [True, False], ids=["goes on", "starts again"])
def test_a_broken_connection_is_resumed(server, archive, record, tmp_path, ranges):
    data = bytes(range(256)) * 1000
    serve(server, data)
    server.cut, server.ranges = 100_000, ranges
    with pytest.raises(UnavailableError):
        archive.fetch(record, tmp_path)
    assert not (tmp_path / record.name).exists()
    server.cut = None
    assert archive.fetch(record, tmp_path).read_bytes() == data
    assert server.asked[-1][1] == "bytes=100000-"


def test_a_part_longer_than_the_file_is_thrown_away(server, archive, record, tmp_path):
    serve(server, b"short")
    (tmp_path / f"{record.name}.part").write_bytes(b"something that is longer")
    assert archive.fetch(record, tmp_path).read_bytes() == b"short"


def test_a_file_that_is_too_large_is_not_brought(server, archive, record, tmp_path):
    serve(server, b"x" * 2000)
    with pytest.raises(InvalidInputError, match="2000 bytes are more than 1000"):
        replace(archive, limit=1000).fetch(record, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_gone(archive, record, tmp_path):
    with pytest.raises(NotFoundError, match="no such file"):
        archive.fetch(record, tmp_path)


def test_an_archive_in_trouble(server, archive):
    server.pages["/fits/L1/2024/05/19/QL/"] = (503, b"")
    with pytest.raises(UnavailableError, match="answered 503"):
        list(archive.search(PRODUCT, DAYS))


def test_an_archive_that_does_not_answer(archive, server):
    with pytest.raises(UnavailableError, match="does not answer"):
        list(StixArchive(url="http://127.0.0.1:1/fits", timeout=1).search(PRODUCT, DAYS))


@pytest.mark.parametrize(
    "change",
    [
        {"locator": "http://elsewhere.example/solo.fits"},
        {"locator": "file:///etc/passwd"},
        {"name": "../escape.fits"},
        {"name": "solo_L1_stix-ql-lightcurve_20240520_V02.fits/../../x"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_record_of_another_place_is_refused(archive, record, tmp_path, change):
    with pytest.raises(InvalidInputError, match="is no file of"):
        archive.fetch(replace(record, **change), tmp_path)


def test_unknown_products_and_endless_spans(archive):
    with pytest.raises(InvalidInputError, match="unknown product 'aia'"):
        list(archive.search("aia", DAYS))
    with pytest.raises(InvalidInputError, match="more than ten years"):
        list(archive.search(PRODUCT, TimeRange.of("1000-01-01", "2024-01-01")))
