import json

import pytest

from helioscribe.domain.detection import Detection, DetectionResult
from helioscribe.domain.errors import InvalidInputError, PluginError
from helioscribe.training import evaluate
from support import tiny_training
from support.factories import span
from support.tiny_training import light_curve, tiny_plugin


def read(path):
    return light_curve([float(word) for word in path.read_text().split()])


def detect(product, parameters):
    found = product.counts.max() > parameters.get("threshold", 5.0)
    return DetectionResult(detections=(Detection(event_type="FL", time_range=span()),) if found else ())


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "flare.txt").write_text("1 2 9 2 1")
    (folder / "quiet.txt").write_text("1 2 1 2 1")
    return folder


def test_the_plugins_own_measure_is_reported_and_kept(data, tmp_path):
    metrics = evaluate(tiny_plugin(), data, read=read, detect=detect, folder=tmp_path / "out")
    assert metrics == {"all": {"default": 1}, "never": {"found": 0}}
    assert json.loads((tmp_path / "out" / "metrics.json").read_text()) == metrics


def test_without_a_folder_nothing_is_written(data, tmp_path):
    evaluate(tiny_plugin(), data, read=read, detect=detect, folder=None)
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_wrong_usage_is_one_clear_line(data, tmp_path):
    with pytest.raises(InvalidInputError, match="no such folder"):
        evaluate(tiny_plugin(), data / "none", read=read, detect=detect, folder=None)
    with pytest.raises(InvalidInputError, match="has no evaluation"):
        evaluate(tiny_plugin(evaluation=""), data, read=read, detect=detect, folder=None)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InvalidInputError, match="expected text files"):
        evaluate(tiny_plugin(), tmp_path / "empty", read=read, detect=detect, folder=None)


@pytest.mark.parametrize("metrics", [{"all": float("nan")}, {"all": object()}, [1], None])
def test_metrics_that_are_no_json_are_the_plugins_fault(data, monkeypatch, metrics):
    monkeypatch.setattr(tiny_training, "measure", lambda *_, **__: metrics)
    with pytest.raises(PluginError, match="evaluation of tiny"):
        evaluate(tiny_plugin(), data, read=read, detect=detect, folder=None)
