import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import affine_transform

from helioscribe.ingest.sources.images.decode import Pixels
from helioscribe.ingest.sources.images.header import Geometry
from helioscribe.ingest.sources.images.prepare import Grid, prepare
from helioscribe.ingest.sources.images.resample import MOST_SLOPE, block_means

pytest.importorskip("numba", reason="the loops are compiled by numba")

SIDE, FINE = 20, 8


def by_scipy(values, center, step, rotation, side=SIDE, fine=FINE):
    """The same the long way: an interpolating cubic spline at every sample, then means."""
    cos, sin = step * np.cos(rotation), step * np.sin(rotation)
    matrix = np.array([[cos, -sin], [sin, cos]])  # of (y, x)
    middle = np.full(2, (side * fine - 1) / 2)
    shape = (side * fine, side * fine)
    samples = affine_transform(values, matrix, center[::-1] - matrix @ middle, shape, float, 3)
    return samples.reshape(side, fine, side, fine).mean(axis=(1, 3))


@settings(max_examples=40, deadline=None)
@given(
    x=st.floats(88, 92),
    y=st.floats(88, 92),
    step=st.floats(0.8, 1.1),
    seed=st.integers(0, 99),
    turn=st.floats(-0.004, 0.004),
    over=st.booleans(),
    kind=st.sampled_from(["i2", ">i2", "i4", "f4", ">f8", "u1"]),
    fine=st.sampled_from([1, 2, 4, 8, 9, 16]),
)
def test_the_means_are_those_of_every_sample(x, y, step, seed, turn, over, kind, fine):
    values = np.random.default_rng(seed).poisson(100, (180, 181)).astype(kind)
    rotation = np.pi + turn if over and turn < 0 else turn - np.pi if over else turn
    found = block_means(Pixels(stored=values), center=(x, y), step=step, rotation=rotation, side=144 // fine, fine=fine)
    expected = by_scipy(values.astype(float), (x, y), step, rotation, 144 // fine, fine)
    inner = slice(1, -1)
    # White noise is the hardest that there is; 10 counts of it a pixel.
    assert np.std((found - expected)[inner, inner]) < {1: 0.2, 2: 0.08}.get(fine, 0.03)


def test_larger_turns_blur_structure_of_a_pixel_only():
    values = np.random.default_rng(0).poisson(100, (200, 200)).astype(float)
    found = block_means(Pixels(stored=values), center=(100, 99), step=1.0, rotation=MOST_SLOPE, side=SIDE, fine=FINE)
    apart = (found - by_scipy(values, (100, 99), 1.0, MOST_SLOPE))[1:-1, 1:-1]
    assert np.std(apart) < 0.2  # a pixel has noise of 10


def test_what_is_missing_does_not_count():
    values = np.full((180, 180), 700, "i4")
    values[:, 100:] = -1
    values[:30] = -1
    found = block_means(
        Pixels(stored=values, blank=-1), center=(89.5, 89.5), step=1.0, rotation=0.001, side=SIDE, fine=FINE
    )
    assert np.isnan(found[:, 12:]).all()
    assert np.isnan(found[:2]).all()
    assert found[4:, :10] == pytest.approx(700, rel=1e-5)


def test_nothing_is_known_beyond_the_image():
    values = np.ones((40, 400), "f4")
    found = block_means(Pixels(stored=values), center=(20.0, 20.0), step=1.0, rotation=0.0, side=SIDE, fine=FINE)
    assert np.isfinite(found).sum() == pytest.approx(5 * 12, abs=6)  # 40 rows, and 100 columns
    assert np.nanmax(abs(found - 1)) < 1e-5


def test_stored_numbers_are_scaled_once():
    values = np.random.default_rng(0).integers(-5000, 5000, (256, 256)).astype("i4")
    values[:20] = -(2**31)
    stored = Pixels(stored=values, scale=0.1, zero=3.0, blank=-(2**31))
    geometry = Geometry(center=(127.3, 127.9), scale=10.0, rotation=np.pi - 0.001, radius=960.0)
    grid = Grid(side=64, scale=40.0)
    scaled = prepare(Pixels(stored=stored.physical()), geometry, grid)
    np.testing.assert_allclose(prepare(stored, geometry, grid), scaled, atol=1e-2)


@pytest.mark.parametrize("rotation", [0.0, 0.015, np.pi - 0.015])
def test_opencv_makes_nearly_the_same(rotation, monkeypatch):
    rng = np.random.default_rng(0)
    values = np.repeat(np.repeat(rng.normal(size=(64, 64)), 4, axis=0), 4, axis=1).astype("f4")
    values[np.hypot(*(np.mgrid[:256, :256] - 127.5)) > 100] = np.nan
    geometry = Geometry(center=(127.3, 127.9), scale=10.0, rotation=rotation, radius=960.0)
    ours = prepare(Pixels(stored=values), geometry, Grid(side=64, scale=40.0))
    monkeypatch.setattr("helioscribe.ingest.sources.images.prepare.can_resample", lambda: False)
    theirs = prepare(Pixels(stored=values), geometry, Grid(side=64, scale=40.0))
    both = np.isfinite(ours) & np.isfinite(theirs)
    assert (np.isfinite(ours) != np.isfinite(theirs)).mean() < 0.01
    assert np.std((ours - theirs)[both]) < 0.05 * np.std(ours[both])
