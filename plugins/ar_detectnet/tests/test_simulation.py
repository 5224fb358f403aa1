from dataclasses import replace

import numpy as np
import pytest

from helioscribe_ar_detectnet._geometry import RADIUS, cosines
from helioscribe_ar_detectnet.simulation.disk import Frame, Instrument, Placed, render
from helioscribe_ar_detectnet.simulation.region import make_region
from helioscribe_ar_detectnet.simulation.scenes import make_scene
from helioscribe_ar_detectnet.simulation.spots import arrange
from helioscribe_ar_detectnet.simulation.statistics import EVEN, FREQUENCIES, SAMPLED, draw_group, draw_kind
from helioscribe_ar_detectnet.simulation.texture import noise

CLEAR = Instrument(network=0, noise=0, saturation=4000, blur=0)


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
        patch = make_region(
            np.random.default_rng(seed), "BETA", north=north, leading=leading, latitude=25 if north else -25
        )
        positive, negative = polarities(patch)
        first, last = (positive, negative) if leading > 0 else (negative, positive)
        ahead += first[0] > last[0]
        tilts.append(np.degrees(np.arctan2(first[1] - last[1], first[0] - last[0])))
    assert ahead >= 36  # the leading polarity lies in the west
    assert np.median(tilts) * (1 if north else -1) < -5  # and nearer to the equator


def spots_of(kind, seed):
    rng = np.random.default_rng(seed)
    return arrange(rng, kind, draw_group(rng, kind), np.array([1.0, 0.0]))


def parted_by_a_line(spots):
    """Whether some line of constant x has one polarity on each side."""
    middles = sorted((one.x, np.sign(one.field)) for one in spots)
    return sum(a[1] != b[1] for a, b in zip(middles, middles[1:], strict=False)) == 1


def closest_opposites(spots):
    return min((a.gap(b) for a in spots for b in spots if a.field * b.field < 0), default=np.inf)


def test_spots_are_as_their_class_says():
    for seed in range(30):
        assert len({np.sign(one.field) for one in spots_of("ALPHA", seed)}) == 1
        for kind in ("BETA", "BETA-GAMMA", "DELTA", "BETA-DELTA", "BETA-GAMMA-DELTA", "GAMMA-DELTA"):
            spots = spots_of(kind, seed)
            assert len({np.sign(one.field) for one in spots}) == 2
            # Umbrae of both signs share a penumbra in delta, and in delta only.
            assert closest_opposites(spots) < 0.81 if "DELTA" in kind else closest_opposites(spots) > 0.81
    parted = [
        np.mean([parted_by_a_line(spots_of(kind, seed)) for seed in range(30)]) for kind in ("BETA", "BETA-GAMMA")
    ]
    assert parted[0] > 0.6
    assert parted[1] < 0.2


def test_classes_are_as_frequent_as_noaa_says_and_groups_as_large():
    rng = np.random.default_rng(0)
    drawn = [draw_kind(rng, FREQUENCIES) for _ in range(2000)]
    assert drawn.count("BETA") / 2000 == pytest.approx(0.55, abs=0.04)
    for shares in (FREQUENCIES, SAMPLED, EVEN):
        assert sum(shares.values()) == pytest.approx(1, abs=1e-3)
    assert SAMPLED["BETA-GAMMA-DELTA"] > 3 * FREQUENCIES["BETA-GAMMA-DELTA"]
    areas = {kind: np.median([draw_group(rng, kind).area for _ in range(400)]) for kind in FREQUENCIES}
    assert areas["ALPHA"] < areas["BETA"] < areas["BETA-GAMMA"] < areas["BETA-GAMMA-DELTA"]
    assert areas["BETA"] == pytest.approx(53, rel=0.2)


@pytest.mark.parametrize("width", [0.8, 5.0, 30.0])
def test_noise_is_as_smooth_as_asked_for(width):
    step, alike = round(width), []
    for seed in range(5):
        field = noise(np.random.default_rng(seed), (300, 200), width)
        assert field.shape == (300, 200)
        assert field.std() == pytest.approx(1)
        alike.append(np.corrcoef(field[step:].ravel(), field[: len(field) - step].ravel())[0, 1])
    assert np.mean(alike) == pytest.approx(np.exp(-((step / width) ** 2) / 4), abs=0.1)


def test_plage_has_no_spots():
    patch = make_region(np.random.default_rng(1), "PLAGE", north=True, leading=1, latitude=15)
    assert np.abs(patch.field).max() < 1600
    assert np.abs(patch.field).max() > 100


def test_a_region_near_the_limb_is_narrow_and_weak():
    patch = make_region(np.random.default_rng(4), "BETA-GAMMA", north=True, leading=1, latitude=10)
    centre, limb = (
        render(np.random.default_rng(0), [Placed(patch=patch, longitude=lon, latitude=10)], CLEAR) for lon in (0, 65)
    )
    widths = [scene.boxes[0][2] - scene.boxes[0][0] for scene in (centre, limb)]
    assert widths[1] < 0.7 * widths[0]
    assert np.abs(limb.field).max() < 0.8 * np.abs(centre.field).max()


@pytest.mark.parametrize("longitude", [-60, 60])
def test_near_the_limb_a_spot_shows_the_other_polarity_on_the_side_away_from_us(longitude):
    patch = make_region(np.random.default_rng(4), "ALPHA", north=True, leading=1, latitude=10)
    upright = replace(patch, field=np.where(patch.field > 1000, patch.field, 0).astype(np.float32))
    seen = [
        render(np.random.default_rng(0), [Placed(patch=one, longitude=longitude, latitude=10)], CLEAR).field
        for one in (upright, replace(upright, flat=None))
    ]
    assert seen[0].min() < -50
    assert seen[1].min() > -1
    limbward = np.argmin(seen[0].min(axis=0)) - np.argmax(seen[0].max(axis=0))
    assert np.sign(limbward) == np.sign(longitude)


def test_a_region_lies_where_it_was_put():
    patch = make_region(np.random.default_rng(4), "DELTA", north=True, leading=1, latitude=20)
    scene = render(np.random.default_rng(0), [Placed(patch=patch, longitude=-40, latitude=20)], CLEAR)
    x, y = (scene.boxes[0][:2] + scene.boxes[0][2:]) / 2
    assert x == pytest.approx(255.5 - 203.3 * np.cos(np.radians(20)) * np.sin(np.radians(40)), abs=12)
    assert y == pytest.approx(255.5 + 203.3 * np.sin(np.radians(20)), abs=12)


def test_the_same_seed_gives_the_same_sun():
    one, other = (make_scene(np.random.default_rng(7)) for _ in range(2))
    np.testing.assert_array_equal(one.field, other.field)
    assert one.kinds == other.kinds
    assert not one.field[np.hypot(*np.mgrid[-255.5:256, -255.5:256]) > RADIUS].any()


def test_a_frame_shows_what_the_whole_disk_shows_there():
    patch = make_region(np.random.default_rng(4), "BETA", north=True, leading=1, latitude=10)
    placed = [Placed(patch=patch, longitude=50, latitude=10)]
    whole = render(np.random.default_rng(0), placed, CLEAR)
    frame = Frame(x=370, y=240, size=100)
    part = render(np.random.default_rng(0), placed, CLEAR, frame)
    np.testing.assert_allclose(part.field, whole.field[240:340, 370:470], atol=0.5)
    assert np.allclose(part.boxes, whole.boxes, atol=1)


def test_a_real_quiet_sun_stays_behind_the_regions():
    quiet = np.full((512, 512), 7.0, np.float32)
    scene = render(np.random.default_rng(0), [], CLEAR, quiet=quiet)
    assert (scene.field[cosines() > 0] == 7).all()
    suns = [make_scene(np.random.default_rng(seed), quiet=[quiet]).field[256, 60] for seed in range(12)]
    assert any(abs(value) == 7 for value in suns)
