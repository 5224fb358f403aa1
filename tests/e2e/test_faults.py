"""Kill -9 of any process at any moment loses nothing and doubles nothing."""

from __future__ import annotations

import io
import time
from collections import Counter
from contextlib import suppress

import pytest

from helioscribe.domain.errors import HelioscribeError
from helioscribe.domain.job import JobState
from support.curves import stix_csv

pytestmark = [pytest.mark.e2e, pytest.mark.integration]

FILES = 6


def settled(client, jobs, timeout=90.0):
    """Wait until all files have their outcome; return their observations."""
    deadline = time.monotonic() + timeout
    observations = []
    for job in jobs:
        while True:
            try:
                observations.append(client.wait(job, timeout=max(1.0, deadline - time.monotonic())).result["observation_id"])
                break
            except HelioscribeError as error:
                if not error.retryable or time.monotonic() > deadline:
                    raise
                time.sleep(0.3)
    while client.catalogue.runs(observation_id=observations[-1]) == []:
        time.sleep(0.2)
    return observations


def events_by_observation(client, observations, timeout=60.0):
    """Return the events of each observation once association has caught up."""
    deadline = time.monotonic() + timeout
    while True:
        with suppress(HelioscribeError):
            found = {one: list(client.events(observation_id=one)) for one in observations}
            claimed = {one: sum(len(run.detections) for run in client.catalogue.runs(observation_id=one)) for one in observations}
            if all(found[one] or not claimed[one] for one in observations):
                return found, claimed
        if time.monotonic() > deadline:
            raise AssertionError("detections were not associated in time")
        time.sleep(0.3)


@pytest.mark.parametrize(("number", "victim"), list(enumerate(["inference", "ingest", "association", "catalogue"])))
def test_killing_a_process_under_load_loses_and_doubles_nothing(cluster, number, victim):
    with cluster.client() as client:
        cluster.await_ready()
        jobs = [client.ingest(io.BytesIO(stix_csv(100 * number + k)), name=f"{victim}-{k}.csv") for k in range(FILES)]
        time.sleep(0.3 + 0.2 * number)
        cluster.kill(victim)
        time.sleep(0.5)
        cluster.spawn(victim)
        observations = settled(client, jobs)
        assert len(set(observations)) == FILES
        found, claimed = events_by_observation(client, observations)
        assert all(count == 1 for count in claimed.values()), claimed
        assert all(len(events) == 1 for events in found.values()), {one: len(e) for one, e in found.items()}
        spans = Counter((e.event_starttime, e.detector) for events in found.values() for e in events)
        assert max(spans.values()) == 1
        for observation in observations:
            runs = client.catalogue.runs(observation_id=observation)
            assert len({run.method.id for run in runs}) == len(runs) == 1
        assert all(client.jobs.get(job.id).state is JobState.DONE for job in jobs)
