import numpy as np
import pytest

from helioscribe.domain.errors import CancelledError, ConflictError, InvalidInputError, PermanentError
from helioscribe.sdk.training import Split, TrainingData
from helioscribe.training.arrays import dataset_digest
from helioscribe.training.checkpoint import FolderCheckpoints
from helioscribe.training.fit import Observer, fit
from helioscribe.training.settings import FitOptions
from support.recipes import tiny_options as options
from support.tiny_training import TinyProgram

torch = pytest.importorskip("torch")


def data(**changes) -> TrainingData:
    return TinyProgram().prepare(options(**changes), data=None, read=None)


def weights(found):
    return {name: tensor.numpy() for name, tensor in found.network.state_dict().items()}


def same(a, b) -> bool:
    return all(np.array_equal(a[name], b[name]) for name in a)


def without_time(history):
    return [{name: value for name, value in row.items() if not name.endswith("seconds")} for row in history]


def test_training_lowers_the_loss_and_tells_how():
    steps = []

    class Telling(Observer):
        def step(self, name, share):
            steps.append((name, share))

    found = fit(TinyProgram(), data(), options(epochs=8), observer=Telling())
    assert found.history[-1]["validation_loss"] < found.history[0]["validation_loss"]
    assert set(found.history[0]) == {
        "epoch", "train_loss", "train_largest", "validation_loss", "validation_largest", "learning_rate",
        "seconds", "cpu_seconds",
    }  # fmt: skip
    assert steps[-1] == ("training", 1.0)
    assert not found.network.training


def test_the_same_recipe_gives_the_same_weights_and_another_seed_others():
    one, again = (fit(TinyProgram(), data(), options()) for _ in range(2))
    assert same(weights(one), weights(again))
    assert without_time(one.history) == without_time(again.history)
    other = fit(TinyProgram(), data(), options(seed=2))
    assert not same(weights(one), weights(other))


def test_the_state_of_the_process_before_does_not_matter():
    one = fit(TinyProgram(), data(), options())
    torch.manual_seed(99)
    np.random.seed(99)  # noqa: NPY002  # the global generator is what is meant
    assert same(weights(one), weights(fit(TinyProgram(), data(), options())))


class Straight(TinyProgram):
    """Without recurrence, which not every processor has in bfloat16."""

    def network(self, options):
        return torch.nn.Sequential(torch.nn.Linear(1, 8), torch.nn.ReLU(), torch.nn.Dropout(0.1), torch.nn.Linear(8, 1))


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
    whole = fit(program, data(), changed)
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
        fit(program, data(), changed, checkpoints=store, observer=Interrupting())
    resumed = fit(program, data(), changed, checkpoints=store, observer=Listening())
    assert stop_in / 5 < shares[0] < (stop_in + 1) / 5
    assert same(weights(whole), weights(resumed))
    assert without_time(whole.history) == without_time(resumed.history)
    assert whole.best_epoch == resumed.best_epoch


def test_half_precision_computes_in_bfloat16_and_learns_as_well():
    seen = set()

    class Watched(Straight):
        def loss(self, network, batch):
            seen.add(network(batch["x"]).dtype)
            return super().loss(network, batch)

    single, half = (fit(Watched(), data(), options(epochs=6, precision=one)) for one in ("float32", "amp"))
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
    found = fit(TinyProgram(), data(), settings)
    assert scaled[0].get_scale() > 16384.0
    monkeypatch.undo()
    plain = weights(fit(TinyProgram(), data(), settings))
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
    whole = fit(Overflowing(), data(), settings)
    assert scaled[0].get_scale() < 16384.0, "halved until nothing overflows"
    assert whole.history[-1]["validation_loss"] < whole.history[0]["validation_loss"]
    with pytest.raises(CancelledError):
        fit(Overflowing(), data(), settings, checkpoints=store, observer=Stopping())
    assert same(weights(whole), weights(fit(Overflowing(), data(), settings, checkpoints=store)))
    assert scaled[2].get_scale() == scaled[0].get_scale()


def test_a_checkpoint_of_another_recipe_is_not_continued(tmp_path):
    fit(TinyProgram(), data(), options(), checkpoints=FolderCheckpoints(tmp_path))
    with pytest.raises(ConflictError, match="another recipe or other data"):
        fit(TinyProgram(), data(), options(learning_rate=0.5), checkpoints=FolderCheckpoints(tmp_path))
    with pytest.raises(ConflictError, match="another recipe or other data"):
        fit(TinyProgram(), data(noise=0.3), options(), checkpoints=FolderCheckpoints(tmp_path))


@pytest.mark.parametrize("content", [b"", b"\x00" * 20, b"\xff" * 100, b"\x02\x00\x00\x00\x00\x00\x00\x00{}"])
def test_a_broken_checkpoint_is_one_clear_line(tmp_path, content):
    (tmp_path / "checkpoint.safetensors").write_bytes(content)
    with pytest.raises(InvalidInputError, match="not a checkpoint"):
        fit(TinyProgram(), data(), options(), checkpoints=FolderCheckpoints(tmp_path))


class Worsening(TinyProgram):
    """Learns for two epochs and is led astray from then on."""

    def __init__(self) -> None:
        self.validations = 0

    def loss(self, network, batch):
        value, parts = super().loss(network, batch)
        if not network.training:
            self.validations += 1
            value = value + (10.0 * self.validations if self.validations > 2 else 0.0)
        return value, parts


def test_training_stops_when_validation_gets_no_better_and_gives_the_best_weights():
    found = fit(Worsening(), data(), options(epochs=50, patience=3))
    assert len(found.history) == 5
    assert found.best_epoch == 2
    two_epochs = fit(TinyProgram(), data(), options(epochs=2))
    assert same(weights(found), weights(two_epochs))


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
        fit(Exploding(), data(), options(epochs=5), checkpoints=FolderCheckpoints(tmp_path))
    assert "\n" not in caught.value.message
    resumed = fit(TinyProgram(), data(), options(epochs=5), checkpoints=FolderCheckpoints(tmp_path))
    assert same(weights(resumed), weights(fit(TinyProgram(), data(), options(epochs=5))))


def test_the_process_keeps_its_settings():
    before = torch.are_deterministic_algorithms_enabled()
    fit(TinyProgram(), data(), options(epochs=1))
    assert torch.are_deterministic_algorithms_enabled() == before


@pytest.mark.parametrize("wrong", [{"epochs": 0}, {"batch_size": -1}, {"learning_rate": 0.0}, {"patience": -1}, {"optimizer": "lion"},
              {"scheduler": "step"}, {"precision": "int8"}, {"direction": "up"}, {"momentum": -0.1}])
def test_settings_that_cannot_be_are_named(wrong):
    with pytest.raises(InvalidInputError, match=next(iter(wrong))):
        FitOptions.of(options(**wrong))


def test_what_is_monitored_must_be_there():
    with pytest.raises(InvalidInputError, match="no column 'validation_f1' in the history; available: learning_rate, train"):
        fit(TinyProgram(), data(), options(monitor="validation_f1"))


def test_the_best_epoch_is_that_of_what_is_monitored():
    found = fit(TinyProgram(), data(), options(epochs=6, monitor="validation_loss", direction="higher"))
    assert found.best_epoch == 1


class Judging(TinyProgram):
    """Says of each series whether it begins by rising; nobody knows it of the last ones."""

    def scores(self, network, batch):
        x = batch["x"][:, :, 0]
        labels = (x[:, 1] > x[:, 0]).long()
        labels[-1] = -1
        return labels, torch.sigmoid(network(batch["x"])[:, 1, 0] - network(batch["x"])[:, 0, 0])


def test_a_program_that_scores_is_followed_by_its_scores():
    found = fit(Judging(), data(), options(epochs=3, monitor="validation_auc", direction="higher"))
    for name in ("f1", "best_f1", "auc", "brier"):
        assert all(0 <= row[f"validation_{name}"] <= 1 for row in found.history)
    areas = [row["validation_auc"] for row in found.history]
    assert areas[found.best_epoch - 1] == max(areas)


def test_batches_together_make_the_step_of_one():
    whole = fit(TinyProgram(), data(), options(epochs=2, optimizer="sgd", learning_rate=0.1, batch_size=8))
    parts = fit(TinyProgram(), data(), options(epochs=2, optimizer="sgd", learning_rate=0.1, batch_size=4, accumulate=2))
    for name, value in weights(whole).items():
        np.testing.assert_allclose(weights(parts)[name], value, atol=0.02)  # dropout draws other units


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"scheduler": "none"}, [0.1, 0.1, 0.1]),
        ({"scheduler": "exponential", "gamma": 0.5}, [0.1, 0.05, 0.025]),
        ({"scheduler": "cosine", "lowest_rate": 0.02}, [0.1, 0.08, 0.04]),
        ({"scheduler": "plateau", "plateau_patience": 0, "direction": "higher", "factor": 0.1}, [0.1, 0.1, 0.01]),
    ],
)
def test_schedules(settings, expected):
    history = fit(TinyProgram(), data(), options(epochs=3, optimizer="sgd", learning_rate=0.1, **settings)).history
    assert [row["learning_rate"] for row in history] == pytest.approx(expected)


def test_a_small_gain_is_no_improvement():
    found = fit(TinyProgram(), data(), options(epochs=30, patience=2, min_delta=1e3))
    assert (len(found.history), found.best_epoch) == (3, 1)


def test_a_full_disk_keeps_the_state_and_a_retry_goes_on(tmp_path):
    store = FolderCheckpoints(tmp_path)
    fit(TinyProgram(), data(), options(epochs=1), checkpoints=store)
    kept = (tmp_path / "checkpoint.safetensors").read_bytes()
    (tmp_path / "checkpoint.part").symlink_to("/dev/full")
    with pytest.raises(PermanentError, match="epoch 7 was not written, the one before is kept: .*No space left"):
        store.write(kept, row={"epoch": 7.0})
    assert (tmp_path / "checkpoint.safetensors").read_bytes() == kept
    store.write(b"next", row={"epoch": 7.0})
    assert store.read() == b"next"


@pytest.mark.parametrize(
    "arrays", [{}, {"x": np.zeros((0, 3, 1), np.float32)}, {"x": np.zeros((4, 1)), "y": np.zeros((3, 1))}]
)
def test_data_without_samples_are_refused(arrays):
    broken = TrainingData(train=Split(arrays=arrays), validation=data().validation, description={})
    with pytest.raises(InvalidInputError, match="dataset: train"):
        fit(TinyProgram(), broken, options())


def test_a_gpu_that_is_not_there_is_told():
    if torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    with pytest.raises(InvalidInputError, match="no GPU"):
        fit(TinyProgram(), data(), options(), device="cuda")
    with pytest.raises(InvalidInputError, match="expected auto, cpu or cuda"):
        fit(TinyProgram(), data(), options(), device="tpu")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
def test_a_gpu_trains_too_and_repeats_itself():
    one, again = (fit(TinyProgram(), data(), options(), device="cuda") for _ in range(2))
    assert one.device == "cuda"
    assert same(weights(one), weights(again))


def test_the_digest_of_a_dataset_follows_its_content():
    assert dataset_digest(data()) == dataset_digest(data())
    assert dataset_digest(data()) != dataset_digest(data(noise=0.2))
