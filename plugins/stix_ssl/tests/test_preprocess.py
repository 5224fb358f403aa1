"""The published preprocessing, step by step."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from helioscribe.domain.errors import InvalidInputError
from helioscribe.sdk.testing.sun import synthetic_x_ray_map
from helioscribe_stix_ssl._preprocess import Window, crop, encoder_input, resized, scaled


def with_pixels(pixels, **header):
    image = synthetic_x_ray_map(size=len(pixels))
    return replace(image, pixels=np.asarray(pixels, np.float32), header={**image.header, **header})


def test_forty_pixels_are_cut_from_each_side():
    pixels = np.arange(257 * 257, dtype=np.float32).reshape(257, 257)
    np.testing.assert_array_equal(crop(with_pixels(pixels), Window()), pixels[40:217, 40:217])
    assert crop(with_pixels(pixels), Window()).shape == (177, 177)


def test_logarithm_after_clipping_then_scaled_to_the_image():
    part = np.array([[-5.0, -1.0], [0.0, 9.0]])
    floor = np.log(1e-5)
    expected = (np.array([[floor, floor], [0.0, np.log(10)]]) - floor) / (np.log(10) - floor) * 255
    # Published levels are cut, not rounded, so that the brightest pixel may be 254.
    np.testing.assert_allclose(scaled(part), np.floor(expected), atol=1)
    assert scaled(part)[1, 0] == 212


def test_resized_like_pillow():
    image = pytest.importorskip("PIL.Image")
    levels = np.random.default_rng(0).integers(0, 256, (177, 177), dtype=np.uint8)
    theirs = np.asarray(image.fromarray(levels).resize((224, 224), image.Resampling.BILINEAR), int)
    assert np.abs(resized(levels).astype(int) - theirs).max() <= 1


def test_levels_become_shares_of_one():
    seen = encoder_input(crop(synthetic_x_ray_map(), Window()))
    assert (seen.shape, seen.dtype) == ((1, 224, 224), np.float32)
    assert seen.min() == 0
    assert 0.95 < seen.max() <= 1


def test_back_projection_is_cut_around_its_source():
    pixels = np.zeros((512, 512))
    pixels[100, 400] = 5
    pixels[101, 401] = -3
    part = crop(with_pixels(pixels, ALG_USED="BPROJ"), Window())
    assert part.shape == (177, 177)
    assert part[88, 88] == 5
    assert part.min() == 0  # a negative side lobe is no flux
    corner = np.zeros((64, 64))
    corner[0, 63] = 5
    assert crop(with_pixels(corner), Window(centre="source", side=20))[10, 10] == 5


def test_pixels_without_value_count_as_nothing():
    image = synthetic_x_ray_map()
    pixels = image.pixels.copy()
    pixels[100, 100], pixels[101, 101] = np.nan, np.inf
    part = crop(replace(image, pixels=pixels), Window())
    assert np.isfinite(part).all()
    assert part[60, 60] == part[61, 61] == 0


@pytest.mark.parametrize(
    ("pixels", "said"),
    [
        (np.full((257, 257), np.nan), "no pixel has a value"),
        (np.zeros((257, 257)), "one value only"),
        (np.eye(60), "too few to cut 40"),
    ],
)
def test_what_cannot_be_cropped(pixels, said):
    with pytest.raises(InvalidInputError, match=said):
        crop(with_pixels(pixels), Window())


def test_a_flat_back_projection_is_no_source():
    with pytest.raises(InvalidInputError, match="one value only"):
        crop(with_pixels(np.ones((257, 257)), ALG_USED="BPROJ"), Window())


@settings(max_examples=30, deadline=None)
@given(
    hnp.arrays(
        np.float32,
        hnp.array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=20),
        elements=st.floats(-1e6, 1e6, width=32),
    )
)
def test_any_part_becomes_levels(part):
    seen = encoder_input(part)
    assert np.isfinite(seen).all()
    assert seen.min() >= 0
    assert seen.max() <= 1
