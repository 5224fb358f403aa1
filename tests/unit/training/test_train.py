"""From a recipe to a card in the registry."""

import json

import numpy as np
import pytest

from helioscribe.adapters.memory import MemoryModels
from helioscribe.adapters.memory.artifacts import MemoryArtifacts
from helioscribe.domain.errors import CancelledError, InvalidInputError, NotFoundError, PluginError
from helioscribe.domain.identity import digest
from helioscribe.domain.model import CANVAS, TensorSpec
from helioscribe.sdk.discovery import PluginState
from helioscribe.sdk.manifest import ModelSpec
from helioscribe.training import train
from helioscribe.training.fit import Observer
from support import tiny_training
from support.recipes import tiny_options
from support.tiny_training import SHAPE, TinyProgram, tiny_manifest, tiny_plugin

pytest.importorskip("torch")


class Place:
    def __init__(self, folder) -> None:
        self.folder, self.registry, self.artifacts = folder / "run", MemoryModels(), MemoryArtifacts()

    def train(self, plugin=None, **options):
        changes = {name: options.pop(name) for name in ("observer",) if name in options}
        return train(
            plugin or tiny_plugin(),
            options,
            data=None,
            read=None,
            registry=self.registry,
            artifacts=self.artifacts,
            folder=self.folder,
            **changes,
        )


@pytest.fixture
def place(tmp_path) -> Place:
    return Place(tmp_path)


def test_a_run_ends_in_a_card_with_all_that_made_it(place):
    steps = []

    class Listening(Observer):
        def step(self, name, share):
            steps.append(name)

    card = place.train(seed=7, observer=Listening())
    assert place.registry.card("tiny", card.version) == card
    assert place.registry.aliases("tiny") == {}
    assert card.version.startswith(f"{card.created:%Y%m%dT%H%M%S}-")
    assert card.version.endswith(card.sha256[:6])
    assert card.recipe == tiny_options(seed=7)
    assert card.dataset["train_samples"] == 24
    assert len(card.dataset["digest"]) == 64
    assert card.thresholds["threshold"] > 0
    assert card.metrics["parity"]["network"]["max_abs_diff"] < 1e-5
    assert card.metrics["training"]["best_epoch"] in {1, 2, 3}
    assert card.metrics["validation"]["mean_error"] > 0
    assert card.opset == 17
    assert tuple(card.canvas) == CANVAS
    assert card.canvas["Privacy"] == "Nobody has said yet."
    assert "Wh at an assumed" in card.canvas["Sustainability"]
    for file in card.files.values():
        assert digest(place.artifacts.get(file.key)) == file.sha256
    assert steps[0] == "data"
    assert steps[-1] == "done"


def test_a_run_leaves_a_folder_to_read(place):
    card = place.train(name="sine | noise")
    assert json.loads((place.folder / "metrics.json").read_text()) == json.loads(json.dumps(card.metrics))
    assert len(json.loads((place.folder / "history.json").read_text())) == 3
    text = (place.folder / "model_card.md").read_text()
    assert card.version in text
    assert "## Non-maleficence" in text
    assert "sine \\| noise" in text


def test_the_same_recipe_gives_the_same_weights(place, tmp_path):
    other = Place(tmp_path / "other")
    card = place.train()
    assert card.sha256 == other.train().sha256
    assert place.train() == card  # from the checkpoint of the end
    assert place.registry.cards() == [card]


def test_a_cancelled_run_registers_nothing(place):
    class Stopping(Observer):
        def check(self):
            raise CancelledError("enough")

    with pytest.raises(CancelledError):
        place.train(observer=Stopping())
    assert place.registry.cards() == []


def test_an_unknown_setting_is_refused_before_anything_is_written(place):
    with pytest.raises(InvalidInputError, match="no setting 'epoch'"):
        place.train(epoch=3)
    assert not place.folder.exists()


def test_detectors_that_cannot_be_trained_say_so(place):
    with pytest.raises(InvalidInputError, match="names no training program"):
        place.train(tiny_plugin(training=""))
    with pytest.raises(PluginError, match="it is broken"):
        place.train(tiny_plugin().in_state(PluginState.FAILED, "it is broken"))
    with pytest.raises(NotFoundError, match="no-such-detector"):
        place.train("no-such-detector")
    with pytest.raises(PluginError, match="no_such_module"):
        place.train(tiny_plugin(training="no_such_module:create"))


class Raising(TinyProgram):
    def prepare(self, options, *, data, read):
        raise RuntimeError("two\nlines")


def test_what_a_plugin_raises_is_one_line(place, monkeypatch):
    monkeypatch.setattr(tiny_training, "create_program", Raising)
    with pytest.raises(PluginError) as caught:
        place.train()
    assert caught.value.message == "training of tiny: RuntimeError: two lines"


class Unbounded(TinyProgram):
    def thresholds(self, models, data, options):
        return {"threshold": -1.0}, {}


class Misnamed(TinyProgram):
    def arrays(self, network, data, options):
        return {**super().arrays(network, data, options), "scales": {"scale": np.ones(1)}}


@pytest.mark.parametrize(
    ("program", "message"), [(Unbounded, "parameter threshold: -1.0 is outside"), (Misnamed, "expected the files")]
)
def test_what_the_detector_could_not_use_is_not_registered(place, monkeypatch, program, message):
    monkeypatch.setattr(tiny_training, "create_program", program)
    with pytest.raises((PluginError, InvalidInputError), match=message):
        place.train()
    assert place.registry.cards() == []
    assert list(place.artifacts.keys()) == []


class WithoutScale(TinyProgram):
    def kept(self, options):
        return ["scale"]

    def arrays(self, network, data, options):
        return {}

    def thresholds(self, models, data, options):
        return {}, {}


def test_what_a_program_does_not_train_stays_as_the_plugin_ships_it(place, tmp_path, monkeypatch):
    monkeypatch.setattr(tiny_training, "create_program", WithoutScale)
    shipped = b"the scale that ships"
    (tmp_path / "scale.safetensors").write_bytes(shipped)
    spec = ModelSpec(file="scale.safetensors", sha256=digest(shipped), format="safetensors")
    models = {**tiny_manifest().models, "scale": spec}
    card = place.train(tiny_plugin(root=tmp_path, models=models))
    assert place.artifacts.get(card.files["scale"].key) == shipped
    assert set(card.files) == {"network", "scale"}
    (tmp_path / "scale.safetensors").write_bytes(b"another one")
    with pytest.raises(PluginError, match="is not the one in its manifest"):
        place.train(tiny_plugin(root=tmp_path, models=models))


def test_other_tensors_than_the_manifest_has_are_not_registered(place):
    spec = tiny_manifest().models["network"]
    wide = (TensorSpec(name="x", dtype="float32", shape=(*SHAPE[:2], 5)),)
    models = {
        **tiny_manifest().models,
        "network": ModelSpec(file=spec.file, sha256=spec.sha256, format="onnx", inputs=wide, outputs=spec.outputs),
    }
    with pytest.raises(PluginError, match="network: expected"):
        place.train(tiny_plugin(models=models))
