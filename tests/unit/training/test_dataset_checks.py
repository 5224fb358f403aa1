"""Datasets that cannot be trained on are refused, and parts share nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helioscribe.domain.errors import InvalidInputError
from helioscribe.sdk.training import Split, TrainingData
from helioscribe.training.datasets.checks import check_dataset
from helioscribe.training.datasets.splits import split_by_group, split_by_time


def data(train, validation):
    parts = [Split(arrays={name: np.asarray(values) for name, values in part.items()}) for part in (train, validation)]
    return TrainingData(train=parts[0], validation=parts[1], description={})


GOOD = {"x": [[1.0], [2.0], [3.0]], "label": [1, 0, -1], "group": [1, 2, -1]}


def test_balance_and_what_is_in_both_parts_are_told():
    found = check_dataset(data(GOOD, {"x": [[3.0], [5.0]], "label": [0, 1], "group": [7, -1]}))
    assert found["train"] == {"labels": 2, "positive_share": 0.5}
    assert found["samples_in_both_parts"] == 1
    assert found["groups"] == {"train": 2, "validation": 1}
    assert check_dataset(data({"x": [[1.0]]}, {"x": [[2.0]]})) == {"samples_in_both_parts": 0, "groups": {}}


@pytest.mark.parametrize(
    ("validation", "message"),
    [
        ({"x": [[4.0], [5.0]], "label": [1, 1]}, "all 2 labels of the validation part are of one class"),
        ({"x": [[4.0]], "label": [-1]}, "all 0 labels"),
        ({"x": [[4.0], [5.0]], "label": [0, 1], "group": [2, 9]}, "1 groups are in both parts, such as 2"),
    ],
)
def test_what_cannot_be_is_refused(validation, message):
    with pytest.raises(InvalidInputError, match=message):
        check_dataset(data(GOOD, validation))


@given(st.lists(st.integers(0, 12), min_size=40, max_size=200), st.integers(0, 9))
def test_groups_are_whole_and_every_sample_is_in_one_part(groups, seed):
    names = [f"event {group}" for group in groups] + ["a", "b", "c"]
    parts = split_by_group(names, seed=seed)
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(names)))
    sets = [{names[row] for row in part} for part in parts]
    assert sum(map(len, sets)) == len(set(names))
    assert all(part.size for part in parts)
    assert all(np.array_equal(a, b) for a, b in zip(parts, split_by_group(names, seed=seed), strict=True))


def test_times_come_one_after_the_other_with_a_gap():
    times = np.datetime64("2024-05-01", "ns") + np.random.default_rng(0).permutation(100) * np.timedelta64(1, "h")
    train, validation, test = split_by_time(times, gap=np.timedelta64(5, "h"))
    assert times[train].max() + np.timedelta64(5, "h") < times[validation].min()
    assert times[validation].max() + np.timedelta64(5, "h") < times[test].min()
    assert (train.size, validation.size, test.size) == (70, 10, 10)


@pytest.mark.parametrize("shares", [(0.5, 0.6), (1.0, 0.0), (0.5,)])
def test_shares_that_are_none_are_refused(shares):
    with pytest.raises(InvalidInputError, match="shares"):
        split_by_group(["a", "b", "c"], shares)
    with pytest.raises(InvalidInputError, match="for each of the 3 parts"):
        split_by_group(["a", "b"])
