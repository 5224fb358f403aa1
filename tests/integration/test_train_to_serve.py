"""A trained model reaches a running host when it is promoted, and leaves it when it is rolled back."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from helioscribe.adapters.localfs import FolderArtifacts
from helioscribe.db import SqlModels, migrate, open_engine
from helioscribe.domain.errors import ConflictError
from helioscribe.domain.model import Alias, ModelCard
from helioscribe.inference.host import DetectorHost
from helioscribe.inference.hosted import Source
from helioscribe.training import evaluate, train
from support.tiny_training import TinyProgram, light_curve, tiny_manifest, tiny_plugin

torch = pytest.importorskip("torch")

SOURCE = Source(observation_ids=(), input_sha256="0" * 64)
CURVE = light_curve(np.sin(np.arange(60) / 3).tolist())


class Place:
    """A registry and a store on disk, and a host whose plugin ships weights of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engine = open_engine(f"sqlite:///{folder}/catalogue.db")
        migrate(self.engine)
        self.models, self.artifacts = SqlModels(self.engine), FolderArtifacts(folder / "artifacts")
        shipped = self.train("shipped", registry=_elsewhere(folder), seed=3)
        specs = {}
        for name, spec in tiny_manifest().models.items():
            (folder / spec.file).write_bytes(self.artifacts.get(shipped.files[name].key))
            specs[name] = replace(spec, sha256=shipped.files[name].sha256)
        self.plugin = tiny_plugin(folder, models=specs)
        self.host = DetectorHost(models=self.models, artifacts=self.artifacts, plugins=[self.plugin])
        self.host.install_models()

    def train(self, run: str, *, registry=None, **options) -> ModelCard:
        return train(
            tiny_plugin(),
            options,
            data=None,
            read=None,
            folder=self.folder / run,
            registry=registry or self.models,
            artifacts=self.artifacts,
        )

    def served(self) -> tuple[str, float]:
        """Version that serves, and what its network says."""
        hosted = self.host.run("tiny", CURVE, source=SOURCE, parameters={"threshold": 0.0})
        return hosted.method.model_version, hosted.result.detections[0].measurements["error"]


def _elsewhere(folder: Path) -> SqlModels:
    engine = open_engine(f"sqlite:///{folder}/elsewhere.db")
    migrate(engine)
    return SqlModels(engine)


@pytest.fixture
def place(tmp_path) -> Iterator[Place]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    place = Place(tmp_path)
    yield place
    place.engine.dispose()
    torch.set_num_threads(threads)


def test_a_promoted_model_serves_at_once_and_a_rollback_brings_the_old_one_back(place):
    shipped = place.served()
    assert shipped[0] == "shipped"

    card = place.train("first", epochs=6)
    assert place.served() == shipped, "a trained model must not serve before it is promoted"

    place.models.promote("tiny", card.version, by="test", reason="better")
    version, error = place.served()
    assert version == card.version
    assert error != shipped[1]

    place.models.rollback("tiny", by="test", reason="worse after all")
    assert place.served() == shipped
    with pytest.raises(ConflictError):
        place.models.rollback("tiny", by="test")
    history = [(change.version, change.previous, change.reason) for change in place.models.history("tiny")][-2:]
    assert history == [(card.version, "shipped", "better"), ("shipped", card.version, "worse after all")]


def test_the_card_brings_its_threshold_along(place):
    card = place.train("first")
    place.models.promote("tiny", card.version, by="test")
    method = place.host.run("tiny", CURVE, source=SOURCE).method
    assert method.parameters["threshold"] == card.thresholds["threshold"]
    assert method.model_sha256 == card.sha256


def test_what_torch_computed_is_what_the_host_serves(place):
    card = place.train("first", epochs=2)
    place.models.promote("tiny", card.version, by="test")
    assert place.models.card("tiny", card.version).metrics["parity"]["network"]["max_abs_diff"] < 1e-5
    checkpoint = (place.folder / "first" / "checkpoint.safetensors").read_bytes()
    from safetensors.torch import load

    network = TinyProgram().network(TinyProgram().recipe())
    tensors = load(checkpoint)
    network.load_state_dict({name[5:]: tensor for name, tensor in tensors.items() if name.startswith("best/")})
    scale = float(card.metrics["validation"]["scale"])
    x = torch.tensor((CURVE.counts / scale).astype(np.float32)[None])
    with torch.no_grad():
        expected = float((network.eval()(x) - x).abs().max())
    assert place.served()[1] == pytest.approx(expected, abs=1e-5)


def test_work_goes_on_while_models_change(place):
    """Every answer in between is whole: of one version or of the other."""
    cards = [place.train(f"run {seed}", seed=seed) for seed in (5, 6)]
    answers: set[tuple[str, float]] = set()
    errors: list[BaseException] = []
    stop = threading.Event()

    def work() -> None:
        try:
            while not stop.is_set():
                answers.add(place.served())
        except BaseException as error:
            errors.append(error)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for _ in range(5):
        for card in cards:
            place.models.promote("tiny", card.version, by="test")
            place.served()
    stop.set()
    for worker in workers:
        worker.join(timeout=60)
    assert errors == []
    versions = [version for version, _ in answers]
    assert len(versions) == len(set(versions)), "one version, one answer"


def test_a_challenger_does_not_serve(place):
    card = place.train("first")
    place.models.promote("tiny", card.version, alias=Alias.CHALLENGER, by="test")
    assert place.served()[0] == "shipped"


def test_a_served_model_is_evaluated(place, tmp_path):
    data = tmp_path / "labelled"
    data.mkdir()
    (data / "one.txt").write_text(" ".join(str(count) for count in CURVE.counts[:, 0]))

    def read(path):
        return light_curve([float(word) for word in path.read_text().split()])

    def detect(product, parameters):
        return place.host.run("tiny", product, source=SOURCE, parameters={"threshold": 0.0, **parameters}).result

    metrics = evaluate(place.plugin, data, read=read, detect=detect, folder=None)
    assert metrics == {"all": {"default": 1}, "never": {"found": 0}}
