import threading
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import click
import pytest
from click.testing import CliRunner

from helioscribe.domain.errors import InvalidInputError, NotFoundError, UnavailableError
from helioscribe.domain.times import utc_now
from helioscribe.embedded.commands.fetch import fetch, latest_stix_day
from helioscribe.ingest.sources import fido_archive, jsoc_server, stix_archive
from support.jsoc import replay


@pytest.fixture
def archive(monkeypatch, stix):
    """An archive on this machine; yields the days that it has, as ``YYYYMMDD``."""
    days = []

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self):
            found = [day for day in days if f"/{day[:4]}/{day[4:6]}/{day[6:]}/" in self.path]
            names = [f"solo_L1_stix-ql-lightcurve_{day}_V02.fits" for day in found]
            listing = "".join(f'<a href="{name}">{name}</a>' for name in names).encode()
            body = stix.read_bytes() if self.path.endswith(".fits") else listing
            self.send_response(200 if found else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}/data/fits"
    monkeypatch.setattr(stix_archive, "StixArchive", partial(stix_archive.StixArchive, url=url))
    yield days
    server.shutdown()
    server.server_close()
    thread.join()


def test_days_are_fetched_ingested_and_looked_at(archive, home):
    archive += ["20220328", "20220330"]
    arguments = ["stix", "--start", "2022-03-27", "--end", "2022-03-31", "--detect", "--home", str(home)]
    done = CliRunner().invoke(fetch, arguments, catch_exceptions=False)
    assert done.exit_code == 0
    assert sorted(path.name[-19:] for path in (home / "downloads").iterdir()) == [
        "e_20220328_V02.fits",
        "e_20220330_V02.fits",
    ]
    assert "obs-" in done.output


def test_a_span_without_data_is_told(archive, home):
    with pytest.raises(NotFoundError, match="has no stix-ql-lightcurve from 2022-03-27"):
        CliRunner().invoke(
            fetch, ["stix", "--start", "2022-03-27", "--end", "2022-03-28", "--home", str(home)], catch_exceptions=False
        )


def test_the_newest_day_is_the_newest_there_is(archive, tmp_path):
    archive += [f"{utc_now() - timedelta(days=back):%Y%m%d}" for back in (9, 5)]
    assert archive[1] in latest_stix_day(tmp_path).name


def test_an_empty_or_silent_archive_is_told(archive, tmp_path, monkeypatch):
    with pytest.raises(NotFoundError, match="has none"):
        latest_stix_day(tmp_path)
    nobody = partial(stix_archive.StixArchive, url="http://127.0.0.1:9")
    monkeypatch.setattr(stix_archive, "StixArchive", nobody)
    with pytest.raises(UnavailableError):
        latest_stix_day(tmp_path)


@pytest.fixture
def sdo(monkeypatch):
    """A JSOC on this machine, with six records of AIA at 171 angstrom."""
    with replay() as server:
        times = [f"2014-03-01T00:00:{10 * k:02d}.00Z" for k in range(6)]
        columns = {"T_REC": times, "T_OBS": times, "QUALITY": ["0x00000000"] * 6, "WAVELNTH": ["171"] * 6}
        found = [{"name": name, "values": values} for name, values in columns.items()]
        server.recorded["aia.lev1_euv_12s"] = {"status": 0, "count": 6, "keywords": found}
        monkeypatch.setenv("HELIOSCRIBE_JSOC_SERVER", server.url)
        monkeypatch.setattr(jsoc_server, "JsocServer", partial(jsoc_server.JsocServer, sleep=lambda _seconds: None))
        yield server


def fetch_aia(home, *more):
    arguments = ["aia", "--start", "2014-03-01", "--end", "2014-03-01T00:01", "--email", "known@example.org"]
    return CliRunner().invoke(fetch, [*arguments, *more, "--home", str(home)], catch_exceptions=False)


def test_images_come_from_jsoc_once_and_a_bad_record_is_entered(sdo, home):
    sdo.bad = {"aia.lev1_euv_12s[2014-03-01T00:00:20.00Z][171]{image}"}
    first = fetch_aia(home, "--cutout", "0,0,60,60")
    assert first.exit_code == 2
    assert "5 of 6 files came" in first.output
    assert "a record has no image" in first.output
    assert first.output.count("obs-") == 5
    exports = len(sdo.exports)
    sdo.bad = set()
    assert fetch_aia(home, "--cutout", "0,0,60,60").exit_code == 0
    assert len(sdo.exports) == exports + 1
    assert sdo.exports[f"JSOC_20200101_{exports + 1:03d}"] == ["aia.lev1_euv_12s[2014-03-01T00:00:20.00Z][171]{image}"]


def test_without_an_address_others_are_asked_and_jsoc_is_not(sdo, home, monkeypatch):
    asked = []
    monkeypatch.setattr(fido_archive.FidoArchive, "search", lambda self, *question: asked.append(question) or iter(()))
    with pytest.raises(NotFoundError, match="no hmi-magnetogram"):
        CliRunner().invoke(
            fetch,
            ["hmi", "--start", "2014-03-01", "--end", "2014-03-02", "--home", str(home)],
            catch_exceptions=False,
            standalone_mode=False,
        )
    assert asked
    assert sdo.asked == []


def test_wrong_uses_are_told(home):
    for more in (["--cutout", "1,2"], ["--cutout", "0,0,60,60", "--provider", "fido"], ["--cutout", "0,0,60,60"]):
        with pytest.raises((InvalidInputError, click.UsageError)):
            CliRunner().invoke(
                fetch,
                ["aia", "--start", "2014-03-01", "--end", "2014-03-02", *more, "--home", str(home)],
                catch_exceptions=False,
                standalone_mode=False,
            )


def test_every_row_of_a_catalogue_is_cut_out_at_jsoc_or_told(sdo, home, tmp_path):
    rows = tmp_path / "rows.csv"
    rows.write_text("time,x,y\n2014-03-01T00:00:30,300,200\n2015-01-01T00:00:00,0,0\n")
    done = CliRunner().invoke(
        fetch,
        [
            "aia",
            "--catalogue",
            str(rows),
            "--channel",
            "171",
            "--cadence",
            "12",
            "--minutes",
            "2",
            "--field",
            "60",
            "--email",
            "known@example.org",
            "--home",
            str(home),
        ],
        catch_exceptions=False,
    )
    assert done.exit_code == 2
    assert "jet_20150101T000000: the archive has no frame of this time" in done.output
    assert "jet_20140301T000030.tar: 1 usable frames" in done.output  # the server here has one image for every moment
    asked = [question["process=n"] for question in sdo.asked if question.get("op") == "exp_request"]
    assert len(asked) == 1
    assert "x=300.0,y=200.0,width=60.0" in asked[0]
    assert ",t=0," in asked[0]  # followed, since it is on the disk
