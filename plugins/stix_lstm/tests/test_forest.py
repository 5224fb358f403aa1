import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helioscribe_stix_lstm._forest import points, score, scored_series
from helioscribe_stix_lstm.training._forest import grow


@pytest.fixture(scope="module")
def cloud():
    return np.random.default_rng(0).normal(size=(2000, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def forest(cloud):
    return grow(np.random.default_rng(1), cloud, trees=20, sample=128)


def test_outliers_score_higher_the_farther_they_are(forest):
    at = np.array([[0, 0, 0], [4, 0, 0], [10, 0, 0], [100, 100, 100]], np.float32)
    result = score(forest, at)
    assert (np.diff(result) > 0).all()
    assert result[0] < 1.0 < 2.0 < result[3]


def test_leaves_partition_the_sample(forest):
    mass, left, right = forest["mass"][0], forest["left"][0], forest["right"][0]
    assert mass[0] == 128
    inner = np.flatnonzero(left >= 0)
    np.testing.assert_array_equal(mass[inner], mass[left[inner]] + mass[right[inner]])


def test_cuts_prefer_the_dimension_of_larger_range():
    at = np.random.default_rng(0).normal(size=(500, 2)).astype(np.float32) * [9.0, 1.0]
    forest = grow(np.random.default_rng(1), at.astype(np.float32), trees=300, sample=64)
    assert 0.82 < (forest["dimension"][:, 0] == 0).mean() < 0.96


def test_equal_points_make_a_leaf():
    forest = grow(np.random.default_rng(0), np.ones((50, 2), np.float32), trees=2, sample=20)
    assert forest["mass"][0, 0] == 20
    assert forest["left"][0, 0] == -1
    assert score(forest, np.ones((1, 2), np.float32))[0] == pytest.approx(1.0)


def test_same_seed_same_forest(cloud):
    a, b = (grow(np.random.default_rng(5), cloud, trees=3, sample=32) for _ in range(2))
    assert all(np.array_equal(a[name], b[name]) for name in a)


@given(seed=st.integers(0, 1000), n=st.integers(1, 40))
def test_a_point_is_scored_alone_as_among_others(forest, seed, n):
    at = np.random.default_rng(seed).normal(scale=3, size=(n, 3)).astype(np.float32)
    np.testing.assert_allclose(score(forest, at)[:1], score(forest, at[:1]), rtol=1e-12)


def test_series_of_any_length(forest):
    for n in (1, 4, 5, 23):
        value = np.random.default_rng(0).normal(size=(n, 3))
        assert scored_series(forest, value).shape == (n,)
        assert points(value).shape == (-(-n // 5), 3)
