import threading
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from click.testing import CliRunner

from helioscribe.domain.errors import NotFoundError, UnavailableError
from helioscribe.domain.times import utc_now
from helioscribe.embedded.commands.fetch import fetch, latest_stix_day
from helioscribe.ingest.sources import stix_archive


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
    assert sorted(path.name[-19:] for path in (home / "downloads").iterdir()) == ["e_20220328_V02.fits", "e_20220330_V02.fits"]
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
