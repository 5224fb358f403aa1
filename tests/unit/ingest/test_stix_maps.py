"""STIX maps become images with band, both times, id, photon count and the observer's place."""

import gzip

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.times import parse_utc
from helioscribe.ingest.readers import read_product
from helioscribe.ingest.sources.stix_map_names import read_map_name
from support.data import real_file
from support.stix_maps import CLEAN_NAME, source_map, write_map


@pytest.mark.parametrize("compressed", [False, True])
def test_full_header(tmp_path, compressed):
    pixels = source_map((30.0, -20.0))
    source = read_product(write_map(tmp_path / "map.fits", pixels, compressed=compressed))
    image = source.product
    assert (image.instrument, image.observatory, image.channel, source.level) == (
        "STIX",
        "Solar Orbiter",
        "6-10 keV",
        "L1",
    )
    assert image.time_range.start == parse_utc("2022-11-09T18:01:05.317")
    assert image.exposure == pytest.approx(121.5)
    assert image.light_travel_time == 193.8
    assert image.header["UID"] == "2211090288"
    assert image.header["ALG_USED"] == "BPROJ"
    assert np.abs(image.pixels - pixels).max() < (0.02 if compressed else 1e-6)
    peak = image.to_map().pixel_to_world(*np.unravel_index(image.pixels.argmax(), image.pixels.shape)[::-1] * _pix())
    assert (peak.Tx.value, peak.Ty.value) == (pytest.approx(430, abs=0.1), pytest.approx(-170, abs=0.1))
    assert peak.observer.lon.value == pytest.approx(-23.2)


def _pix():
    import astropy.units as u

    return u.pix


def test_name_says_what_the_header_leaves_open(tmp_path):
    image = read_product(write_map(tmp_path / CLEAN_NAME, style="centre")).product
    assert image.channel == "4-10 keV"
    assert (image.header["UID"], image.header["PHOTONS"], image.header["ALG_USED"]) == ("2204146345", 5263, "CLEAN")
    assert image.time_range.start == parse_utc("2022-04-14T17:30:20")
    assert image.observer.distance == pytest.approx(8.9e10 / 149_597_870_700)
    # The Earth was at 1.003 au then: the light needs that much longer.
    assert image.light_travel_time == pytest.approx((1.003 * 149_597_870_700 - 8.9e10) / 299_792_458, abs=0.5)


def test_bare_quick_look_header(tmp_path):
    path = tmp_path / "sci_9111_uid_2202155513_0_0_0_2022-02-15T18-11-49.918_fwfit.fits"
    image = read_product(write_map(path, style="quicklook")).product
    assert image.time_range.start == parse_utc("2022-02-15T18:11:49.918")
    assert (image.channel, image.header["ALG_USED"]) == ("4-10 keV", "VIS_FWDFIT")
    assert image.observer.distance == pytest.approx(0.7234, abs=1e-4)


def test_date_of_the_making_is_not_that_of_the_sun(tmp_path):
    path = tmp_path / "sci_9111_uid_2202155513_0_0_0_2022-02-15T18-11-49.918_bp.fits"
    image = read_product(write_map(path, style="quicklook", DATE_OBS="22-Apr-2022 09:17:15.00", EXPTIME=0.0)).product
    assert image.time_range.start == image.time_range.end == parse_utc("2022-02-15T18:11:49.918")


def test_band_of_the_header_counts(tmp_path):
    source = read_product(write_map(tmp_path / CLEAN_NAME, style="full"))
    assert source.product.channel == "6-10 keV"
    assert source.quality == ("the name says 4-10 keV",)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"CDELT1": None}, "no world coordinate system"),
        ({"CDELT1": 0.0}, "no world coordinate system"),
        ({"ENERGY_L": None}, "energy band"),
        ({"ENERGY_L": "12.0"}, "energy band"),
        ({"ENERGY_L": "nan"}, "energy band"),
        ({"DATE__BEG": None}, "DATE-BEG"),
        ({"DATE__END": "2022-11-08 18:03:06.817"}, "expected minutes"),
        ({"DATE__BEG": "yesterday"}, "not a time"),
    ],
)
def test_bad_headers(tmp_path, changes, said):
    with pytest.raises(InvalidInputError, match=said):
        read_product(write_map(tmp_path / "map.fits", **changes))


def test_nothing_but_nan(tmp_path):
    with pytest.raises(InvalidInputError, match="no pixel has a value"):
        read_product(write_map(tmp_path / "map.fits", np.full((64, 64), np.nan, np.float32)))


@pytest.mark.parametrize("size", [8, 5000])
def test_sizes_are_bounded(tmp_path, size):
    with pytest.raises(InvalidInputError, match="pixels a side"):
        read_product(write_map(tmp_path / "map.fits", np.zeros((size, 20), np.uint8)))


def test_broken_tiles(tmp_path):
    path = write_map(tmp_path / "map.fits", compressed=True)
    data = bytearray(path.read_bytes())
    data[-3000:] = b"\xff" * 3000
    path.write_bytes(data[:-2880])
    with pytest.raises(InvalidInputError, match=r"map\.fits"):
        read_product(path)


@pytest.mark.parametrize(
    ("name", "uid", "band", "photons"),
    [
        (CLEAN_NAME, "2204146345", (4, 10), 5263),
        (
            "stix_sci_preview_9548_2203071216_uid_2203078775_4-10keV_20220307T121414_17409_clean_map.fits",
            "2203078775",
            (4, 10),
            17409,
        ),
        (
            "stix_imaging_spectroscopy_sci_7_uid_1266915856_16-28keV_20210101T000000_5_clean_map.fits",
            "1266915856",
            (16, 28),
            5,
        ),
        ("bp_nat_map-2211090288.fits.gz", "2211090288", None, None),
        ("anything.fits", "", None, None),
    ],
)
def test_names(name, uid, band, photons):
    said = read_map_name(name)
    assert (said.uid, said.band, said.photons) == (uid, band, photons)


@given(
    st.text(max_size=60)
    | st.from_regex(r"stix_.{0,9}uid_\d+_\d-\d+keV_\d{8}T\d{6}_\d+_clean_map\.fits", fullmatch=True)
)
def test_any_name_is_borne(name):
    read_map_name(name)


def test_published_map_and_its_original():
    small = read_product(real_file("stix_images/bp_maps/bp_nat_map-2211090288.fits")).product
    path = real_file("stix_images/originals/bp_nat_map-2211090288.fits.gz")
    whole = read_product(path).product
    assert gzip.decompress(path.read_bytes())[:6] == b"SIMPLE"
    assert small.pixels.shape == whole.pixels.shape == (512, 512)
    assert np.abs(small.pixels - whole.pixels).max() < 0.005 * whole.pixels.max()
    assert (small.time_range, small.header["UID"]) == (whole.time_range, whole.header["UID"])
    y, x = np.unravel_index(whole.pixels.argmax(), whole.pixels.shape)
    peak = whole.to_map().pixel_to_world(x * _pix(), y * _pix())
    # Fitted position of the flare in the catalogue of these maps.
    assert (peak.Tx.value, peak.Ty.value) == (pytest.approx(384.8, abs=8), pytest.approx(130.1, abs=8))
