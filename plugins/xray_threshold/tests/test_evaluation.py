from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from xray_support import DEFAULTS, curve

from helioscribe.domain.errors import InvalidInputError, UnsupportedInputError
from helioscribe_xray_threshold.detector import create
from helioscribe_xray_threshold.evaluation import evaluate

RISE = [1e-6 * 1.3**step for step in range(5)]
FLARE = [*RISE, *reversed(RISE)]
DAY = [1e-6] * 20 + FLARE + [1e-6] * 30  # from 06:00, peak in minute 24
LISTED = "start_time,peak_time,end_time,label\n2011-06-07 06:19:00,{peak},2011-06-07 06:29:00,C2.8\n"


def measured(folder, series, listed):
    (folder / "day.nc").touch()
    (folder / "list.fits").touch()
    (folder / "swpc_flares_2011.csv").write_text(listed, encoding="utf-8")

    def read(path):
        if path.suffix == ".fits":
            raise UnsupportedInputError("a list")
        return series

    return evaluate(
        folder, read=read, folder=None, detect=lambda product, _: create(DEFAULTS).detect(product, SimpleNamespace())
    )


def test_a_listed_flare_is_found_at_its_peak(tmp_path):
    figures = measured(tmp_path, curve(DAY), LISTED.format(peak="2011-06-07 06:25:00"))
    assert figures["XRS"] == figures["series"]["day"]
    assert (figures["XRS"]["listed"], figures["XRS"]["found"], figures["XRS"]["both"]) == (1, 1, 1)
    assert figures["XRS"]["peak_error_median_s"] <= 60


def test_another_time_is_a_miss_and_a_false_one(tmp_path):
    figures = measured(tmp_path, curve(DAY), LISTED.format(peak="2011-06-07 06:50:00"))["XRS"]
    assert (figures["both"], figures["recall"], figures["precision"]) == (0, 0, 0)


def test_what_happened_in_bad_data_is_not_asked_for(tmp_path):
    night = curve(DAY)
    night = replace(night, good=night.good & (np.arange(night.times.size) < 10))
    figures = measured(tmp_path, night, LISTED.format(peak="2011-06-07 06:25:00"))["XRS"]
    assert (figures["listed"], figures["found"], figures["recall"]) == (0, 0, None)


def test_days_without_a_list_are_refused(tmp_path):
    with pytest.raises(InvalidInputError, match="expected light curves"):
        measured(tmp_path, curve(DAY), LISTED.format(peak="2012-06-07 06:25:00"))
