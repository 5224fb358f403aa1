"""Cubes become sequences: times, places and units as the file says them, and a reason where it cannot be."""

from __future__ import annotations

import contextlib
import io
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helioscribe.adapters.product_codec import decode_product, encode_product
from helioscribe.domain.errors import HelioscribeError, InvalidInputError
from helioscribe.domain.product import ImageSequence
from helioscribe.ingest.readers import read_bytes, read_product
from helioscribe.runtime.plots.film import draw_film
from helioscribe.runtime.plots.sequence import draw_sequence
from support.cubes import write_cube
from support.data import real_file


def sequence_of(path) -> ImageSequence:
    product = read_product(path).product
    assert isinstance(product, ImageSequence)
    return product


@pytest.mark.parametrize("compressed", [True, False])
def test_frames_times_and_places_come_from_the_file(tmp_path, compressed) -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (4, 20, 30)).astype(np.uint8)
    file = read_product(write_cube(tmp_path / "a.fits", pixels, compressed=compressed))
    cube = file.product
    assert (cube.observatory, cube.instrument, cube.channel, file.channel) == ("SDO", "AIA", "304", "304 (display)")
    assert cube.unit == "display"
    np.testing.assert_array_equal(cube.pixels, pixels.astype(np.float32))
    assert str(cube.times[1]) == "2011-03-29T20:43:56.000000000"
    assert cube.headers[3]["CRVAL1"] == 140.0
    assert cube.headers[3]["CDELT2"] == 2.01
    assert cube.headers[3]["DATE-OBS"] == "2011-03-29T20:44:44"
    assert file.quality == ("display values of 8 bit, not physical ones",)
    again = decode_product(encode_product(cube))
    np.testing.assert_array_equal(again.pixels, cube.pixels)
    assert again.headers == cube.headers


def test_without_a_table_the_third_axis_is_time(tmp_path) -> None:
    cube = sequence_of(write_cube(tmp_path / "a.fits", table=False))
    assert np.diff(cube.times).tolist() == [24 * 10**9] * 5


def test_counts_become_rates_once(tmp_path) -> None:
    counts = np.full((3, 8, 8), 29.0, np.float32)
    cube = sequence_of(write_cube(tmp_path / "a.fits", counts, BUNIT="DN", EXPTIME=2.9))
    assert cube.unit == "DN / s"
    np.testing.assert_allclose(cube.pixels, 10.0)


def test_degrees_are_read_as_such(tmp_path) -> None:
    degrees = {
        key: value / 3600 for key, value in {"CRVAL1": 100.0, "CRVAL2": 50.0, "CDELT1": 2.0, "CDELT2": 2.0}.items()
    }
    cube = sequence_of(write_cube(tmp_path / "a.fits", CUNIT1="deg", CUNIT2="deg", **degrees))
    assert cube.headers[0]["CRVAL1"] == pytest.approx(100)
    assert cube.headers[0]["CDELT1"] == pytest.approx(2)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        ([0, 24, 48, 144, 168, 192], "3 of 9 frames are missing at one in 24 s; the longest gap is 96 s"),
        ([0, 24, 60, 84, 108, 132], "the cadence varies from 24 to 36 s"),
    ],
)
def test_gaps_and_irregular_cadences_are_told(tmp_path, seconds, said) -> None:
    assert said in read_product(write_cube(tmp_path / "a.fits", seconds=seconds)).quality


def test_repeated_and_empty_frames_are_told(tmp_path) -> None:
    pixels = np.random.default_rng(0).random((4, 8, 8)).astype(np.float32)
    pixels[2] = pixels[1]
    pixels[3, :4] = np.nan
    said = read_product(write_cube(tmp_path / "a.fits", pixels, BUNIT="DN/s")).quality
    assert said == ("1 frames repeat the one before, such as frame 2", "50% of the pixels of frame 3 have no value")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"seconds": [0, 24, 48, 48, 72, 96]}, "frame 3 is not later"),
        ({"seconds": [0, 24]}, "2 times for 6 frames"),
        ({"CTYPE1": "RA---TAN"}, "no helioprojective"),
        ({"CDELT1": None}, "CDELT1 cannot be read"),
        ({"CDELT1": 0.0}, "pixels of 0.0 x"),
        ({"CUNIT1": "furlong"}, "CUNIT1 cannot be read"),
        ({"table": False, "CUNIT3": "m"}, "not in seconds"),
        ({"table": False, "CDELT3": 0.0}, "not later"),
        ({"table": False, "CDELT3": 1e12}, "after the start"),
        ({"table": False, "DATE-OBS": None}, "no time"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, changes, said) -> None:
    with pytest.raises(InvalidInputError, match=said):
        read_product(write_cube(tmp_path / "a.fits", **changes))


def test_sizes_are_bounded_before_anything_is_unpacked(tmp_path) -> None:
    data = write_cube(tmp_path / "a.fits", compressed=True).read_bytes()
    huge = data.replace(b"ZNAXIS1 =                   30", b"ZNAXIS1 =            300000000")
    assert huge != data
    with pytest.raises(InvalidInputError, match="a cube of"):
        read_bytes(huge, "a.fits")
    tiles = data.replace(b"ZTILE1  =                   30", b"ZTILE1  =             30000000")
    assert tiles != data
    with pytest.raises(InvalidInputError, match="tiles of"):
        read_bytes(tiles, "a.fits")


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 20_000), new=st.binary(min_size=1, max_size=40))
def test_damage_never_ends_in_another_error(tmp_path_factory, at, new) -> None:
    path = tmp_path_factory.getbasetemp() / "whole-cube.fits"
    if not path.exists():
        write_cube(path, compressed=True)
    data = bytearray(path.read_bytes())
    data[at : at + len(new)] = new
    with contextlib.suppress(HelioscribeError), warnings.catch_warnings(action="ignore"):
        assert isinstance(read_bytes(bytes(data), "damaged.fits").product, ImageSequence)


def test_a_strip_and_a_film_show_every_frame(tmp_path) -> None:
    from PIL import Image

    cube = sequence_of(write_cube(tmp_path / "a.fits"))
    strip, film = io.BytesIO(), io.BytesIO()
    draw_sequence(cube, strip, form="png")
    draw_film(cube, film)
    assert strip.getvalue().startswith(b"\x89PNG")
    with Image.open(film) as moving:
        assert moving.n_frames == 6


def test_a_real_cube_has_fifteen_frames() -> None:
    file = read_product(real_file("aia_jets/sequences/seq_70439136.fits"))
    assert file.product.pixels.shape == (15, 160, 113)
    assert file.product.pixels.max() > 200
    assert file.product.time_range.duration.total_seconds() == 336
    assert file.product.observer.hgs_longitude == 0
