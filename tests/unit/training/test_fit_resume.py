"""An interrupted training goes on to the weights of an undisturbed one."""

import pytest

from helioscribe.domain.errors import CancelledError, ConflictError, InvalidInputError, PermanentError
from helioscribe.training.checkpoint import FolderCheckpoints
from helioscribe.training.fit import Observer, fit
from support.recipes import Straight, same, tiny_data, weights, without_time
from support.recipes import tiny_options as options
from support.tiny_training import TinyProgram

pytest.importorskip("torch")


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"optimizer": "sgd", "scheduler": "exponential", "learning_rate": 0.05},
        {"optimizer": "sgd", "momentum": 0.0, "scheduler": "cosine"},
        {"optimizer": "adamw", "weight_decay": 0.005, "scheduler": "plateau", "plateau_patience": 0, "accumulate": 2},
        {"precision": "amp", "clip_norm": 0.5},
    ],
    ids=["adam", "sgd", "plain", "adamw", "amp"],
)
@pytest.mark.parametrize("stop_in", [1, 3])
def test_an_interrupted_run_goes_on_to_the_same_result(tmp_path, stop_in, settings):
    program = Straight() if settings.get("precision") == "amp" else TinyProgram()
    changed = options(epochs=5, **settings)
    whole = fit(program, tiny_data(), changed)
    calls, shares = 0, []

    class Interrupting(Observer):
        def check(self):
            nonlocal calls
            calls += 1
            if calls > stop_in * 4 + 2:  # three training batches and a validation batch an epoch
                raise CancelledError("enough")

    class Listening(Observer):
        def step(self, name, share):
            shares.append(share)

    store = FolderCheckpoints(tmp_path)
    with pytest.raises(CancelledError):
        fit(program, tiny_data(), changed, checkpoints=store, observer=Interrupting())
    resumed = fit(program, tiny_data(), changed, checkpoints=store, observer=Listening())
    assert stop_in / 5 < shares[0] < (stop_in + 1) / 5
    assert same(weights(whole), weights(resumed))
    assert without_time(whole.history) == without_time(resumed.history)
    assert whole.best_epoch == resumed.best_epoch


def test_a_checkpoint_of_another_recipe_is_not_continued(tmp_path):
    fit(TinyProgram(), tiny_data(), options(), checkpoints=FolderCheckpoints(tmp_path))
    with pytest.raises(ConflictError, match="another recipe or other data"):
        fit(TinyProgram(), tiny_data(), options(learning_rate=0.5), checkpoints=FolderCheckpoints(tmp_path))
    with pytest.raises(ConflictError, match="another recipe or other data"):
        fit(TinyProgram(), tiny_data(noise=0.3), options(), checkpoints=FolderCheckpoints(tmp_path))


@pytest.mark.parametrize("content", [b"", b"\x00" * 20, b"\xff" * 100, b"\x02\x00\x00\x00\x00\x00\x00\x00{}"])
def test_a_broken_checkpoint_is_one_clear_line(tmp_path, content):
    (tmp_path / "checkpoint.safetensors").write_bytes(content)
    with pytest.raises(InvalidInputError, match="not a checkpoint"):
        fit(TinyProgram(), tiny_data(), options(), checkpoints=FolderCheckpoints(tmp_path))


class Exploding(TinyProgram):
    """Loses its numbers in the third epoch."""

    def __init__(self) -> None:
        self.steps = 0

    def loss(self, network, batch):
        value, parts = super().loss(network, batch)
        self.steps += 1
        return (value * float("nan"), parts) if self.steps > 8 else (value, parts)


def test_a_loss_that_is_no_number_ends_training_and_keeps_the_state(tmp_path):
    with pytest.raises(PermanentError, match="loss is nan in epoch 3, batch 1") as caught:
        fit(Exploding(), tiny_data(), options(epochs=5), checkpoints=FolderCheckpoints(tmp_path))
    assert "\n" not in caught.value.message
    resumed = fit(TinyProgram(), tiny_data(), options(epochs=5), checkpoints=FolderCheckpoints(tmp_path))
    assert same(weights(resumed), weights(fit(TinyProgram(), tiny_data(), options(epochs=5))))


def test_a_full_disk_keeps_the_state_and_a_retry_goes_on(tmp_path):
    store = FolderCheckpoints(tmp_path)
    fit(TinyProgram(), tiny_data(), options(epochs=1), checkpoints=store)
    kept = (tmp_path / "checkpoint.safetensors").read_bytes()
    (tmp_path / "checkpoint.part").symlink_to("/dev/full")
    with pytest.raises(PermanentError, match="epoch 7 was not written, the one before is kept: .*No space left"):
        store.write(kept, row={"epoch": 7.0})
    assert (tmp_path / "checkpoint.safetensors").read_bytes() == kept
    store.write(b"next", row={"epoch": 7.0})
    assert store.read() == b"next"
