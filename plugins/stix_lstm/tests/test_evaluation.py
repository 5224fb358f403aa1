import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stix_lstm_support import make_curve, with_flares

from helioscribe.domain.errors import InvalidInputError
from helioscribe_stix_lstm.evaluation import evaluate
from helioscribe_stix_lstm.evaluation._baseline import threshold_claims
from helioscribe_stix_lstm.evaluation._matching import Claim, Truth, judge, metrics

BEGIN = np.datetime64("2020-11-17T00:00:00", "ns")


def at(seconds):
    return BEGIN + (np.asarray(seconds, np.float64) * 1e9).astype("timedelta64[ns]")


def truth(peaks, ratios=None):
    peaks = np.asarray(peaks, np.float64)
    return Truth(peak=at(peaks), start=at(peaks - 60), ratio=np.array(ratios or [3.0] * peaks.size))


def claim(peak, ratio=3.0, clipped=False):
    return Claim(start=at(peak - 50), peak=at(peak), ratio=ratio, clipped=clipped)


def test_perfect_claims():
    result = metrics(judge([claim(100), claim(900)], truth([100, 900], [3.0, 8.0]), 1.0))
    assert result["recall"] == result["precision"] == result["f1"] == result["recall_above_5x"] == 1.0
    assert result["onset_error_median_s"] == pytest.approx(10.0)
    assert result["peak_error_mean_absolute_s"] == 0.0


def test_each_flare_and_each_claim_counts_once():
    verdict = judge([claim(100), claim(110)], truth([105]), 1.0)
    assert len(verdict.hits) == len(verdict.false) == 1
    verdict = judge([claim(100)], truth([95, 105]), 1.0)
    assert verdict.found.count(True) == 1


def test_far_claim_is_false_and_faint_one_is_left_out_of_the_listed_figures():
    result = metrics(judge([claim(100), claim(5000, ratio=1.4)], truth([100]), 0.5))
    assert result["precision"] == 0.5
    assert result["precision_listed"] == 1.0
    assert result["false_alarms_per_day"] == 2.0


def test_clipped_claim_without_partner_is_left_out():
    assert judge([claim(0, clipped=True)], truth([]), 1.0).false == []


def test_quiet_day_has_no_recall():
    result = metrics(judge([], truth([]), 1.0))
    assert result["recall"] is result["f1"] is None
    assert result["false_alarms_per_day"] == 0.0


@given(st.lists(st.floats(0, 5e4), max_size=12), st.lists(st.floats(0, 5e4), max_size=12))
def test_counts_add_up(claims, peaks):
    verdict = judge([claim(peak) for peak in claims], truth(peaks), 1.0)
    assert len(verdict.hits) + len(verdict.false) == len(claims)
    assert verdict.found.count(True) == len(verdict.hits)


def test_baseline_finds_a_clear_flare():
    (found,) = threshold_claims(make_curve(with_flares(3000, [(1500, 5000)])))
    assert abs((found.peak - np.datetime64("2022-03-01", "ns")) / np.timedelta64(4, "s") - 1500) < 8


def test_folder_is_evaluated_and_drawn(detect, tmp_path):
    pytest.importorskip("matplotlib", reason="plots need matplotlib")
    (tmp_path / "stix_ql_lc_20301117T0000_part2.csv").touch()
    peaks = "".join(
        f"{np.datetime_as_string(at(4 * k))},{np.datetime_as_string(at(4 * k - 100))},9.0\n" for k in (700, 2000)
    )
    (tmp_path / "reference_peaks_20301117_part2.csv").write_text("peak_utc,start_utc,peak_over_background\n" + peaks)
    curve = make_curve(with_flares(3000, [(700, 3000), (2000, 9000)]), start="2020-11-17T00:00:00")
    report = evaluate(
        tmp_path, read=lambda path: curve, detect=lambda product, changed: detect(product, **changed), folder=tmp_path
    )
    assert report["stix-lstm"]["all"]["f1"] == 1.0
    assert report["threshold on background"]["all"]["recall"] == 1.0
    assert json.loads(json.dumps(report)) == report
    assert [path.name for path in tmp_path.glob("*.png")] == ["evaluation_stix_ql_lc_20301117T0000_part2.png"]


def test_folder_without_series_is_refused(tmp_path):
    with pytest.raises(InvalidInputError, match="no STIX light curves"):
        evaluate(tmp_path, read=lambda path: None, detect=lambda product, changed: None, folder=None)


def test_target_on_real_data(detect, data):
    """What the detector was built for: nearly all strong peaks, at most one false alarm on the quiet day."""
    ingest = pytest.importorskip("helioscribe.ingest.readers", reason="reading real files needs the platform's reader")
    report = evaluate(
        data,
        read=lambda path: ingest.read_product(path).product,
        detect=lambda product, changed: detect(product, **changed),
        folder=None,
        variants={"stix-lstm": {}},
    )
    ours, plain = report["stix-lstm"], report["threshold on background"]
    quiet = next(name for name in ours if "20200506" in name)
    assert ours[quiet]["found"] <= 1
    assert ours["all"]["recall_above_5x"] >= 0.95
    assert ours["all"]["f1"] > plain["all"]["f1"]
