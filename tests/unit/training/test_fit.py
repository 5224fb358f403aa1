"""What training makes of data and a recipe, and what it refuses."""

import numpy as np
import pytest

from helioscribe.domain.errors import InvalidInputError
from helioscribe.sdk.training import Split, TrainingData
from helioscribe.training.arrays import dataset_digest
from helioscribe.training.fit import Observer, fit
from helioscribe.training.settings import FitOptions
from support.recipes import same, tiny_data, weights, without_time
from support.recipes import tiny_options as options
from support.tiny_training import TinyProgram

torch = pytest.importorskip("torch")


def test_training_lowers_the_loss_and_tells_how():
    steps = []

    class Telling(Observer):
        def step(self, name, share):
            steps.append((name, share))

    found = fit(TinyProgram(), tiny_data(), options(epochs=8), observer=Telling())
    assert found.history[-1]["validation_loss"] < found.history[0]["validation_loss"]
    assert set(found.history[0]) == {
        "epoch",
        "train_loss",
        "train_largest",
        "validation_loss",
        "validation_largest",
        "learning_rate",
        "seconds",
        "cpu_seconds",
    }
    assert steps[-1] == ("training", 1.0)
    assert not found.network.training


def test_the_same_recipe_gives_the_same_weights_and_another_seed_others():
    one, again = (fit(TinyProgram(), tiny_data(), options()) for _ in range(2))
    assert same(weights(one), weights(again))
    assert without_time(one.history) == without_time(again.history)
    other = fit(TinyProgram(), tiny_data(), options(seed=2))
    assert not same(weights(one), weights(other))


def test_the_state_of_the_process_before_does_not_matter():
    one = fit(TinyProgram(), tiny_data(), options())
    torch.manual_seed(99)
    np.random.seed(99)  # noqa: NPY002  # the global generator is what is meant
    assert same(weights(one), weights(fit(TinyProgram(), tiny_data(), options())))


def test_the_process_keeps_its_settings():
    before = torch.are_deterministic_algorithms_enabled()
    fit(TinyProgram(), tiny_data(), options(epochs=1))
    assert torch.are_deterministic_algorithms_enabled() == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"epochs": 0},
        {"batch_size": -1},
        {"learning_rate": 0.0},
        {"patience": -1},
        {"optimizer": "lion"},
        {"scheduler": "step"},
        {"precision": "int8"},
        {"direction": "up"},
        {"momentum": -0.1},
    ],
)
def test_settings_that_cannot_be_are_named(wrong):
    with pytest.raises(InvalidInputError, match=next(iter(wrong))):
        FitOptions.of(options(**wrong))


def test_batches_together_make_the_step_of_one():
    whole = fit(TinyProgram(), tiny_data(), options(epochs=2, optimizer="sgd", learning_rate=0.1, batch_size=8))
    parts = fit(
        TinyProgram(), tiny_data(), options(epochs=2, optimizer="sgd", learning_rate=0.1, batch_size=4, accumulate=2)
    )
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
    history = fit(TinyProgram(), tiny_data(), options(epochs=3, optimizer="sgd", learning_rate=0.1, **settings)).history
    assert [row["learning_rate"] for row in history] == pytest.approx(expected)


@pytest.mark.parametrize(
    "arrays", [{}, {"x": np.zeros((0, 3, 1), np.float32)}, {"x": np.zeros((4, 1)), "y": np.zeros((3, 1))}]
)
def test_data_without_samples_are_refused(arrays):
    broken = TrainingData(train=Split(arrays=arrays), validation=tiny_data().validation, description={})
    with pytest.raises(InvalidInputError, match="dataset: train"):
        fit(TinyProgram(), broken, options())


def test_a_gpu_that_is_not_there_is_told():
    if torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    with pytest.raises(InvalidInputError, match="no GPU"):
        fit(TinyProgram(), tiny_data(), options(), device="cuda")
    with pytest.raises(InvalidInputError, match="expected auto, cpu or cuda"):
        fit(TinyProgram(), tiny_data(), options(), device="tpu")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
def test_a_gpu_trains_too_and_repeats_itself():
    one, again = (fit(TinyProgram(), tiny_data(), options(), device="cuda") for _ in range(2))
    assert one.device == "cuda"
    assert same(weights(one), weights(again))


def test_the_digest_of_a_dataset_follows_its_content():
    assert dataset_digest(tiny_data()) == dataset_digest(tiny_data())
    assert dataset_digest(tiny_data()) != dataset_digest(tiny_data(noise=0.2))
