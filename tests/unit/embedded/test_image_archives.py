from types import SimpleNamespace

import pytest

from helioscribe.domain.errors import InvalidInputError, NotFoundError, UnavailableError
from helioscribe.domain.times import TimeRange
from helioscribe.embedded.image_archives import ImageRequest, fetch_images
from helioscribe.ingest.sources.jsoc import Jsoc
from helioscribe.ingest.sources.jsoc_records import Cutout

SPAN = TimeRange.of("2014-01-01T00:00:00", "2014-01-01T01:00:00")
CUTOUT = Cutout(x=0.0, y=0.0, width=300.0, height=300.0, time="2014-01-01T00:00:00")


@pytest.fixture
def fido(monkeypatch, tmp_path):
    """Sunpy's Fido, whose network is this function: what it was asked, and two files."""
    import sunpy.net

    asked = []

    class Fetched(list):
        errors = [SimpleNamespace(url="http://vso/3", exception="timed out")]

    def search(*attributes):
        asked.append(attributes)
        return SimpleNamespace(file_num=3)

    def fetch(found, *, path, progress, overwrite):
        return Fetched([str(tmp_path / "1.fits"), str(tmp_path / "2.fits")])

    monkeypatch.setattr(sunpy.net, "Fido", SimpleNamespace(search=search, fetch=fetch))
    return asked


def down(self, *args, **kwargs):
    raise UnavailableError("JSOC does not answer: 503")


def test_others_are_asked_when_jsoc_is_down(fido, monkeypatch, tmp_path):
    monkeypatch.setattr(Jsoc, "query", down)
    wanted = ImageRequest(product="aia", span=SPAN, channel="171", cadence=360.0, email="a@example.org")
    files, missing = fetch_images(wanted, tmp_path)
    assert [path.name for path in files] == ["1.fits", "2.fits"]
    assert missing == ["http://vso/3: timed out"]
    assert {type(attribute).__name__ for attribute in fido[0]} == {"Time", "Instrument", "Wavelength", "Sample"}
    with pytest.raises(UnavailableError):
        fetch_images(ImageRequest(product="aia", span=SPAN, email="a@example.org", provider="jsoc"), tmp_path)


def test_without_an_address_others_are_asked_at_once(fido, tmp_path):
    fetch_images(ImageRequest(product="hmi", span=SPAN), tmp_path)
    assert "Physobs" in {type(attribute).__name__ for attribute in fido[0]}


def test_only_jsoc_cuts_out(fido, tmp_path):
    with pytest.raises(InvalidInputError, match="email"):
        fetch_images(ImageRequest(product="aia", span=SPAN, cutout=CUTOUT), tmp_path)
    assert fido == []


def test_nothing_anywhere_is_said(fido, monkeypatch, tmp_path):
    import sunpy.net

    monkeypatch.setattr(sunpy.net.Fido, "search", lambda *_: SimpleNamespace(file_num=0))
    with pytest.raises(NotFoundError, match="nobody has"):
        fetch_images(ImageRequest(product="aia", span=SPAN, provider="fido"), tmp_path)
