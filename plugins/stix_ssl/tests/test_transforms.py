"""Evaluated in numpy, the fitted transforms say what scikit-learn says."""

from dataclasses import replace

import numpy as np
import pytest

from helioscribe.domain.errors import InvalidInputError
from helioscribe_stix_ssl._forest import decide, score
from helioscribe_stix_ssl._oddity import layout
from helioscribe_stix_ssl._transforms import Verdicts, chances, components, judge, unit

pytest.importorskip("sklearn")

from sklearn.cluster import KMeans  # noqa: E402
from sklearn.decomposition import PCA  # noqa: E402
from sklearn.ensemble import IsolationForest  # noqa: E402

from helioscribe_stix_ssl.training._counting import fit_counting  # noqa: E402
from helioscribe_stix_ssl.training._fit_set import FitSet  # noqa: E402
from helioscribe_stix_ssl.training._fitting import FitSettings, fit_transforms, forest_arrays  # noqa: E402
from helioscribe_stix_ssl.training._matching import digests, matched_ids, previous_transforms  # noqa: E402

SMALL = FitSettings(components=6, clusters=5, trees=40, seed=3)


@pytest.fixture(scope="module")
def points():
    rng = np.random.default_rng(0)
    centres = rng.normal(0, 4, (5, 20))
    return (centres[rng.integers(0, 5, 300)] + rng.normal(size=(300, 20))).astype(np.float32)


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(1).integers(0, 256, (300, 14, 14), dtype=np.uint8)


@pytest.fixture(scope="module")
def counts():
    known = np.full(300, -1)
    known[:80] = 1
    known[:12] = 2
    return known


def fitted(points, counts, images, settings=SMALL, previous=None):
    return fit_transforms(points, fit_set(counts, images), settings=settings, previous=previous)[0]


def said_of(arrays, points, images, projected=None) -> Verdicts:
    return judge(arrays, points, layout(images) / 255, mixed(points) if projected is None else projected)


def mixed(points):
    return np.arange(len(points)) % 4 == 0


def fit_set(counts, images=None, planted=None):
    none = np.zeros(len(counts), bool)
    return FitSet(
        projected=mixed(counts),
        images=np.zeros((len(counts), 14, 14), np.uint8) if images is None else images,
        counts=counts,
        reference=~none,
        planted=none if planted is None else planted,
        weight=np.ones(len(counts)),
    )


@pytest.mark.parametrize(("samples", "contamination"), [("auto", "auto"), (17, 0.1), (300, "auto")])
def test_forest_scores_are_those_of_scikit_learn(points, samples, contamination):
    forest = IsolationForest(n_estimators=60, max_samples=samples, contamination=contamination, random_state=1).fit(
        points
    )
    arrays = forest_arrays(forest)
    at = np.concatenate([points, 3 * points, np.zeros((1, 20), np.float32)])
    np.testing.assert_allclose(score(arrays, at), forest.score_samples(at), rtol=1e-6)
    np.testing.assert_allclose(decide(arrays, at), forest.decision_function(at), atol=1e-6)
    assert score(arrays, at[:0]).shape == (0,)


def test_points_on_a_cut_go_the_same_way(points):
    rounded = np.round(points)  # many equal values, cuts between and on them
    forest = IsolationForest(n_estimators=30, max_features=0.5, random_state=0).fit(rounded)
    np.testing.assert_allclose(score(forest_arrays(forest), rounded), forest.score_samples(rounded), rtol=1e-6)


def test_components_and_clusters_are_those_of_scikit_learn(points, counts, images):
    arrays = fitted(points, counts, images)
    pca = PCA(6, random_state=3).fit(unit(points))
    np.testing.assert_allclose(components(arrays, points), pca.transform(unit(points)), atol=1e-6)
    means = KMeans(5, n_init=4, random_state=3).fit(pca.transform(unit(points)))
    said = said_of(arrays, points, images)
    np.testing.assert_array_equal(said.cluster, arrays["cluster_ids"][means.predict(pca.transform(unit(points)))])
    assert (said.rank >= 0).all()
    assert (said.rank <= 1).all()


def test_each_kind_is_judged_among_its_own(points, counts, images):
    projected = mixed(points)
    apart = points.copy()
    apart[projected] += 30  # all back projections lie far from all CLEAN maps
    arrays = fitted(apart, counts, images)
    own, other = (said_of(arrays, apart, images, kind) for kind in (projected, ~projected))
    for kind in (projected, ~projected):
        assert (own.anomaly[kind] > other.anomaly[kind]).mean() > 0.9
        assert np.median(own.rank[kind]) == pytest.approx(0.5, abs=0.02)
    np.testing.assert_array_equal(own.cluster, other.cluster)


def test_as_many_are_odd_together_as_by_the_forest(points, counts, images):
    arrays = fitted(points, counts, images, FitSettings(components=6, clusters=5, trees=40, contamination=0.1, seed=3))
    said = said_of(arrays, points, images)
    for kind in (mixed(points), ~mixed(points)):
        assert np.mean(said.anomaly[kind] < 0) == pytest.approx(0.1, abs=0.02)
        np.testing.assert_array_equal(np.argsort(said.rank[kind]), np.argsort(-said.anomaly[kind]))


def test_real_maps_count_as_often_as_they_weigh(points, counts, images):
    odd = np.arange(300) % 30 == 1  # ten CLEAN maps
    apart = points + 20 * odd[:, None]
    known = fit_set(counts, images)
    light, heavy = (
        said_of(
            fit_transforms(apart, replace(known, weight=np.where(odd, weight, 1.0)), settings=SMALL)[0], apart, images
        )
        for weight in (1.0, 20.0)
    )
    assert (light.anomaly[odd] < 0).all()
    assert (heavy.anomaly[odd] > 0).all()


def test_larger_clusters_have_lower_ids_at_first(points, counts, images):
    said = said_of(fitted(points, counts, images), points, images)
    sizes = np.bincount(said.cluster)
    assert (np.diff(sizes) <= 0).all()


def test_ids_stay_over_refits(points, counts, images):
    first = fitted(points, counts, images)
    other = FitSettings(components=8, clusters=5, trees=5, seed=11)
    again = fitted(points, counts, images, other, first)
    agree = said_of(first, points, images).cluster == said_of(again, points, images).cluster
    assert agree.mean() > 0.9


def test_new_clusters_get_new_numbers(points, counts, images):
    first = fitted(points, counts, images)
    more = fitted(points, counts, images, FitSettings(components=6, clusters=8, trees=5, seed=3), first)
    assert len(set(more["cluster_ids"].tolist())) == 8
    assert {0, 1, 2, 3, 4} <= set(more["cluster_ids"].tolist())
    nothing_shared = {**first, "reference_digest": first["reference_digest"] + 1}
    ids = matched_ids(np.arange(8), digests(images[:8]), nothing_shared, clusters=8)
    assert ids.tolist() == list(range(5, 13))


def test_fit_set_of_the_forest_is_a_parameter(points, counts, images):
    offsets = {}
    for fit_on in ("all", "labelled", "single"):
        arrays = fitted(
            points, counts, images, FitSettings(components=6, clusters=5, trees=20, forest_on=fit_on, seed=3)
        )
        offsets[fit_on] = said_of(arrays, points, images).anomaly
    assert not np.array_equal(offsets["all"], offsets["single"])
    assert not np.array_equal(offsets["labelled"], offsets["single"])
    with pytest.raises(InvalidInputError, match="forest_on"):
        fitted(points, counts, images, FitSettings(forest_on="some"))
    with pytest.raises(InvalidInputError, match="0 images are labelled"):
        fitted(points, np.full(300, -1), images, FitSettings(forest_on="labelled"))


def test_source_count_learns_and_says_how_sure_it_is(points):
    several = np.arange(300) % 10 == 0
    shifted = points.copy()
    shifted[several, 0] += 12
    counts = np.where(several, 2, 1)
    arrays, measured = fit_counting(shifted.astype(float), fit_set(counts), seed=0)
    assert arrays["count_weights"].shape == (5, 20)
    assert measured["roc_auc"] > 0.9
    assert measured["balanced_accuracy"] > 0.85
    noise = fit_counting(np.random.default_rng(0).normal(size=(300, 20)), fit_set(counts), seed=0)[1]
    assert noise["roc_auc"] < 0.65


def test_what_was_planted_teaches_and_is_not_scored(points):
    several = np.arange(300) % 2 == 0
    shifted = points.astype(float)
    shifted[several, 0] += 12
    planted = np.arange(300) >= 40
    counts = np.where(several, 2, 1)
    counts[:40] = 1
    counts[:4] = 2  # four labels, too few to learn from alone
    arrays, measured = fit_counting(shifted, fit_set(counts, planted=planted), seed=0)
    assert (measured["labels"], measured["several"], measured["planted"]) == (40, 4, 260)
    chance = chances(arrays, shifted).mean(axis=1)
    assert chance[several].min() > 0.5 > chance[~several].max()
    alone = fit_counting(shifted, fit_set(np.where(planted, -1, counts)), seed=0)[0]
    assert not alone["count_weights"].any()


def test_too_few_labels_teach_nothing(points, images):
    arrays = fitted(points, np.where(np.arange(300) < 3, 2, -1), images)
    said = said_of(arrays, points, images)
    assert (said.multiple == 0.5).all()


def test_embeddings_of_another_length(points, counts, images):
    arrays = fitted(points, counts, images)
    with pytest.raises(InvalidInputError, match=r"shape \(300, 19\), the fitted transforms expect \(images, 20\)"):
        said_of(arrays, points[:, :19], images)
    with pytest.raises(InvalidInputError, match="not finite"):
        said_of(arrays, points * np.nan, images)


def test_previous_transforms(tmp_path):
    assert set(previous_transforms("shipped")) >= {"reference_digest", "cluster_ids"}
    assert previous_transforms("") is None
    (tmp_path / "other.safetensors").write_bytes(b"nothing")
    with pytest.raises(InvalidInputError, match="no file of fitted transforms"):
        previous_transforms(str(tmp_path / "other.safetensors"))
