"""STIX maps from the file to the catalogue, and what becomes of those that cannot be used."""

import json
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from click.testing import CliRunner

from helioscribe.domain.identity import digest
from helioscribe.domain.model import Alias, ModelCard, ModelFile
from helioscribe.domain.times import utc_now
from helioscribe.embedded.cli import cli
from helioscribe.embedded.platform import Embedded
from helioscribe.ports.artifacts import artifact_key
from helioscribe.runtime.reviews.queue import disputed_events
from support.stix_maps import source_map, write_map
from support.waiting import eventually

pytestmark = pytest.mark.e2e


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def call(home):
    def called(*arguments):
        return CliRunner().invoke(cli, ["--home", str(home), *map(str, arguments)], standalone_mode=False)

    return called


def times(hour):
    return {"DATE__BEG": f"2022-11-09 1{hour}:01:05.317", "DATE__END": f"2022-11-09 1{hour}:03:06.817"}


def ledger(call):
    return [(one["stage"], one["code"], one["message"]) for one in json.loads(call("failures", "--json").stdout)]


def test_a_map_becomes_an_event_and_is_found_again(call, tmp_path):
    maps = [
        write_map(tmp_path / f"{hour}_map.fits", source_map(*places), ALG_USED="CLEAN", **times(hour))
        for hour, places in enumerate([[(0, 0)], [(-20, 0), (25, 10)], [(1, 1)]])
    ]
    done = call("detect", *maps, "--detector", "stix-ssl", "--param", "report=all", "--json")
    event, *others = json.loads(done.stdout)
    assert len(others) == 2
    assert event["hs_cluster"].startswith("stix-ssl/")
    (word, *_) = json.loads(call("review", "queue", "--json").stdout)
    alike = json.loads(call("events", "similar", word["observation_id"], "--json").stdout)
    assert len(alike) == 2
    call("review", "add", event["hs_cluster"], "discard", "--by", "Anna")
    assert event["kb_archivid"] not in call("events", "search", "--json").stdout


def test_a_wrong_band_is_told_entered_and_can_be_retried(call, tmp_path):
    path = write_map(tmp_path / "hard_map.fits", ENERGY_L="25.0", ENERGY_H="50.0")
    done = call("detect", path, "--detector", "stix-ssl", "--json")
    assert done.return_value == 2
    assert json.loads(done.stdout) == []
    assert "expected an X-ray map within 3-30 keV, got 25-50 keV" in done.stderr
    ((stage, code, message),) = ledger(call)
    assert (stage, code) == ("detect", "invalid_input")
    assert "25-50 keV" in message
    # With other parameters it is another run: the entry goes once the map could be looked at.
    assert (
        call(
            "detect", path, "--detector", "stix-ssl", "--param", "highest_energy=60", "--param", "report=all", "--json"
        ).return_value
        is None
    )
    (coverage,) = json.loads(call("review", "queue", "--json").stdout)
    assert coverage["name"] == "hard_map.fits"


@pytest.mark.parametrize(
    ("pixels", "changes", "said"),
    [
        (np.full((64, 64), np.nan, np.float32), {}, "no pixel has a value"),
        (None, {"CDELT1": None, "CTYPE1": None, "CUNIT1": None, "CRPIX1": None}, "no world coordinate system"),
    ],
)
def test_a_map_without_values_or_coordinates_is_entered(call, tmp_path, pixels, changes, said):
    path = write_map(tmp_path / "bad_map.fits", pixels, **changes)
    done = call("detect", path, "--detector", "stix-ssl")
    assert done.return_value == 2
    ((stage, code, message),) = ledger(call)
    assert (stage, code) == ("ingest", "invalid_input")
    assert said in message


def test_an_encoder_of_another_size_is_told_and_entered(call, home, tmp_path):
    path = write_map(tmp_path / "a_map.fits")
    with Embedded(home, work=False) as embedded:
        embedded.host.install_models()
        serving = embedded.platform.models.resolve("stix-ssl")
        graph = mean_of_pixels()
        key = artifact_key("models", digest(graph), ".onnx")
        embedded.platform.artifacts.put(key, graph)
        spec = serving.files["encoder"]
        other = ModelFile(key=key, sha256=digest(graph), format="onnx", inputs=spec.inputs, outputs=spec.outputs)
        files = {**serving.files, "encoder": other}
        embedded.platform.models.register(ModelCard(name="stix-ssl", version="short", files=files, created=utc_now()))
        embedded.platform.models.promote("stix-ssl", "short", by="test")
    done = call("detect", path, "--detector", "stix-ssl")
    assert done.return_value == 2
    ((stage, _, message),) = ledger(call)
    assert stage == "detect"
    assert "embeddings of shape (1, 1), the fitted transforms expect (images, 192)" in message


@pytest.fixture
def ingested(platform, tmp_path):
    """Has stix-ssl look at a map of its own time; returns the observation."""

    def ingested_(*sources):
        name, minute = f"{utc_now():%H%M%S%f}_map.fits", f"{utc_now():%M:%S.%f}"[:-3]  # another map in each run
        times = {"DATE__BEG": f"2022-11-09 11:{minute}", "DATE__END": f"2022-11-09 12:{minute}"}
        with write_map(tmp_path / name, source_map(*sources), **times).open("rb") as stream:
            return platform.wait(platform.ingest(stream, name=name, detectors=["stix-ssl"])).result["observation_id"]

    return ingested_


def test_what_the_shadow_does_not_see_waits_for_a_review(platform, ingested):
    ingested((0, 0))  # the first use brings the model that ships
    models = platform.registry
    shipped, blind = models.resolve("stix-ssl"), {"multiple_threshold": 1.0, "anomaly_threshold": -10.0}
    shadow = replace(shipped, version=f"blind-{utc_now():%H%M%S%f}", created=utc_now(), thresholds=blind)
    models.register(shadow)
    models.promote("stix-ssl", shadow.version, alias=Alias.SHADOW, by="test")
    seen = ingested((-20, 0), (25, 10))
    disputed = partial(disputed_events, platform.catalogue, models, "stix-ssl")
    eventually(lambda: any(seen in event.observation_ids for event in disputed()), seconds=60)
    [event] = [event for event in disputed() if seen in event.observation_ids]
    assert {run.method.model_version: run.counts for run in platform.catalogue.runs(observation_id=seen)} == {
        shipped.version: True,
        shadow.version: False,
    }
    platform.records.review(event.id, "confirm", by="Anna")
    assert event.id not in [one.id for one in disputed()]


def mean_of_pixels():
    """An encoder that gives one number only."""
    from onnx import TensorProto, checker, helper

    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 1, 224, 224])
    embedding = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", "dimension"])
    nodes = [
        helper.make_node("GlobalAveragePool", ["image"], ["mean"]),
        helper.make_node("Flatten", ["mean"], ["embedding"]),
    ]
    model = helper.make_model(
        helper.make_graph(nodes, "mean", [image], [embedding]), opset_imports=[helper.make_opsetid("", 17)]
    )
    model.ir_version = 8
    checker.check_model(model)
    return model.SerializeToString()
