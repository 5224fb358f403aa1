"""A rollback leaves no gap: what only the withdrawn model saw is looked at again, as it was asked for."""

from __future__ import annotations

import io
import time
from dataclasses import replace

import pytest

from helioscribe.domain.times import utc_now
from support.curves import stix_csv

pytest.importorskip("helioscribe_stix_lstm")
pytestmark = pytest.mark.e2e

NAME = "stix-lstm"


def test_a_rollback_leaves_nothing_unseen(platform):
    models = platform.registry
    seen_by_both, seen_by_one = (_ingested(platform, seed, promoted) for seed, promoted in ((71, False), (72, True)))
    shipped = models.resolve(NAME)
    other = replace(shipped, version=f"other-{utc_now():%H%M%S%f}", created=utc_now(), thresholds={"threshold": 1.2})
    models.register(other)
    models.promote(NAME, other.version, by="test")
    withdrawn = _ingested(platform, 73, True)
    assert _counting(platform, withdrawn) == [(other.version, 2.5)]
    models.rollback(NAME, by="test", reason="to see what becomes of its events")
    deadline = time.monotonic() + 90
    while _counting(platform, withdrawn) != [(shipped.version, 2.5)]:
        assert time.monotonic() < deadline, _counting(platform, withdrawn)
        time.sleep(0.2)
    for known in (seen_by_both, seen_by_one):
        assert [version for version, _ in _counting(platform, known)] == [shipped.version]


def _ingested(platform, seed: int, differently: bool) -> str:
    asked = {NAME: {"threshold_multiplier": 2.5}} if differently else {}
    job = platform.ingest(io.BytesIO(stix_csv(seed)), name=f"{seed}.csv", detectors=[NAME], parameters=asked)
    return str(platform.wait(job).result["observation_id"])


def _counting(platform, observation_id: str) -> list[tuple[str, float]]:
    """Version and setting of every run that counts."""
    runs = platform.catalogue.runs(observation_id=observation_id, detector=NAME)
    return [(run.method.model_version, run.method.parameters["threshold_multiplier"]) for run in runs if run.counts]
