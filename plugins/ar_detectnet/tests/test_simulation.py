import numpy as np
import pytest

from helioscribe_ar_detectnet.simulation.disk import Placed, cosines, render, view
from helioscribe_ar_detectnet.simulation.region import make_region
from helioscribe_ar_detectnet.simulation.scenes import make_scene


def polarities(patch):
    """Middles (x, y) of the strong positive and negative field."""
    y, x = np.mgrid[: patch.field.shape[0], : patch.field.shape[1]]
    places = []
    for sign in (1, -1):
        weight = np.clip(sign * patch.field, 800, None) - 800
        places.append(((x * weight).sum() / weight.sum(), (y * weight).sum() / weight.sum()))
    return places


@pytest.mark.parametrize("leading", [1, -1])
@pytest.mark.parametrize("north", [True, False])
def test_bipoles_follow_hale_and_joy(north, leading):
    ahead, tilts = 0, []
    for seed in range(40):
        patch = make_region(np.random.default_rng(seed), "BETA", north=north, leading=leading, latitude=25 if north else -25)
        positive, negative = polarities(patch)
        first, last = (positive, negative) if leading > 0 else (negative, positive)
        ahead += first[0] > last[0]
        tilts.append(np.degrees(np.arctan2(first[1] - last[1], first[0] - last[0])))
    assert ahead >= 36  # the leading polarity lies in the west
    assert np.median(tilts) * (1 if north else -1) < -5  # and nearer to the equator


def test_an_alpha_has_spots_of_one_sign_and_a_beta_of_both():
    for kind, both in (("ALPHA", False), ("BETA", True), ("BETA-GAMMA-DELTA", True)):
        patches = [make_region(np.random.default_rng(seed), kind, north=True, leading=1, latitude=15) for seed in range(20)]
        mixed = [min((patch.field > 1400).sum(), (patch.field < -1400).sum()) > 25 for patch in patches]
        assert np.mean(mixed) > 0.7 if both else np.mean(mixed) < 0.4


def test_plage_has_no_spots():
    patch = make_region(np.random.default_rng(1), "PLAGE", north=True, leading=1, latitude=15)
    assert np.abs(patch.field).max() < 1600
    assert np.abs(patch.field).max() > 100


def test_a_region_near_the_limb_is_narrow_and_weak():
    patch = make_region(np.random.default_rng(4), "BETA", north=True, leading=1, latitude=10)
    centre, limb = (
        render(np.random.default_rng(0), [Placed(patch=patch, longitude=lon, latitude=10)], network=0, noise=0, saturation=4000, blur=0)
        for lon in (0, 65)
    )  # fmt: skip
    widths = [scene.boxes[0][2] - scene.boxes[0][0] for scene in (centre, limb)]
    assert widths[1] < 0.7 * widths[0]
    assert np.abs(limb.field).max() < 0.8 * np.abs(centre.field).max()


def test_a_region_lies_where_it_was_put():
    patch = make_region(np.random.default_rng(4), "DELTA", north=True, leading=1, latitude=20)
    scene = render(np.random.default_rng(0), [Placed(patch=patch, longitude=-40, latitude=20)], network=0, noise=0, saturation=4000, blur=0)
    x, y = (scene.boxes[0][:2] + scene.boxes[0][2:]) / 2
    assert x == pytest.approx(255.5 - 203.3 * np.cos(np.radians(20)) * np.sin(np.radians(40)), abs=12)
    assert y == pytest.approx(255.5 + 203.3 * np.sin(np.radians(20)), abs=12)


def test_the_same_seed_gives_the_same_sun():
    one, other = (make_scene(np.random.default_rng(7)) for _ in range(2))
    np.testing.assert_array_equal(one.field, other.field)
    assert one.kinds == other.kinds
    assert not one.field[cosines() == 0].any()


def test_views_have_field_and_slant():
    patch = make_region(np.random.default_rng(4), "BETA", north=True, leading=1, latitude=10)
    seen = view(np.random.default_rng(0), Placed(patch=patch, longitude=50, latitude=10), side=96, network=5, noise=2)
    assert seen.shape == (2, 96, 96)
    assert seen[1].mean() == pytest.approx(np.cos(np.radians(50)) * np.cos(np.radians(10)), abs=0.05)
