import contextlib
import warnings
from dataclasses import replace
from pathlib import Path

import astropy.units as u
import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS
from hypothesis import given
from hypothesis import strategies as st
from sunpy.data.test import get_test_filepath
from sunpy.map import Map

from helioscribe.domain.coordinates import Observer
from helioscribe.domain.errors import InvalidInputError, UnsupportedInputError
from helioscribe.ingest.readers import Reading, read_product
from helioscribe.ingest.sources.images.decode import Pixels
from helioscribe.ingest.sources.images.header import Geometry, geometry_of
from helioscribe.ingest.sources.images.prepare import Grid, prepare
from helioscribe.sdk.testing import synthetic_image
from support.images import sun, write_image

warnings.filterwarnings("ignore", module="sunpy")


def brightest(product):
    """Where the spot lies, by the product's own coordinates [arcsec]."""
    world = product.to_map().pixel_to_world(
        *(np.array(np.unravel_index(np.nanargmax(product.pixels), product.pixels.shape))[::-1] * u.pix)
    )
    return world.Tx.to_value("arcsec"), world.Ty.to_value("arcsec")


@pytest.mark.parametrize("rotation", [0.0, 180.0, 179.93, -90.0, 30.0])
def test_north_is_up_whatever_the_camera(tmp_path, rotation):
    image = read_product(write_image(tmp_path / "a.fits", sun(rotation=rotation), CROTA2=rotation)).product
    assert brightest(image) == pytest.approx((400.0, 300.0), abs=12)
    row, column = np.unravel_index(np.nanargmax(image.pixels), image.pixels.shape)
    assert row > image.pixels.shape[0] / 2  # north is up
    assert column > image.pixels.shape[1] / 2  # west is right


def test_a_matrix_says_the_same_as_an_angle(tmp_path):
    cos, sin = np.cos(np.radians(30)), np.sin(np.radians(30))
    path = write_image(
        tmp_path / "a.fits", sun(rotation=30.0), CROTA2=None, PC1_1=cos, PC1_2=-sin, PC2_1=sin, PC2_2=cos
    )
    assert brightest(read_product(path).product) == pytest.approx((400.0, 300.0), abs=12)


def test_arcseconds_as_solarsoft_writes_them_are_coordinates(tmp_path):
    changes = {"CTYPE1": "arcsec", "CTYPE2": "arcsec", "CUNIT1": None, "CUNIT2": None, "TELESCOP": "RHESSI"}
    image = read_product(write_image(tmp_path / "a.fits", sun(), **changes)).product
    assert brightest(image) == pytest.approx((400.0, 300.0), abs=12)


def test_what_gong_writes_off_the_limb_is_missing(tmp_path):
    path = write_image(tmp_path / "a.fits", np.nan_to_num(sun(), nan=-703.9), FNDLMBXC=64.5)
    assert read_product(path).product.mask[0, 0]
    (whole := sun())[:] = 5.0
    whole[0, 0] = 4.0  # corners that differ are data
    assert not read_product(write_image(tmp_path / "b.fits", whole, FNDLMBXC=64.5)).product.mask[64, 64]


@pytest.mark.parametrize("compressed", [False, True])
def test_integers_are_scaled_and_blanks_are_missing(tmp_path, compressed):
    counts = np.where(np.isnan(sun()), -(2**31), np.nan_to_num(sun()) * 10).astype(np.int32)
    path = write_image(tmp_path / "a.fits", counts, compressed=compressed, BLANK=-(2**31))
    plain = read_product(path).product
    assert np.nanmax(plain.pixels) == pytest.approx(10_000, rel=0.05)
    assert plain.mask[0, 0]
    assert not plain.mask[64, 64]


@pytest.mark.parametrize("name", ["resampled_hmi.fits", "aia_171_level1.fits"])
def test_a_real_image_lies_where_sunpy_puts_it(name):
    path = Path(get_test_filepath(name))
    image = read_product(path).product
    original = Map(path)
    if original.unit == u.DN:
        original = original / original.exposure_time
    filled = original._new_instance(np.nan_to_num(original.data), original.meta)
    there = filled.reproject_to(image.to_map().wcs, order="bicubic").data
    from_center = np.hypot(*(np.mgrid[: there.shape[0], : there.shape[1]] - (there.shape[0] - 1) / 2))
    on_disk = from_center < 0.38 * len(there)  # off the limb are no numbers
    both = np.isfinite(there) & np.isfinite(image.pixels) & on_disk
    assert both.mean() > 0.4
    assert np.corrcoef(there[both], image.pixels[both])[0, 1] > 0.9999
    assert np.std(image.pixels[both] - there[both]) < 0.01 * np.std(there[both])


@given(st.floats(-np.pi, np.pi), st.floats(-3, 3), st.floats(-3, 3), st.floats(0.7, 2.3))
def test_preparation_keeps_places(rotation, dx, dy, scale):
    spot = np.array([260.0, -180.0])
    y, x = (np.mgrid[:128, :128] - 63.5) * 10.0 * scale
    shift = np.array([dx, dy]) * 10 * scale
    west = (x - shift[0]) * np.cos(rotation) - (y - shift[1]) * np.sin(rotation)
    north = (x - shift[0]) * np.sin(rotation) + (y - shift[1]) * np.cos(rotation)
    pixels = np.exp(-((west - spot[0]) ** 2 + (north - spot[1]) ** 2) / (2 * 60.0**2)).astype(np.float32)
    geometry = Geometry(center=(63.5 + dx, 63.5 + dy), scale=10.0 * scale, rotation=rotation, radius=960.0)
    grid = Grid(side=96, scale=12.0)
    prepared = np.nan_to_num(prepare(Pixels(stored=pixels), geometry, grid))
    rows, columns = np.mgrid[:96, :96]
    total = prepared.sum()
    found = (np.array([(prepared * columns).sum(), (prepared * rows).sum()]) / total - 47.5) * 12.0
    assert found == pytest.approx(spot, abs=6.0)


def test_time_is_the_middle_of_the_exposure_in_utc(tmp_path):
    image = read_product(write_image(tmp_path / "a.fits", sun())).product
    assert str(image.time)[:19] == "2014-03-01T00:00:50"  # 35 s of TAI less
    start = write_image(
        tmp_path / "b.fits",
        sun(),
        T_OBS=None,
        INSTRUME="AIA_3",
        BUNIT="DN",
        WAVELNTH=171,
        EXPTIME=4.0,
        **{"DATE-OBS": "2014-03-01T00:00:10"},
    )
    assert str(read_product(start).product.time)[:19] == "2014-03-01T00:00:12"


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2014-03-01T00:01:60.00Z", "2014-03-01T00:02:00"),
        ("2017.01.01_00:00:36.50_TAI", "2017-01-01T00:00:00"),  # within the leap second
        ("2014.03.01_00:01:25.10_TAI", "2014-03-01T00:00:50"),
        ("2014/03/01 00:01:25", "2014-03-01T00:01:25"),
        ("2014:060:00:01:25", "2014-03-01T00:01:25"),
    ],
)
def test_spellings_of_time(tmp_path, written, utc):
    image = read_product(write_image(tmp_path / "a.fits", sun(), T_OBS=written)).product
    assert str(image.time)[:19] == utc


def test_counts_are_divided_by_the_exposure_once(tmp_path):
    aia = {"INSTRUME": "AIA_3", "TELESCOP": "SDO/AIA", "CONTENT": None, "WAVELNTH": 171, "EXPTIME": 4.0}
    raw = read_product(write_image(tmp_path / "a.fits", sun(), BUNIT="DN", **aia)).product
    rate = read_product(write_image(tmp_path / "b.fits", sun(), BUNIT="DN/s", **aia)).product
    assert (raw.unit, rate.unit, raw.channel, raw.instrument) == ("DN / s", "DN / s", "171", "AIA")
    assert np.nanmax(raw.pixels) * 4 == pytest.approx(np.nanmax(rate.pixels), rel=1e-5)


def test_quality_is_told_in_words(tmp_path):
    aia = {"INSTRUME": "AIA_3", "TELESCOP": "SDO/AIA", "CONTENT": None, "WAVELNTH": 171, "BUNIT": "DN/s"}
    source = read_product(write_image(tmp_path / "a.fits", sun(), QUALITY=1 << 30 | 1 << 8 | 1 << 25, **aia))
    assert source.quality == ("pixels are missing", "QUALITY bit 25", "near real time: provisional, and replaced later")
    with pytest.raises(InvalidInputError, match="eclipse"):
        read_product(write_image(tmp_path / "b.fits", sun(), QUALITY=1 << 13, **aia))


@pytest.mark.parametrize(
    ("instrument", "changes", "told"),
    [
        ("HMI_FRONT2", {"QUALITY": 1 << 14 | 1 << 5}, ("poor quality", "image stabilisation open")),
        ("HMI_FRONT2", {"QUALITY": 1 << 1}, ("QUALITY bit 1",)),
        ("HMI_FRONT2", {"QLOOK": 1}, ("near real time: provisional, and replaced later",)),
        (
            "HMI_FRONT2",
            {"QUALLEV1": 1 << 30 | 1 << 22},
            ("thermal recovery after an eclipse", "near real time: provisional, and replaced later"),
        ),
        ("HMI_FRONT2", {"QUALITY": 1 << 4, "LVL_NUM": 1.0}, ("limb not fitted",)),
        ("HMI_FRONT2", {"QUALITY": "0x00000020"}, ("poor quality",)),
        ("MDI", {"QUALITY": 0x204, "TELESCOP": "SOHO"}, ("pixels are missing", "not the standard observing sequence")),
        ("EIT", {"QUALITY": 0x204, "TELESCOP": "SOHO", "CONTENT": None, "BUNIT": "DN/s"}, ("QUALITY is 0x00000204",)),
    ],
)
def test_each_instrument_has_its_own_bits(tmp_path, instrument, changes, told):
    assert read_product(write_image(tmp_path / "a.fits", sun(), INSTRUME=instrument, **changes)).quality == told


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"QUALITY": 1 << 8}, "eclipse"),
        ({"QUALLEV1": 1 << 13}, "eclipse"),
        ({"QUALITY": -(1 << 31)}, "no image"),
        ({"QUALITY": 1 << 31}, "no image"),
        ({"QUALITY": 0x7C, "INSTRUME": "MDI", "TELESCOP": "SOHO"}, "over half of the pixels"),
    ],
)
def test_what_quality_forbids_is_refused_with_the_reason(tmp_path, changes, told):
    with pytest.raises(InvalidInputError, match=f"not usable, QUALITY says: {told}"):
        read_product(write_image(tmp_path / "a.fits", sun(), **changes))


def test_the_sun_has_the_same_size_all_year(tmp_path):
    near, far = (
        read_product(write_image(tmp_path / f"{radius}.fits", sun(), RSUN_OBS=radius)).product
        for radius in (976.0, 944.0)
    )
    sizes = [image.header["RSUN_OBS"] / image.header["CDELT1"] for image in (near, far)]
    assert sizes[0] == pytest.approx(sizes[1])
    assert sizes[0] / near.pixels.shape[0] == pytest.approx(976 / 4.8 / 512)


def test_a_full_disk_is_made_smaller_and_a_cut_out_is_not(tmp_path):
    whole = write_image(tmp_path / "a.fits", sun(960, scale=2.5), CDELT1=2.5, CDELT2=2.5)
    assert read_product(whole, Reading(image_pixels=256)).product.pixels.shape == (256, 256)
    part = write_image(tmp_path / "b.fits", sun()[120:180, 130:210], CRPIX1=120.5 - 130, CRPIX2=120.5 - 120)
    source = read_product(part, Reading(image_pixels=32))
    assert source.product.pixels.shape == (60, 80)
    assert source.channel == "magnetogram cut-out"
    assert brightest(source.product) == pytest.approx((400.0, 300.0), abs=10)


def test_a_cut_out_upside_down_is_turned(tmp_path):
    turned = sun()[120:180, 130:210][::-1, ::-1]
    path = write_image(tmp_path / "a.fits", turned, CROTA2=180.0, CRPIX1=81 - (120.5 - 130), CRPIX2=61 - (120.5 - 120))
    image = read_product(path).product
    assert brightest(image) == pytest.approx((400.0, 300.0), abs=10)
    np.testing.assert_array_equal(image.pixels, sun()[120:180, 130:210])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"CTYPE1": None}, "without solar coordinates"),
        ({"CTYPE1": "CRLN-CEA", "CTYPE2": "CRLT-CEA"}, "not an image of a moment"),
        ({"CDELT1": 0.0}, "expected turned squares"),
        ({"CDELT1": 3.0, "CDELT2": 10.0}, "expected turned squares"),
        ({"CDELT1": None}, "CDELT cannot be read"),
        ({"CRPIX1": "centre"}, "CRPIX1 cannot be read"),
        ({"T_OBS": "yesterday"}, "no time"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(tmp_path, changes, told):
    with pytest.raises(InvalidInputError, match=told) as error:
        read_product(write_image(tmp_path / "a.fits", sun(), **changes))
    assert "\n" not in error.value.message


def test_an_image_without_a_value_is_refused(tmp_path):
    with pytest.raises(InvalidInputError, match="no pixel has a value"):
        read_product(write_image(tmp_path / "a.fits", np.full((50, 50), np.nan, np.float32)))


@pytest.mark.parametrize("share", [0.3, 0.5, 0.75])
def test_a_truncated_image_is_refused(tmp_path, share):
    for compressed in (False, True):
        path = write_image(
            tmp_path / f"{compressed}{share}.fits", (np.nan_to_num(sun()) * 10).astype(np.int32), compressed=compressed
        )
        path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
        with pytest.raises(InvalidInputError):
            read_product(path)


def test_broken_tiles_are_refused_or_read_but_nothing_else_happens(tmp_path):
    path = write_image(tmp_path / "a.fits", (np.nan_to_num(sun()) * 10).astype(np.int32), compressed=True)
    whole = bytearray(path.read_bytes())
    rng = np.random.default_rng(1)
    for number in range(30):
        broken = whole.copy()
        for at in rng.integers(8000, len(whole), 20):
            broken[at] = rng.integers(256)
        (tmp_path / f"{number}.fits").write_bytes(broken)
        with contextlib.suppress(InvalidInputError, UnsupportedInputError):
            read_product(tmp_path / f"{number}.fits")


def test_an_image_announced_larger_than_any_telescope_is_refused(tmp_path):
    path = write_image(tmp_path / "a.fits", (np.nan_to_num(sun()) * 10).astype(np.int32), compressed=True)
    data = path.read_bytes().replace(b"ZNAXIS1 =                  240", b"ZNAXIS1 =            240000000")
    path.write_bytes(data)
    with pytest.raises(InvalidInputError, match="a side"):
        read_product(path)


AIA = {"INSTRUME": "AIA_3", "TELESCOP": "SDO/AIA", "CONTENT": None, "WAVELNTH": 171, "BUNIT": "DN", "EXPTIME": 2.0}


@pytest.fixture
def table(tmp_path):
    """A table of AIA's response as SolarSoft has it, with two epochs of one channel: half of it is lost by 2014."""
    pytest.importorskip("aiapy", reason="reading the table needs aiapy")
    names = "DATE VER_NUM WAVE_STR WAVELNTH T_START T_STOP EFFA_P1 EFFA_P2 EFFA_P3 EFF_AREA EFF_WVLN"
    rows = [
        f"2020-01-01T00:00:00 10 171_THIN 171 {start} {stop} 0.0 0.0 0.0 {area} 171.0"
        for start, stop, area in (
            ("2010-03-24T00:00:00", "2012-01-01T00:00:00", 2.0),
            ("2012-01-01T00:00:00", "2030-01-01T00:00:00", 1.0),
        )
    ]
    path = tmp_path / "aia_V10_response_table.txt"
    path.write_text("\n".join([names, *rows]) + "\n")
    return path


def test_degradation_is_corrected_once_and_told(tmp_path, table):
    path = write_image(tmp_path / "a.fits", sun(), **AIA)
    raw = read_product(path).product
    image = read_product(path, Reading(aia_table=table)).product
    assert np.nanmax(image.pixels) == pytest.approx(2 * np.nanmax(raw.pixels), rel=1e-5)
    assert image.header["HS_DEGR"] == pytest.approx(0.5)
    assert image.header["HS_DEGTB"].startswith("aia_V10_response_table.txt ")
    assert "HS_DEGR" not in raw.header
    for keyword in ("DEG_COR", "HS_DEGR"):
        done = write_image(tmp_path / f"{keyword}.fits", sun(), **AIA, **{keyword: 0.5})
        again = read_product(done, Reading(aia_table=table)).product
        assert np.nanmax(again.pixels) == pytest.approx(np.nanmax(raw.pixels), rel=1e-5)


def test_a_table_that_does_not_fit_is_told(tmp_path, table):
    path = write_image(tmp_path / "a.fits", sun(), **AIA | {"WAVELNTH": 94})
    with pytest.raises(InvalidInputError, match="AIA 94"):
        read_product(path, Reading(aia_table=table))
    (tmp_path / "rubbish.txt").write_text("no table\n")
    with pytest.raises(InvalidInputError, match="no table of AIA"):
        read_product(path, Reading(aia_table=tmp_path / "rubbish.txt"))


@pytest.mark.parametrize("kind", ["PC", "CD"])
@pytest.mark.parametrize("matrix", [(-1, 0, 0, 1), (1, 0, 0, -1), (1, 0.3, 0, 1), (0, 0, 0, 0)])
def test_what_is_no_rotation_is_refused_and_not_misplaced(tmp_path, matrix, kind):
    parts = dict(zip((f"{kind}1_1", f"{kind}1_2", f"{kind}2_1", f"{kind}2_2"), map(float, matrix), strict=True))
    with pytest.raises(InvalidInputError, match="expected turned squares"):
        read_product(write_image(tmp_path / "a.fits", sun(), CROTA2=None, **parts))


@given(
    st.floats(-179, 179),
    st.sampled_from(["CD", "PC", "PC with the scale", "CROTA2"]),
    st.sampled_from(["arcsec", "deg"]),
)
def test_every_way_to_write_coordinates_means_what_astropy_reads(angle, way, unit):
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    step = 2.5 if unit == "arcsec" else 2.5 / 3600
    turn = np.array([cos, -sin, sin, cos])
    header = {
        "CTYPE1": "HPLN-TAN",
        "CTYPE2": "HPLT-TAN",
        "CUNIT1": unit,
        "CUNIT2": unit,
        "CRPIX1": 40.0,
        "CRPIX2": 60.0,
        "CRVAL1": 20 * step,
        "CRVAL2": -8 * step,
    }
    kind, matrix, cdelt = {
        "CD": ("CD", turn * step, None),
        "PC": ("PC", turn, step),
        "PC with the scale": ("PC", turn * step, 1.0),
        "CROTA2": ("", turn, step),
    }[way]
    header |= {} if cdelt is None else {"CDELT1": cdelt, "CDELT2": cdelt}
    header |= (
        dict(zip((f"{kind}1_1", f"{kind}1_2", f"{kind}2_1", f"{kind}2_2"), map(float, matrix), strict=True))
        if kind
        else {"CROTA2": angle}
    )
    found = geometry_of(header, Observer(name="earth", hgs_longitude=0.0, hgs_latitude=0.0, distance=1.0), "a.fits")
    x, y = WCS(fits.Header(header)).wcs_world2pix(0.0, 0.0, 0)
    assert found.center == pytest.approx((float(x), float(y)), abs=1e-2)  # flat here, as at small angles it is
    assert (found.scale, np.cos(found.rotation), np.sin(found.rotation)) == pytest.approx((2.5, cos, sin), abs=1e-6)


def test_display_values_make_a_map_without_a_unit():
    image = synthetic_image(size=32)
    header = {**image.header, "TELESCOP": "SDO/HMI", "INSTRUME": "HMI_FRONT2", "BUNIT": "display"}
    shown = replace(image, unit="display", header=header).to_map()
    assert (type(shown).__name__, shown.unit.to_string()) == ("HMIMap", "")
