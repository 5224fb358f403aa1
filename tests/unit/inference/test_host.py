"""Detectors in the hands of the host."""

from dataclasses import replace

import numpy as np
import pytest

from helioscribe.adapters.memory import MemoryModels
from helioscribe.adapters.memory.artifacts import MemoryArtifacts
from helioscribe.domain.errors import CancelledError, InvalidInputError, NotFoundError, PluginError
from helioscribe.domain.identity import digest
from helioscribe.domain.serving import GraphRequest
from helioscribe.inference.host import DetectorHost
from helioscribe.inference.hosted import Source
from helioscribe.inference.repository import GraphRepository
from helioscribe.sdk.discovery import PluginState
from support.factories import make_card
from support.tiny_plugin import forget, make_curve, make_plugin, model_file, scaling_graph

SOURCE = Source(observation_ids=("obs-1",), input_sha256=digest(b"product"), channel="4-84 keV")


@pytest.fixture
def make_host(tmp_path, monkeypatch, request):
    monkeypatch.syspath_prepend(tmp_path)
    package = f"tiny_{digest(request.node.nodeid.encode())[:12]}"

    def make(**options):
        plugin = make_plugin(tmp_path, package, **options)
        return DetectorHost(models=MemoryModels(), artifacts=MemoryArtifacts(), plugins=[plugin])

    yield make
    forget(package)


@pytest.fixture
def host(make_host):
    return make_host()


def register(host, version, scale, **changes):
    graph = scaling_graph(scale)
    file = model_file(graph)
    host._artifacts.put(file.key, graph)
    host._models.register(make_card(version, name="tiny", files={"graph": file}, **{"thresholds": {}} | changes))


def peak(host, **options):
    hosted = host.run("tiny", make_curve(), source=SOURCE, **options)
    return hosted.result.detections[0].measurements["hs_peak"] if hosted.result.detections else None


def test_the_first_run_installs_what_ships_with_the_plugin(host):
    assert host.plugins()[0].state is PluginState.COMPATIBLE
    assert peak(host) == 500.0
    assert host.plugins()[0].state is PluginState.LOADED
    (card,) = host._models.cards("tiny")
    assert (card.version, host._models.resolve("tiny")) == ("1", card)
    host.install_models()
    assert host._models.cards("tiny") == [card]


def test_every_detection_says_where_it_comes_from(host):
    hosted = host.run("tiny", make_curve(), source=SOURCE, parameters={"level": 50})
    source = hosted.result.detections[0].source
    assert source.method == hosted.method
    assert (source.observation_ids, source.input_sha256, source.channel) == (("obs-1",), digest(b"product"), "4-84 keV")
    assert source.light_travel_time == 338.4
    assert (hosted.method.detector, hosted.method.version, hosted.method.model_version) == ("tiny", "1.2.3", "1")
    assert hosted.method.parameters == {"level": 50.0, "label": "quiet"}


def test_manifest_then_card_then_caller(host):
    host.install_models()
    register(host, "2", 1.0, thresholds={"level": 300.0, "of another plugin": 1.0})
    host._models.promote("tiny", "2", by="test")

    def run(**wishes):
        return host.run("tiny", make_curve(), source=SOURCE, parameters=wishes).method.parameters

    assert run() == {"level": 300.0, "label": "quiet"}
    assert run(level=600, label="x") == {"level": 600.0, "label": "x"}


def test_a_promotion_and_its_rollback_take_effect_with_the_next_call(host):
    assert peak(host) == 500.0
    register(host, "2", 2.0)
    assert peak(host) == 500.0
    host._models.promote("tiny", "2", by="test")
    assert peak(host) == 1000.0
    host._models.rollback("tiny", by="test")
    assert peak(host) == 500.0


def test_a_graph_that_was_just_replaced_is_answered_by_its_successor_under_its_version(host):
    graphs, x = GraphRepository(host, host._models), np.ones((1, 2), np.float32)
    asked = GraphRequest(graph="tiny.graph", tensors={"x": x})
    host.install_models()
    graphs.load("tiny.graph")
    assert graphs.infer(asked)[0] == "1"
    register(host, "2", 5.0)
    host._models.promote("tiny", "2", by="test")
    assert peak(host) == 2500.0  # now the first is let go of
    version, found = graphs.infer(asked)
    assert version == "2"
    assert np.array_equal(found["y"], 5 * x)


def test_a_version_that_cannot_be_loaded_leaves_the_old_one_loaded(host):
    assert peak(host) == 500.0
    (before,) = host.pool.versions("tiny")
    broken = model_file(b"rubbish")
    host._artifacts.put(broken.key, b"rubbish")
    host._models.register(make_card("2", name="tiny", files={"graph": broken}))
    host._models.promote("tiny", "2", by="test")
    with pytest.raises(PluginError, match="not an ONNX graph"):
        peak(host)
    assert host.pool.versions("tiny") == [before]
    host._models.rollback("tiny", by="test")
    assert peak(host) == 500.0


def test_unknown_detectors_and_parameters_are_named(host):
    with pytest.raises(NotFoundError, match="no detector 'giant'; available: tiny"):
        host.run("giant", make_curve(), source=SOURCE)
    with pytest.raises(InvalidInputError, match="no parameter 'speed'; it has: level, label"):
        peak(host, parameters={"speed": 1})
    with pytest.raises(InvalidInputError, match="parameter level: -1.0 is outside"):
        peak(host, parameters={"level": -1})
    with pytest.raises(InvalidInputError, match="parameter level: expected float, got 'x'"):
        peak(host, parameters={"level": "x"})


def test_the_wish_to_stop_is_heard_before_a_graph_runs(host):
    calls = []

    def check():
        calls.append(1)
        if len(calls) == 2:
            raise CancelledError("enough")

    with pytest.raises(CancelledError, match="enough"):
        peak(host, check=check)


BROKEN = {
    "raises": ("raise ZeroDivisionError('on\\npurpose')", "detector tiny: ZeroDivisionError: on purpose"),
    "no result": ("return 'flare'", "returned str, expected a DetectionResult"),
    "another class": ("return result('CH', span)", "claims CH, but declares FL"),
    "another day": ("return result('FL', span.shifted(timedelta(days=1)))", "outside of its input"),
    "no number": ("return result('FL', span, hs_x=float('nan'))", "hs_x is nan"),
}


@pytest.mark.parametrize(("body", "message"), BROKEN.values(), ids=BROKEN)
def test_rubbish_from_a_plugin_is_its_error_and_nobody_elses(make_host, body, message):
    code = f"""
    from datetime import timedelta
    from helioscribe.domain.detection import Detection, DetectionResult

    def result(kind, span, **measured):
        return DetectionResult(detections=(Detection(event_type=kind, time_range=span, measurements=measured),))

    class Broken:
        def detect(self, product, models):
            span = product.time_range
            {body}

    def create(parameters):
        return Broken()
    """
    with pytest.raises((PluginError, InvalidInputError), match=message) as caught:
        peak(make_host(code=code))
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import a_library_that_nobody_has", "ModuleNotFoundError: No module named"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("create = 5", "expected a function, got int"),
        ("def make(parameters): ...", "AttributeError"),
    ],
)
def test_code_that_cannot_be_imported_marks_the_plugin(make_host, code, message):
    host = make_host(code=code)
    with pytest.raises(PluginError, match=message):
        peak(host)
    assert host.plugins()[0].state is PluginState.FAILED
    assert message in host.plugins()[0].error
    with pytest.raises(PluginError, match="detector tiny cannot run"):
        peak(host)


def test_a_missing_model_file_is_said(host):
    (host.plugins()[0].root / "graph.onnx").unlink()
    with pytest.raises(PluginError, match=r"detector tiny: model file graph\.onnx"):
        peak(host)


def test_what_serves(host):
    assert host.serving("tiny").startswith("1 on ")


def test_incompatible_plugins_are_listed_and_do_not_run(host):
    plugin = host.plugins()[0].in_state(PluginState.INCOMPATIBLE, "needs host API >=9")
    other = DetectorHost(models=MemoryModels(), artifacts=MemoryArtifacts(), plugins=[replace(plugin)])
    assert other.manifests() == []
    with pytest.raises(PluginError, match="cannot run: needs host API >=9"):
        peak(other)


def test_other_weights_under_a_registered_version_take_nothing_down(host):
    """The version that serves goes on, and so does the rest of the platform."""
    register(host, "1", 7.0)
    host._models.promote("tiny", "1", by="test")
    host.install_models()
    # The tiny graph multiplies the peak of 500 by the registered version's scale.
    assert peak(host) == 7 * 500.0


def test_a_plugin_without_its_weights_is_left_behind(host):
    (plugin,) = host.plugins()
    (plugin.root / next(iter(plugin.manifest.models.values())).file).write_bytes(b"other bytes")
    host.install_models()
    (after,) = host.plugins()
    assert after.state is PluginState.FAILED
    assert "is not the one in its manifest" in after.error
