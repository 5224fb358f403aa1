"""What is trained is measured where its model has a benchmark."""

import io
from dataclasses import replace

import numpy as np
import pytest

from helioscribe.domain.benchmark import Benchmark
from helioscribe.domain.dataset import DatasetVersion
from helioscribe.domain.errors import InvalidInputError, NotFoundError
from helioscribe.domain.training_run import TrainingOrder
from support.factories import at
from support.tiny_training import light_curve
from support.training_place import BOTH, ORDER

pytestmark = BOTH


def with_benchmark(place) -> Benchmark:
    """A benchmark of the tiny detector, and a reader of its file."""

    def read(path):
        return light_curve([float(word) for word in path.read_text().split()])

    place.change(read=read)
    counts = " ".join(str(count) for count in np.sin(np.arange(60) / 3)).encode()
    file = place.service.put_file(io.BytesIO(counts), path="one.txt")
    dataset = place.service.add_dataset(DatasetVersion(name="labelled", files=(file,)))
    made = Benchmark(name="tiny", dataset=dataset, metric="all/default", at=at(), by="alice")
    place.stores.models.fix_benchmark(made)
    return made


def test_what_is_trained_is_measured_on_the_benchmark(place):
    with pytest.raises(NotFoundError):
        place.service.submit(TrainingOrder(detector="tiny", measure="1"))
    models, first = place.stores.models, place.service.submit(ORDER)
    place.work()
    old = place.service.get(first.id).job.result
    assert old["measured"] == {}, "no benchmark is fixed yet"
    models.promote("tiny", old["version"], by="alice")
    with pytest.raises(InvalidInputError, match="tiny has no benchmark"):
        place.service.submit(TrainingOrder(detector="tiny", measure=old["version"]))
    benchmark = with_benchmark(place)
    second = place.service.submit(TrainingOrder(detector="tiny", options={"seed": 7}))
    place.work()
    new = place.service.get(second.id).job.result
    assert set(new["measured"]) == {old["version"], new["version"]}
    assert {one.version: one.value for one in models.measurements("tiny")} == new["measured"]
    assert {one.by for one in models.measurements("tiny")} == {"one"}
    with pytest.raises(InvalidInputError, match="no metric 'all/nothing'"):
        place.handlers.measuring("alice").fix(replace(benchmark, metric="all/nothing"))
    kept = models.benchmark("tiny")
    assert kept is not None
    assert kept.metric == "all/default", "what cannot be measured is not fixed"
    better = new["measured"][new["version"]] >= new["measured"][old["version"]]
    assert better, "both find the one flare"
    assert "all/default" in models.promote("tiny", new["version"], by="alice").reason
    measured = place.service.submit(TrainingOrder(detector="tiny", measure=old["version"]))
    place.work()
    assert place.service.get(measured.id).job.result["measured"] == new["measured"]
    assert measured.payload["dataset"] == benchmark.dataset
