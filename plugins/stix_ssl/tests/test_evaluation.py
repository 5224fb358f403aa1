"""What is planted in real maps, and how its recovery is measured."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("sklearn")

from helioscribe.sdk.testing.sun import synthetic_x_ray_map  # noqa: E402
from helioscribe_stix_ssl.evaluation._baselines import Known, ranked  # noqa: E402
from helioscribe_stix_ssl.evaluation._methods import Asked, cross_fitted  # noqa: E402
from helioscribe_stix_ssl.evaluation._ranks import auc, gain  # noqa: E402
from helioscribe_stix_ssl.evaluation._spoil import PLANTED, plant  # noqa: E402


@pytest.mark.parametrize("kind", PLANTED)
def test_what_is_planted_shows(kind):
    first, second = synthetic_x_ray_map(seed=1), synthetic_x_ray_map(seed=2)
    spoilt = plant(np.random.default_rng(3), first, kind, second)
    assert spoilt.pixels.shape == first.pixels.shape
    assert np.isfinite(spoilt.pixels).all()
    assert abs(spoilt.pixels - first.pixels).max() > 0.1 * first.pixels.max()


def test_a_second_flare_lies_aside_of_the_first_in_a_back_projection_of_the_whole_disk():
    def disk(row, column):
        pixels = np.zeros((300, 300), np.float32)
        pixels[row, column], pixels[row, column + 1] = 5, -2
        image = synthetic_x_ray_map()
        return replace(image, pixels=pixels, mask=pixels < -9, header={**image.header, "ALG_USED": "BPROJ"})

    for seed in range(5):
        spoilt = plant(np.random.default_rng(seed), disk(60, 200), "two flares", disk(250, 20)).pixels
        assert spoilt[60, 200] == 5
        ((row, column),) = np.argwhere((spoilt > 0) & (spoilt < 5))
        assert 29 <= np.hypot(row - 60, column - 200) <= 60
        assert spoilt[row, column + 1] == pytest.approx(-0.4 * spoilt[row, column])  # with its side lobe


def test_nothing_else_can_be_planted():
    image = synthetic_x_ray_map()
    with pytest.raises(ValueError, match="clouds"):
        plant(np.random.default_rng(0), image, "clouds", image)


def test_the_area_is_that_of_scikit_learn():
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(0)
    rank, odd = rng.integers(0, 9, 200).astype(float), rng.random(200) < 0.3
    found = auc(rank, ~odd, odd)
    assert found["auc"] == pytest.approx(roc_auc_score(odd, rank), abs=1e-4)
    assert 0.02 < found["error"] < 0.08
    assert auc(rank, ~odd, np.zeros(200, bool)) is None


def test_a_gain_is_known_better_than_either_area():
    rng = np.random.default_rng(0)
    odd = np.arange(300) % 3 == 0
    shared = rng.normal(size=300) + odd
    better = shared + 0.4 * odd + 0.1 * rng.normal(size=300)
    found = gain(better, shared, ~odd, odd)
    assert found["auc"] == pytest.approx(auc(better, ~odd, odd)["auc"] - auc(shared, ~odd, odd)["auc"], abs=2e-4)
    assert found["error"] < 0.5 * auc(shared, ~odd, odd)["error"]
    assert gain(shared, shared, ~odd, odd) == {"auc": 0.0, "error": 0.0}


@pytest.fixture
def known():
    rng = np.random.default_rng(0)
    usual, one, two = (rng.normal(size=(300, 6)) for _ in range(3))
    two[:, 0] += 4
    return Known(usual=usual, layouts=rng.normal(size=(300, 98)), one=one, two=two)


def asked_in(fold):
    images = np.random.default_rng(3).integers(0, 256, (len(fold), 14, 14), np.uint8)
    return Asked(images=images, results=[], fold=fold, known=np.ones(len(fold), bool))


def test_an_image_is_never_ranked_by_its_own_fold(known):
    odd, fold, pairs = np.random.default_rng(1).normal(size=(40, 6)) + 8, np.zeros(40, np.int64), np.full(300, -1)
    layouts = np.random.default_rng(2).normal(size=(80, 98)) + 8
    alone = cross_fitted(known, pairs, odd, layouts[:40], asked_in(fold))
    both, folds = np.concatenate([odd, odd]), np.repeat([0, 1], 40)
    elsewhere = cross_fitted(known, pairs, both, layouts, asked_in(folds))  # the same, known from another fold
    for kind in ("forest", "rank"):
        assert alone[kind].mean() > elsewhere[kind][:40].mean() + 0.05


def test_a_second_source_is_counted_where_the_forest_sees_little(known):
    rng = np.random.default_rng(2)
    asked = rng.normal(size=(400, 6))
    asked[200:, 0] += 2.5
    usual, two = np.arange(400) < 200, np.arange(400) >= 200
    said = ranked(known, asked, rng.normal(size=(400, 98)))
    area = {kind: auc(rank, usual, two)["auc"] for kind, rank in said.items()}
    assert area["count"] > 0.9 > area["rank"] > area["forest"] + 0.02
