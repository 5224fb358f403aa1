import numpy as np
import pytest

from helioscribe_stix_lstm.training.program import create

torch = pytest.importorskip("torch", reason="training needs torch")

SMALL = {
    "sequences": 48,
    "sequence_steps": 60,
    "hidden_size": 12,
    "num_layers": 2,
    "grouped_share": 0.4,
    "trees": 4,
    "tree_sample": 32,
}


@pytest.fixture(scope="module")
def options():
    return {**create().recipe(), **SMALL}


@pytest.fixture(scope="module")
def data(options):
    return create().prepare(options, data=None, read=lambda path: None)


def tensors(split):
    return {name: torch.from_numpy(array) for name, array in split.arrays.items()}


def test_defaults_are_those_of_the_published_system():
    recipe = create().recipe()
    expected = {
        "hidden_size": 256,
        "num_layers": 3,
        "dropout": 0.2,
        "batch_size": 32,
        "epochs": 20,
        "learning_rate": 0.001,
    }
    assert {name: recipe[name] for name in expected} == expected


def test_dropout_acts_between_the_layers(options):
    network = create().network(options)
    assert network.lstm.dropout == pytest.approx(0.2)
    x = torch.randn(2, 20, 9)
    with torch.no_grad():
        network.drop.p = 0.0  # only the dropout between the layers is left
        network.train()
        assert not torch.allclose(network(x)[0], network(x)[0])
        network.eval()
        assert torch.allclose(network(x)[0], network(x)[0])


def test_loss_falls(options, data):
    torch.manual_seed(0)
    program = create()
    network, batch = program.network(options), tensors(data.train)
    steps = torch.optim.Adam(network.parameters(), lr=0.01)
    losses = []
    for _ in range(25):
        loss, parts = program.loss(network, batch)
        assert set(parts) == {"prediction", "reconstruction", "flare"}
        steps.zero_grad()
        loss.backward()
        steps.step()
        losses.append(loss.item())
    assert losses[-1] < 0.9 * losses[0]


def test_undecided_samples_do_not_count(options, data):
    program, batch = create(), tensors(data.train)
    network = program.network(options).eval()
    batch["weight"] = torch.zeros_like(batch["weight"])
    assert program.loss(network, batch)[1]["flare"] == 0.0


def test_export_has_the_outputs_of_the_manifest(options, manifest):
    graph = create().graphs(create().network(options), options)["network"]
    spec = manifest.models["network"]
    assert list(graph.example) == [tensor.name for tensor in spec.inputs]
    assert list(graph.outputs) == [tensor.name for tensor in spec.outputs]
    assert graph.dynamic_axes["x"] == {0: "series", 1: "time"}


def test_arrays_are_those_of_the_manifest(options, data, manifest):
    grown = create().arrays(None, data, options)
    assert set(grown) == {name for name, spec in manifest.models.items() if spec.format == "safetensors"}
    assert grown["forest"]["low"].shape == (4, 63, 5)
    assert grown["forest_grouped"]["low"].shape == (4, 63, 3)


def test_thresholds_are_parameters_of_the_manifest(options, data, manifest):
    program = create()
    network = program.network(options).eval()
    forests = program.arrays(None, data, options)

    class Models:
        def __getitem__(self, name):
            def run(x):
                with torch.no_grad():
                    return dict(
                        zip(
                            ("prediction", "reconstruction", "flare"),
                            map(torch.Tensor.numpy, network(torch.from_numpy(x))),
                            strict=True,
                        )
                    )

            return run

        def arrays(self, name):
            return forests[name]

    thresholds, metrics = program.thresholds(Models(), data, options)
    assert manifest.resolve_parameters(thresholds)["threshold"] == thresholds["threshold"]
    assert thresholds["forest_threshold"] >= 1.0
    assert 0 <= metrics["quiet_samples_above_threshold"] <= 1


def test_s0_errors_stand_out_at_a_flare():
    from stix_lstm_support import with_flares

    from helioscribe_stix_lstm.training.s0 import SEQUENCE, s0_errors

    errors = s0_errors(with_flares(400, [(300, 20_000)]), epochs=1)
    assert errors.shape == (400,)
    assert (errors[:SEQUENCE] == 0).all()
    assert np.median(errors[295:310]) > 10 * np.median(errors[100:250])
