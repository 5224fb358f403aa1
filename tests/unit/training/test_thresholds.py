import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helioscribe.domain.errors import InvalidInputError
from helioscribe.training.thresholds import OBJECTIVES, Curve, area_under_roc, tune

LABELS = np.array([1, 1, 0, 1, 0, 0, 0, 1], bool)
SCORES = np.array([0.9, 0.8, 0.7, 0.6, 0.4, 0.3, 0.2, 0.1])


def test_each_objective_takes_its_own_threshold():
    curve = Curve.of(LABELS, SCORES)
    assert tune(curve, "f1").threshold == 0.6
    assert tune(curve, "f_beta", beta=0.2).threshold == 0.8
    assert tune(curve, "f_beta", beta=9.0).threshold == 0.1
    assert tune(curve, "recall", least_recall=0.5).threshold == 0.8
    assert tune(curve, "recall", least_recall=1.0).threshold == 0.1
    assert tune(curve, "false_alarms", most_false_alarms=0.25).threshold == 0.6
    assert tune(curve, "false_alarms", most_false_alarms=0.2).threshold == 0.8
    assert tune(curve, "tss").value == pytest.approx(0.5)


def test_where_the_highest_score_is_a_false_alarm_it_is_the_only_one():
    curve = Curve.of(np.array([False, True, False]), np.array([0.9, 0.8, 0.1]))
    assert tune(curve, "false_alarms").threshold == 0.8


def test_the_measures_at_a_threshold_are_those_of_the_matrix():
    at = Curve.of(LABELS, SCORES).at(0.5)
    assert {name: at[name] for name in ("tp", "fp", "fn", "tn")} == {"tp": 3, "fp": 1, "fn": 1, "tn": 3}
    assert at["precision"] == at["recall"] == at["f1"] == 0.75
    assert at["hss"] == pytest.approx(0.5)
    assert at["tss"] == pytest.approx(0.5)


scores = st.lists(st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0])), min_size=2, max_size=40)


@given(scores)
def test_counts_and_area_are_those_of_scikit_learn(pairs):
    labels, values = (np.array(column) for column in zip(*pairs, strict=True))
    if labels.all() or not labels.any():
        return
    from sklearn.metrics import f1_score, roc_auc_score

    curve = Curve.of(labels, values)
    for threshold in curve.thresholds[1:]:
        assert curve.at(float(threshold))["f1"] == pytest.approx(f1_score(labels, values >= threshold))
    assert area_under_roc(labels, values) == pytest.approx(roc_auc_score(labels, values))
    for objective in OBJECTIVES:
        tuned = tune(curve, objective, least_recall=0.5)
        assert np.nanmax(curve.column("f1")) >= curve.at(tuned.threshold)["f1"]


@pytest.mark.parametrize("labels", [np.zeros(4, bool), np.ones(4, bool)])
def test_one_class_is_refused(labels):
    with pytest.raises(InvalidInputError, match="expected both classes"):
        Curve.of(labels, np.linspace(0, 1, 4))


def test_numbers_that_are_none_are_refused():
    with pytest.raises(InvalidInputError, match="finite"):
        Curve.of(np.array([True, False]), np.array([np.nan, 1.0]))
    curve = Curve.of(LABELS, SCORES)
    with pytest.raises(InvalidInputError, match="objective"):
        tune(curve, "luck")
    with pytest.raises(InvalidInputError, match="least_recall"):
        tune(curve, "recall", least_recall=0.0)
    with pytest.raises(InvalidInputError, match="most_false_alarms"):
        tune(curve, "false_alarms", most_false_alarms=1.0)
