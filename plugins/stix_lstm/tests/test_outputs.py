import csv

import numpy as np
import pytest
from stix_lstm_support import make_curve, quiet_counts, with_flares

from helioscribe.domain.errors import InvalidInputError
from helioscribe_stix_lstm._tables import channel_statistics, sample_columns
from helioscribe_stix_lstm.outputs import write

PLOTS = ("light_curves", "prediction_error", "energy_time", "correlation", "distribution")
S0_COLUMNS = [
    "control_index",
    "time",
    "timedel",
    "triggers",
    "triggers_comp_err",
    "rcr",
    *(f"{name}_ch{band}" for band in range(5) for name in ("counts", "counts_err")),
    "is_anomaly",
    "reconstruction_error",
    "anomaly_threshold",
]


@pytest.fixture(scope="module")
def curve():
    counts = with_flares(1500, [(600, 4000)])
    counts[1000:1020] = np.nan
    return make_curve(counts)


@pytest.fixture(scope="module")
def result(detect, curve):
    return detect(curve)


def rows(path):
    with path.open() as file:
        return list(csv.DictReader(file))


def test_every_plot_in_every_format(curve, result, tmp_path):
    pytest.importorskip("matplotlib", reason="plots need matplotlib")
    paths = write(curve, result, tmp_path, stem="x", formats=("png", "svg"), dpi=40)
    assert {path.name for path in paths} == {f"x_{name}.{suffix}" for name in PLOTS for suffix in ("png", "svg")}
    assert paths[0].name == "x_light_curves.png"
    assert all(path.stat().st_size > 1000 for path in paths)


@pytest.mark.parametrize("n", [1, 2, 40])
def test_plots_of_almost_nothing(detect, tmp_path, n):
    pytest.importorskip("matplotlib", reason="plots need matplotlib")
    short = make_curve(np.full((n, 5), np.nan) if n == 2 else quiet_counts(n))
    assert len(write(short, detect(short), tmp_path, stem="x", formats=("png",), dpi=30)) == len(PLOTS)


def test_anomaly_table_has_the_columns_of_s0_and_flags_the_flare(curve, result, tmp_path):
    paths = write(curve, result, tmp_path, stem="x", formats=("csv",), dpi=40)
    assert [path.name for path in paths] == ["x_anomalies.csv", "x_statistics.csv"]
    table = rows(paths[0])
    assert list(table[0])[: len(S0_COLUMNS)] == S0_COLUMNS
    assert len(table) == 1500
    flagged = [k for k, row in enumerate(table) if row["is_anomaly"] == "1"]
    assert 540 < min(flagged) <= 600 <= max(flagged) < 1100
    for row in (table[600], table[100]):
        above = float(row["reconstruction_error"]) >= float(row["anomaly_threshold"])
        assert above == (row["is_anomaly"] == "1")
    assert table[600]["is_anomaly_ch0"] == "1"
    assert table[600]["is_anomaly_ch4"] == "0"
    assert table[1005]["counts_ch0"] == table[1005]["reconstruction_error"] == ""


def test_groups_have_their_own_columns(detect, curve, tmp_path):
    paths = write(curve, detect(curve, bands=3), tmp_path, stem="x", formats=("csv",), dpi=40)
    assert "counts_ch2" in rows(paths[0])[0]
    assert "counts_ch3" not in rows(paths[0])[0]
    assert [row["channel"] for row in rows(paths[1])] == ["4-10 keV", "10-25 keV", "25-84 keV"]


def test_statistics():
    counts = np.tile(np.arange(100.0)[:, None], (1, 5))
    counts[:10, 1] = np.nan
    curve = make_curve(counts)
    error = np.where(np.arange(100) >= 90, 5.0, 0.0)
    columns = sample_columns(curve, error, 2.0, np.where(error[:, None] > 0, [9.0, 9, 0, 0, 0], 0.0))
    table = channel_statistics(curve, columns)
    assert table["max"].tolist() == [99.0] * 5
    assert table["p50"][0] == pytest.approx(49.5)
    assert table["missing_fraction"].tolist() == pytest.approx([0, 0.1, 0, 0, 0])
    assert table["mean_at_anomalies"][0] == pytest.approx(94.5)
    assert table["significant_anomalies"].tolist() == [10, 10, 0, 0, 0]


def test_result_of_another_detector_is_refused(curve, tmp_path):
    from helioscribe.domain.detection import DetectionResult

    with pytest.raises(InvalidInputError, match="stix-lstm"):
        write(curve, DetectionResult(), tmp_path, stem="x", formats=("csv",), dpi=40)
