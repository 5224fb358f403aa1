"""Pixel data of STIX become CLEAN maps at the place where the flare was."""

import warnings
from datetime import timedelta

import numpy as np
import pytest

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.times import parse_utc
from helioscribe.ingest.readers import Reading, read_product
from helioscribe.ingest.source_file import unpacked
from helioscribe.ingest.sources import stix_pixels
from helioscribe.ingest.sources.fits_scan import scan_fits
from helioscribe.ingest.sources.stix_imaging import clean
from helioscribe.ingest.sources.stix_pixels import read_pixel_data
from helioscribe.ingest.sources.stix_pointing import NOMINAL, Pointing, find_pointing, read_pointing
from support.data import DATA, real_file

FLARE = (
    "stix_pixel_data/20221109/solo_L1_stix-sci-xray-cpd_20221109T004455-20221109T005311_V01_2211090305-54678.fits.gz"
)
NIGHT = "stix_pixel_data/other/solo_L1_stix-sci-xray-cpd_20200505T235959-20200506T000019_V01_0087031809-50883.fits.gz"


@pytest.fixture
def imaging():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pytest.importorskip("stixpy")
        pytest.importorskip("xrayvision")


def peak_of(image):
    import astropy.units as u

    row, column = np.unravel_index(image.pixels.argmax(), image.pixels.shape)
    place = image.to_map().pixel_to_world(column * u.pix, row * u.pix)
    return float(place.Tx.value), float(place.Ty.value)


def test_flare_lies_where_the_catalogue_has_it(imaging):
    source = read_product(real_file(FLARE), Reading(ephemeris=DATA / "stix_pixel_data" / "aux"))
    image = source.product
    assert source.quality == ()
    # Fitted position of flare 2211090050 in the list that comes with the data.
    assert peak_of(image) == (pytest.approx(-15.3, abs=8), pytest.approx(181.5, abs=8))
    assert (image.channel, image.header["ALG_USED"], image.header["UID"]) == ("4-10 keV", "CLEAN", "2211090305")
    assert image.time_range.start <= parse_utc("2022-11-09T00:50:20") <= image.time_range.end
    assert image.header["PHOTONS"] > 20_000
    assert image.pixels.max() > 4 * abs(image.pixels.min())
    assert image.light_travel_time == pytest.approx(198.2, abs=0.1)


def test_without_ephemeris_it_says_so(imaging):
    source = read_product(real_file(FLARE))
    assert source.quality == ("no ephemeris of that day in HELIOSCRIBE_EPHEMERIS: place and roll are nominal",)
    assert abs(peak_of(source.product)[0]) < 200


def test_layout_that_the_library_does_not_know(imaging):
    with pytest.raises(InvalidInputError, match=r"20200505T235959.*stixpy cannot image"):
        read_product(real_file(NIGHT))


def test_too_few_counts_make_no_map(monkeypatch):
    monkeypatch.setattr(stix_pixels, "_FEWEST", 10**9)
    with pytest.raises(InvalidInputError, match="counts in 4-10 keV; a map needs 1000000000"):
        read_product(real_file(FLARE))


def test_band_without_channels():
    path = real_file(FLARE)
    data = unpacked(path)
    with pytest.raises(InvalidInputError, match="no channels in 300-400 keV"):
        read_pixel_data(scan_fits(data, path.name), data, path.name, band=(300.0, 400.0))


def test_clean_finds_both_sources():
    n = 65
    x, y = np.meshgrid(np.arange(2 * n - 1) - n + 1, np.arange(2 * n - 1) - n + 1)
    rng = np.random.default_rng(0)
    waves = [(r * np.cos(a), r * np.sin(a)) for r in np.geomspace(0.01, 0.1, 10) for a in rng.uniform(0, 3, 6)]
    beam = sum(np.cos(2 * np.pi * (u * x + v * y)) for u, v in waves) / len(waves)
    places = {(20, 22): 1.0, (44, 40): 0.6}
    dirty = sum(flux * beam[n - 1 - r : 2 * n - 1 - r, n - 1 - c : 2 * n - 1 - c] for (r, c), flux in places.items())
    image = clean(dirty, beam, width=6.0)
    first, second = (image[r, c] / image.max() for r, c in places)
    assert (first, second) == (pytest.approx(1.0, abs=0.05), pytest.approx(0.6, abs=0.1))
    empty, lobes = np.abs(image[:8]).max() / image.max(), np.abs(dirty[:8]).max() / dirty.max()
    assert empty < lobes / 2


def test_turning_by_the_mounting_and_the_roll():
    level = Pointing(roll=0.0, x=10.0, y=-5.0)
    assert level.to_helioprojective(100.0, 30.0) == pytest.approx((-20.0, 95.0))
    turned = Pointing(roll=90.0, x=10.0, y=-5.0)
    assert turned.to_helioprojective(100.0, 30.0) == pytest.approx((-95.0, -20.0))


def test_pointing_of_a_day(tmp_path):
    start = parse_utc("2022-11-09T05:39:51")
    found = (
        find_pointing(DATA / "stix_pixel_data" / "aux", start, start + timedelta(minutes=2)) if DATA.is_dir() else None
    )
    if found is None:
        pytest.skip("no real data")
    # As the published map of that time has it.
    assert (found.x, found.y) == (pytest.approx(10.1, abs=10), pytest.approx(79.6, abs=8))
    assert find_pointing(tmp_path, start, start) is None
    assert NOMINAL.roll == 0.0


def test_ephemeris_of_another_day(tmp_path):
    path = real_file("stix_pixel_data/aux/solo_L2_stix-aux-ephemeris_20221109_V01.fits.gz")
    moment = parse_utc("2022-12-09T05:00:00")
    with pytest.raises(InvalidInputError, match="does not cover"):
        read_pointing(path, moment, moment)
    broken = tmp_path / "solo_L2_stix-aux-ephemeris_20221209_V01.fits"
    broken.write_bytes(unpacked(path)[:20_000])
    with pytest.raises(InvalidInputError, match="cut off"):
        find_pointing(tmp_path, moment, moment)
