"""Half precision, and the scaled loss that a GPU needs for it."""

import numpy as np
import pytest

from helioscribe.domain.errors import CancelledError
from helioscribe.training.checkpoint import FolderCheckpoints
from helioscribe.training.fit import Observer, fit
from support.recipes import Straight, same, tiny_data, weights
from support.recipes import tiny_options as options
from support.tiny_training import TinyProgram

torch = pytest.importorskip("torch")


def test_half_precision_computes_in_bfloat16_and_learns_as_well():
    seen = set()

    class Watched(Straight):
        def loss(self, network, batch):
            seen.add(network(batch["x"]).dtype)
            return super().loss(network, batch)

    single, half = (fit(Watched(), tiny_data(), options(epochs=6, precision=one)) for one in ("float32", "amp"))
    assert seen == {torch.float32, torch.bfloat16}
    assert {tensor.dtype for tensor in half.network.state_dict().values()} == {torch.float32}
    assert half.history[-1]["validation_loss"] == pytest.approx(single.history[-1]["validation_loss"], rel=0.05)
    assert not same(weights(single), weights(half))


@pytest.fixture
def scaled(monkeypatch):
    """The scaled loss of a GPU, which the CPU can do, too; returns the scalers that were made."""
    made, real = [], torch.amp.GradScaler

    def make(device, *, enabled):
        made.append(real(device, enabled=True, init_scale=16384.0, growth_interval=2))
        return made[-1]

    monkeypatch.setattr(torch.amp, "GradScaler", make)
    return made


def test_scaling_the_loss_changes_no_weight(scaled, monkeypatch):
    settings = options(epochs=4, clip_norm=0.5)
    found = fit(TinyProgram(), tiny_data(), settings)
    assert scaled[0].get_scale() > 16384.0
    monkeypatch.undo()
    plain = weights(fit(TinyProgram(), tiny_data(), settings))
    assert all(np.allclose(one, plain[name], atol=1e-6) for name, one in weights(found).items())


def test_a_gradient_that_overflows_is_left_out_and_the_scale_goes_on_after_an_interruption(scaled, tmp_path):
    class Overflowing(TinyProgram):
        def loss(self, network, batch):
            said = network(batch["x"])
            if said.requires_grad:  # more than float32 holds, if scaled by much
                said.register_hook(lambda gradient: gradient * 1e37 * 1e-37)
            return ((said - batch["x"]) ** 2).mean(), {}

    class Stopping(Observer):
        def step(self, name, share):
            if share > 0.5:
                raise CancelledError("enough")

    store, settings = FolderCheckpoints(tmp_path), options(epochs=4)
    whole = fit(Overflowing(), tiny_data(), settings)
    assert scaled[0].get_scale() < 16384.0, "halved until nothing overflows"
    assert whole.history[-1]["validation_loss"] < whole.history[0]["validation_loss"]
    with pytest.raises(CancelledError):
        fit(Overflowing(), tiny_data(), settings, checkpoints=store, observer=Stopping())
    assert same(weights(whole), weights(fit(Overflowing(), tiny_data(), settings, checkpoints=store)))
    assert scaled[2].get_scale() == scaled[0].get_scale()
