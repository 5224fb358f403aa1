"""What orders and records refuse, as their docstrings say: in one line that names what was expected."""

from datetime import timedelta

import numpy as np
import pytest

from helioscribe.domain.backfill import BackfillOrder
from helioscribe.domain.benchmark import Benchmark, Measurement, pass_gate
from helioscribe.domain.dataset import DatasetFile, DatasetVersion, DatasetWish
from helioscribe.domain.detection import ScoreSeries
from helioscribe.domain.embedding import Embedding, split_space
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.output import OutputWish
from helioscribe.domain.threshold import column_of
from helioscribe.domain.training_run import EntryKind, RunEntry, TrainingOrder
from helioscribe.domain.training_search import SearchCell, SearchPlan
from support.factories import at, span

FILE = DatasetFile(path="a.csv", sha256="0" * 64, size=1)
CELL = SearchCell(options={"epochs": 2})


def make_backfill(**changes):
    return BackfillOrder(**{"detector": "stix-lstm", "span": span(), **changes})


def make_file(**changes):
    return DatasetFile(**{"path": "a.csv", "sha256": "0" * 64, "size": 1, **changes})


def make_version(**changes):
    return DatasetVersion(**{"name": "flares", "files": (FILE,), **changes})


def make_wish(**changes):
    return DatasetWish(name="flares", detector="stix-lstm", **changes)


def make_benchmark(**changes):
    return Benchmark(**{"name": "m", "dataset": "data-1", "metric": "day/f1", "at": at(), "by": "Anna", **changes})


def make_measurement(**changes):
    return Measurement(name="m", version="1", benchmark="bench-1", at=at(), by="Anna", **changes)


def make_search(**changes):
    return SearchPlan(**{"order": TrainingOrder(detector="stix-lstm"), "cells": (CELL,), **changes})


def make_entry(**changes):
    return RunEntry(kind=EntryKind.EPOCH, **changes)


def make_embedding(vector):
    return Embedding(space="d/1/image", subject="obs-1", vector=np.array(vector, np.float32))


@pytest.mark.parametrize(
    ("make", "changes", "said"),
    [
        (make_backfill, {"chunk": 0}, "chunk: expected 1 to 1000, got 0"),
        (make_backfill, {"in_flight": 1001}, "in_flight: expected 1 to 1000, got 1001"),
        (make_backfill, {"span": span(5, 5)}, "a span of time with a length"),
        (make_file, {"path": "../a.csv"}, "not a path below"),
        (make_file, {"path": "/a.csv"}, "not a path below"),
        (make_file, {"path": "a\\b.csv"}, "not a path below"),
        (make_file, {"path": ""}, "not a path below"),
        (make_file, {"sha256": "0" * 63}, "expected a sha256 and a size"),
        (make_file, {"size": -1}, "expected a sha256 and a size"),
        (make_version, {"name": "../flares"}, "is not a name"),
        (make_version, {"files": ()}, "one file at least"),
        (make_version, {"files": (FILE, FILE)}, "every path once"),
        (make_wish, {"shares": (1.0,)}, "two or three shares, got 1"),
        (make_wish, {"gap": -1.0}, "gap, quiet and seed of at least 0"),
        (make_wish, {"gap": float("nan")}, "gap, quiet and seed of at least 0"),
        (make_wish, {"quiet": 1}, "need a query with a span of time"),
        (make_benchmark, {"loss": -0.1}, "a loss of at least 0"),
        (make_benchmark, {"loss": float("nan")}, "a loss of at least 0"),
        (make_benchmark, {"metric": ""}, "a dataset and a metric"),
        (make_measurement, {"value": float("inf")}, "is not a finite number"),
        (make_search, {"cells": ()}, "expected 1 to 10000 cells, got 0"),
        (make_search, {"cells": (CELL,) * 10_001}, "cells, got 10001"),
        (make_search, {"direction": "up"}, "expected lower or higher, got 'up'"),
        (make_entry, {"step": -1}, "epoch entry: expected a step of at least 0, got -1"),
        (OutputWish, {"formats": ("png", "gif")}, "format: expected png, svg, pdf, csv, got 'gif'"),
        (OutputWish, {"dpi": 10}, "dpi: expected 20 to 600, got 10"),
        (make_embedding, {"vector": []}, "expected 1 to 8192 finite numbers"),
        (make_embedding, {"vector": [1.0, float("nan")]}, "expected 1 to 8192 finite numbers"),
        (split_space, {"space": "stix-ssl/1"}, "expected detector/model version/name"),
    ],
)
def test_refuses(make, changes, said) -> None:
    with pytest.raises(InvalidInputError) as caught:
        make(**changes)
    assert said in caught.value.message
    assert "\n" not in caught.value.message


def test_the_largest_numbers_are_allowed() -> None:
    assert make_backfill(chunk=1000, in_flight=1, span=span(5, 5.001)).span.duration > timedelta(0)
    assert make_wish(quiet=0, shares=(0.5, 0.5)).shares == (0.5, 0.5)
    assert OutputWish(formats=(), dpi=600).payload() == {"formats": [], "dpi": 600}


def test_orders_are_the_same_after_their_way_through_a_job() -> None:
    order, wish = make_backfill(parameters={"threshold": 0.5}, chunk=7), OutputWish(formats=("csv",), dpi=99)
    assert BackfillOrder.of(order.payload()) == order
    assert OutputWish.of(wish.payload()) == wish


def test_a_benchmark_is_overridden_for_a_reason_only() -> None:
    gate = {"champion": "1", "version": "2", "override": True}
    with pytest.raises(InvalidInputError, match="needs a reason"):
        pass_gate(make_benchmark(), {}, **gate, reason=" ")
    told = pass_gate(make_benchmark(), {"1": 0.5}, **gate, reason="no time")
    assert told == "no time; benchmark overridden: day/f1 not measured, was 0.5, on data-1"


def test_a_column_of_scores_is_named_or_the_first() -> None:
    times = np.array(["2022-03-28", "2022-03-29"], "datetime64[ns]")
    scores = ScoreSeries(times=times, names=("one", "two"), values=np.array([[1, 2], [3, 4]], np.float32))
    assert column_of(scores).tolist() == [1.0, 3.0]
    assert column_of(scores, "two").tolist() == [2.0, 4.0]
    with pytest.raises(InvalidInputError, match="no scores 'three'; there are one, two"):
        column_of(scores, "three")
