"""Places of pixels are those of astropy."""

import numpy as np
import pytest
from astropy import units
from astropy.wcs import WCS
from hypothesis import given
from hypothesis import strategies as st

from helioscribe.domain.pixel_grid import pixel_grid
from helioscribe.sdk.testing import synthetic_image

HPLN = {"CTYPE1": "HPLN-TAN", "CTYPE2": "HPLT-TAN", "CUNIT1": "arcsec", "CUNIT2": "arcsec"}


@given(
    angle=st.floats(-180, 180),
    step=st.floats(0.5, 14),
    pixel=st.floats(-50, 50),
    value=st.floats(-300, 300),
    way=st.sampled_from(["CROTA2", "PC"]),
    at=st.tuples(st.floats(-20, 20), st.floats(-20, 20)),
)
def test_small_fields_lie_where_astropy_puts_them(angle, step, pixel, value, way, at):
    header = HPLN | {"CRPIX1": pixel, "CRPIX2": -pixel, "CRVAL1": value, "CRVAL2": 40.0, "CDELT1": step, "CDELT2": step}
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    header |= {"CROTA2": angle} if way == "CROTA2" else {"PC1_1": cos, "PC1_2": -sin, "PC2_1": sin, "PC2_2": cos}
    told = [3600 * degrees for degrees in WCS(header).all_pix2world(*at, 0)]
    there = (np.array(told) + 648_000) % 1_296_000 - 648_000
    np.testing.assert_allclose(pixel_grid(header) @ (*at, 1.0), there, atol=0.1)


def test_without_coordinates_pixels_are_counted_from_the_edge():
    assert (pixel_grid({}) @ (0.0, 3.0, 1.0)).tolist() == [0.5, 3.5]


def test_names_in_small_letters():
    assert (pixel_grid({"crval1": 7.0, "crpix1": 1.0, "crota2": 90.0}) @ (1.0, 0.5, 1.0))[1] == pytest.approx(1.0)


@pytest.mark.parametrize(("column", "row"), [(127.5, 127.5), (40, 60), (250, 10)])
def test_the_position_of_a_pixel_is_the_one_of_its_map(column, row):
    image = synthetic_image(size=256)
    wanted = image.to_map().pixel_to_world(column * units.pix, row * units.pix)
    found = image.position(column, row)
    assert (found.tx, found.ty) == pytest.approx((wanted.Tx.value, wanted.Ty.value), abs=0.1)
