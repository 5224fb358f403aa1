import hashlib

import numpy as np
import pytest
from stix_lstm_support import PACKAGE, with_flares

from helioscribe_stix_lstm._background import excess_over_background
from helioscribe_stix_lstm._bands import taken_back
from helioscribe_stix_lstm._features import COLUMNS, features
from helioscribe_stix_lstm._network import SEGMENT, carried, windowed


@pytest.fixture(scope="module")
def x():
    n = 2 * SEGMENT + 150
    counts = with_flares(n, [(400, 3000), (1100, 800)])
    excess = excess_over_background(counts, np.ones(n, bool))
    return features(excess, np.ones(n, bool), np.zeros(n, np.uint8))


def test_shipped_files_are_those_of_the_manifest(manifest):
    for spec in manifest.models.values():
        assert hashlib.sha256((PACKAGE / spec.file).read_bytes()).hexdigest() == spec.sha256


def test_graph_has_free_axes_as_the_manifest_says(manifest, models):
    spec, session = manifest.models["network"], models.session("network")
    nodes = [*session.get_inputs(), *session.get_outputs()]
    for tensor, node in zip((*spec.inputs, *spec.outputs), nodes, strict=True):
        assert (tensor.name, list(tensor.shape)) == (node.name, node.shape)


def test_segments_equal_the_single_stream(models, x):
    single = models["network"](x=x[None])
    parts = carried(models["network"], x, burn_in=675)
    probability = [1 / (1 + np.exp(-logit)) for logit in (parts.flare, single["flare"][0])]
    np.testing.assert_allclose(*probability, atol=0.05)
    np.testing.assert_allclose(parts.prediction[:SEGMENT], single["prediction"][0, :SEGMENT], atol=1e-5)


def test_rows_do_not_know_each_other(models, x):
    rows = x[: 5 * 60].reshape(5, 60, COLUMNS)
    together, alone = models["network"](x=rows), models["network"](x=rows[2:3])
    for name in together:
        np.testing.assert_allclose(together[name][2], alone[name][0], atol=1e-5)


def test_window_ends_at_its_sample(models, x):
    output = windowed(models["network"], x[:200], length=30)
    alone = models["network"](x=x[None, 71:101])
    np.testing.assert_allclose(output.flare[100], alone["flare"][0, -1], atol=1e-5)
    assert output.prediction.shape == (200, 10)


@pytest.mark.parametrize("n", [1, 29, SEGMENT - 1, SEGMENT, SEGMENT + 1])
def test_any_length(models, x, n):
    assert carried(models["network"], x[:n], burn_in=60).flare.shape == (n,)
    assert windowed(models["network"], x[: min(n, 40)], length=30).flare.shape == (min(n, 40),)


def test_groups_are_taken_back_from_their_places():
    values = np.arange(10, dtype=np.float32)[None]
    assert taken_back(values, 3).tolist() == [[0, 1, 3, 5, 6, 8]]
    assert taken_back(values, 5) is values
