"""False alarms in hours without a jet."""

import numpy as np
import pytest

from helioscribe.sdk.discovery import find_plugin
from helioscribe_jet_rcnn.data.kinds import CONFIRMED, ERASED, QUIET
from helioscribe_jet_rcnn.detector import create
from helioscribe_jet_rcnn.evaluation._hours import false_alarms
from support.jets import scene


@pytest.mark.parametrize(("threshold", "least", "most"), [(0.0, 3, 99), (1.0, 0, 0)])
def test_alarms_are_events_in_hours_that_were_watched(models, threshold, least, most):
    manifest = find_plugin("jet-rcnn").manifest

    def detect(product, changed):
        return create(manifest.resolve_parameters({**changed, "threshold": threshold})).detect(product, models)

    follow = [scene(first=15 * number, seed=number) for number in range(2)]
    found = false_alarms([*follow, scene("2", jet=False)], detect, np.random.default_rng(0))
    assert set(found) == {QUIET, ERASED, CONFIRMED}
    assert found[ERASED]["hours"] == pytest.approx(30 * 24 / 3600)
    assert found[CONFIRMED]["hours"] == pytest.approx(15 * 24 / 3600)
    assert least <= sum(one["alarms"] for one in found.values()) <= most
