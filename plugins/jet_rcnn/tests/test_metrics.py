"""Measures, held to scikit-learn and to tables."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helioscribe_jet_rcnn.metrics import STEPS, counts_at, f1_curve, group_interval, roc, roc_area, summary, wilson

LABELS = np.array([1, 1, 1, 0, 0, 0, 0], bool)
SCORES = np.array([0.9, 0.6, 0.2, 0.7, 0.3, 0.2, 0.1])


def test_counts_and_what_follows_from_them():
    assert counts_at(LABELS, SCORES, 0.5) == {
        "true_positive": 2,
        "false_positive": 1,
        "false_negative": 1,
        "true_negative": 3,
    }
    found = summary(LABELS, SCORES, 0.5)
    assert (found["precision"], found["recall"], found["f1"], found["accuracy"]) == (0.6667, 0.6667, 0.6667, 0.7143)
    assert f1_curve(LABELS, SCORES)[STEPS == 0.5][0] == 0.6667


@settings(deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 6)), min_size=2, max_size=40))
def test_the_area_is_that_of_scikit_learn(pairs):
    metrics = pytest.importorskip("sklearn.metrics")
    labels, scores = np.array([one for one, _ in pairs]), np.array([two / 6 for _, two in pairs])
    if labels.all() or not labels.any():
        assert roc_area(labels, scores) == 0.5
        return
    assert roc_area(labels, scores) == pytest.approx(metrics.roc_auc_score(labels, scores))
    false, true = roc(labels, scores)
    assert (false[-1], true[-1]) == (1, 1)


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"), [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (0, 0, 0, 1)]
)
def test_intervals_of_shares(hits, of, low, high):
    assert wilson(hits, of) == pytest.approx((low, high), abs=1e-3)


def test_an_interval_over_events_is_wider_than_over_sequences():
    low, high = group_interval({"a": (40, 40), "b": (0, 10), "c": (10, 10)})
    assert low < 0.5
    assert high == 1.0
