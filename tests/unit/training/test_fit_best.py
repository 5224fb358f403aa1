"""Which epoch is the best, and when no better one is waited for."""

import pytest

from helioscribe.domain.errors import InvalidInputError
from helioscribe.training.fit import fit
from support.recipes import same, tiny_data, weights
from support.recipes import tiny_options as options
from support.tiny_training import TinyProgram

torch = pytest.importorskip("torch")


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
    found = fit(Worsening(), tiny_data(), options(epochs=50, patience=3))
    assert len(found.history) == 5
    assert found.best_epoch == 2
    two_epochs = fit(TinyProgram(), tiny_data(), options(epochs=2))
    assert same(weights(found), weights(two_epochs))


def test_what_is_monitored_must_be_there():
    with pytest.raises(
        InvalidInputError, match="no column 'validation_f1' in the history; available: learning_rate, train"
    ):
        fit(TinyProgram(), tiny_data(), options(monitor="validation_f1"))


def test_the_best_epoch_is_that_of_what_is_monitored():
    found = fit(TinyProgram(), tiny_data(), options(epochs=6, monitor="validation_loss", direction="higher"))
    assert found.best_epoch == 1


class Judging(TinyProgram):
    """Says of each series whether it begins by rising; nobody knows it of the last ones."""

    def scores(self, network, batch):
        x = batch["x"][:, :, 0]
        labels = (x[:, 1] > x[:, 0]).long()
        labels[-1] = -1
        return labels, torch.sigmoid(network(batch["x"])[:, 1, 0] - network(batch["x"])[:, 0, 0])


def test_a_program_that_scores_is_followed_by_its_scores():
    found = fit(Judging(), tiny_data(), options(epochs=3, monitor="validation_auc", direction="higher"))
    for name in ("f1", "best_f1", "auc", "brier"):
        assert all(0 <= row[f"validation_{name}"] <= 1 for row in found.history)
    areas = [row["validation_auc"] for row in found.history]
    assert areas[found.best_epoch - 1] == max(areas)


def test_a_small_gain_is_no_improvement():
    found = fit(TinyProgram(), tiny_data(), options(epochs=30, patience=2, min_delta=1e3))
    assert (len(found.history), found.best_epoch) == (3, 1)
