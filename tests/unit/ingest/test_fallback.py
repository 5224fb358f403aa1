"""A second archive behind the first; Fido is replaced where it would reach for the network."""

import io
from pathlib import Path
from types import SimpleNamespace

import astropy.units as u
import numpy as np
import pytest
from astropy.io import fits
from astropy.time import Time

from helioscribe.domain.errors import InvalidInputError, NotFoundError, UnavailableError
from helioscribe.domain.times import TimeRange
from helioscribe.ingest.sources.fallback import FallbackArchive
from helioscribe.ingest.sources.fido_archive import FidoArchive
from helioscribe.ports.archive import ArchiveRecord, Delivery

SPAN = TimeRange.of("2020-01-01T01:00", "2020-01-01T01:02")


class Network:
    """Answers as the VSO does, with one image in 12 s."""

    def __init__(self):
        self.asked, self.down, self.broken = [], False, set()

    def search(self, *attributes):
        self.asked.append(attributes)
        if self.down:
            raise ConnectionError("no VSO server\nanswers")
        time = attributes[0]
        starts = [Time("2020-01-01T01:00:02") + k * 12 * u.s for k in (1, 0, *range(2, 10))]
        return [[{"fileid": f"aia:{s.isot}", "Start Time": s} for s in starts if time.start <= s <= time.end]]

    def fetch(self, row, *, path, progress, overwrite):
        if row["fileid"] in self.broken:
            return SimpleNamespace(errors=["gone"])
        stream = io.BytesIO()
        fits.PrimaryHDU(np.ones((4, 4), "f4")).writeto(stream)
        Path(path).write_bytes(stream.getvalue())
        return [path]


@pytest.fixture
def network():
    return Network()


@pytest.fixture
def fido(network):
    return FidoArchive(cadence=24, fido=lambda: network)


def test_fido_is_asked_and_its_files_come_once(fido, network, tmp_path):
    records = list(fido.search("aia-171", SPAN))
    assert [record.time_range.start.second for record in records] == [2, 26, 50, 14, 38, 50]
    assert [type(attribute).__name__ for attribute in network.asked[0]] == ["Time", "Instrument", "Wavelength"]
    network.broken = {records[1].locator}
    deliveries = list(fido.deliver(records, tmp_path))
    assert [type(delivery.error) for delivery in deliveries if delivery.error] == [UnavailableError]
    network.broken = {record.locator for record in records}
    again = list(fido.deliver(records, tmp_path))
    assert [d.path for d in again if d.path] == [d.path for d in deliveries if d.path]
    assert not list(tmp_path.glob("*.part"))


def test_fido_knows_observables_of_hmi(fido, network):
    list(fido.search("hmi-magnetogram", SPAN))
    assert type(network.asked[0][2]).__name__ == "Physobs"
    with pytest.raises(InvalidInputError, match="unknown product"):
        list(fido.search("aia-172", SPAN))


def test_an_outage_of_the_vso_is_one_line(fido, network):
    network.down = True
    with pytest.raises(UnavailableError, match="VSO: the search failed: no VSO server answers"):
        list(fido.search("aia-171", SPAN))


class Jsoc:
    """An archive that is out of order when told so."""

    def __init__(self, *, search=True, deliver=True):
        self.ok = {"search": search, "deliver": deliver}

    def search(self, product, time_range):
        if not self.ok["search"]:
            raise UnavailableError("JSOC answers 503")
        yield ArchiveRecord(
            archive="jsoc",
            locator="a[1][171]",
            name="a.fits",
            time_range=TimeRange.of("2020-01-01T01:00:03", "2020-01-01T01:00:03"),
        )

    def deliver(self, records, folder):
        for record in records:
            error = None if self.ok["deliver"] else UnavailableError("JSOC answers 503")
            yield Delivery(record=record, path=None if error else folder / record.name, error=error)


def test_the_second_archive_is_not_asked_while_the_first_answers(fido, network, tmp_path):
    both = FallbackArchive(first=Jsoc(), second=fido)
    deliveries = list(both.deliver(list(both.search("aia-171", SPAN)), tmp_path))
    assert [delivery.path.name for delivery in deliveries] == ["a.fits"]
    assert network.asked == []


def test_the_second_archive_searches_in_an_outage(fido, tmp_path):
    both = FallbackArchive(first=Jsoc(search=False), second=fido)
    records = list(both.search("aia-171", SPAN))
    assert {record.archive for record in records} == {"vso"}
    assert all(delivery.path for delivery in both.deliver(records, tmp_path))


def test_the_second_archive_delivers_what_the_first_cannot(fido, tmp_path):
    both = FallbackArchive(first=Jsoc(deliver=False), second=fido)
    deliveries = list(both.deliver(list(both.search("aia-171", SPAN)), tmp_path))
    assert [delivery.path.name for delivery in deliveries] == ["vso.aia.lev1_euv_12s.2020-01-01T010002.171.fits"]


def test_two_outages_are_told(fido, network, tmp_path):
    network.down = True
    with pytest.raises(UnavailableError, match="503; and VSO"):
        list(FallbackArchive(first=Jsoc(search=False), second=fido).search("aia-171", SPAN))
    both = FallbackArchive(first=Jsoc(deliver=False), second=fido)
    deliveries = list(both.deliver(list(both.search("aia-171", SPAN)), tmp_path))
    assert "503" in deliveries[0].error.message


def test_records_of_another_search_are_refused(fido, tmp_path):
    record = next(iter(Jsoc().search("aia-171", SPAN)))
    assert isinstance(next(fido.deliver([record], tmp_path)).error, NotFoundError)
