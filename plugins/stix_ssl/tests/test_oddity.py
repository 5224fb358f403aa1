"""What is odd in one view is odd, and light in an unusual place is seen in the image itself."""

import numpy as np
import pytest

from helioscribe_stix_ssl._oddity import add_up, fit_layout, layout, layout_distance


def spots(places, *, side=28):
    images = np.zeros((len(places), side, side))
    for image, (row, column) in zip(images, places, strict=True):
        image[row : row + 2, column : column + 2] = 1
    return images


@pytest.fixture(scope="module")
def usual():
    """Maps of a flare near the middle, in noise."""
    rng = np.random.default_rng(0)
    return spots(rng.integers(12, 15, (400, 2))) + 0.02 * rng.random((400, 28, 28))


def test_a_layout_is_mean_and_peak_of_blocks():
    found = layout(spots([(4, 8)]))[0]
    block = 1 * 7 + 2
    assert found.shape == (98,)
    assert (found[block], found[49 + block]) == (0.25, 1)
    assert np.count_nonzero(found) == 2


def test_levels_of_either_size_have_the_same_layout(usual):
    large = usual.repeat(2, axis=1).repeat(2, axis=2)
    np.testing.assert_allclose(layout(large), layout(usual))


def test_light_in_an_unusual_place_is_far_from_the_usual(usual):
    fitted = fit_layout(layout(usual[:300]))
    noise = 0.02 * np.random.default_rng(1).random((100, 28, 28))
    aside = spots(np.random.default_rng(2).integers(20, 26, (100, 2))) + noise
    near, far = (layout_distance(fitted, layout(images)) for images in (usual[300:], usual[300:] + aside))
    assert far.min() > near.max()


def test_images_that_are_all_alike_have_a_distance():
    fitted = fit_layout(layout(np.ones((5, 7, 7))))
    assert np.isfinite(layout_distance(fitted, layout(np.ones((1, 7, 7))))).all()


def test_what_is_odd_in_one_view_is_odd():
    usual = np.array([[0.0, 5.0, -3.0], [1.0, 2.0, 0.0]])  # the third view is the same for all
    plain, one, other, both, below = add_up(
        np.array([[0, 5, -3], [3, 5, -3], [0, 11, -3], [3, 11, -3], [-9, 5, 3]], float), usual
    )
    assert one == pytest.approx(other)
    assert plain < one < both
    assert plain - below < 0.7  # of what one view holds usual, however much, or says nothing of
    assert both - plain == pytest.approx((one - plain) + (other - plain))
