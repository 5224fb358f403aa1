"""Small pictures of images."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from helioscribe.adapters.memory.artifacts import MemoryArtifacts
from helioscribe.adapters.product_codec import encode_product
from helioscribe.domain.errors import NotFoundError
from helioscribe.sdk.testing import synthetic_image, synthetic_light_curve
from helioscribe.sdk.testing.sun import synthetic_x_ray_map
from helioscribe.web.pixels import thumbnail
from support.factories import make_observation


def small(product):
    artifacts = MemoryArtifacts()
    artifacts.put("products/x.safetensors", encode_product(product))
    picture = thumbnail(artifacts, make_observation("x", product_key="products/x.safetensors"))
    return np.asarray(Image.open(io.BytesIO(picture.data)).convert("L"))


@pytest.mark.parametrize("where", [(30, 200), (0, 0), (256, 256), (128, 128)])
def test_of_a_large_x_ray_map_the_surroundings_of_its_peak(where):
    image = synthetic_x_ray_map(size=257)
    pixels = np.zeros_like(image.pixels)
    row, column = where
    pixels[max(0, row - 5) : row + 6, max(0, column - 5) : column + 6] = 50.0
    pixels[where] = 100.0
    shown = small(replace(image, pixels=pixels))
    assert shown.shape == (96, 96)
    assert shown.max() > shown.min()  # the peak is within


def test_a_small_map_is_whole_and_a_large_image_is_thinned():
    assert small(synthetic_x_ray_map(size=65)).shape == (65, 65)
    assert max(small(synthetic_image()).shape) <= 256


def test_a_map_of_which_nothing_is_known_has_a_picture_too():
    image = synthetic_x_ray_map(size=257)
    assert small(replace(image, mask=np.ones_like(image.mask))).shape[0] > 96


def test_what_is_no_image_has_none():
    with pytest.raises(NotFoundError, match="no image of the Sun"):
        small(synthetic_light_curve())
