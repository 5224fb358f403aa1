"""A backfill over gRPC, seen by whoever watches, with the catalogue killed under it."""

from __future__ import annotations

import io
from urllib.request import urlopen

import pytest

from helioscribe.domain.backfill import BackfillProgress
from helioscribe.domain.errors import HelioscribeError, InvalidInputError, NotFoundError
from helioscribe.domain.job import TERMINAL, JobKind, JobState
from support.curves import stix_csv
from support.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.integration]

FILES, SPAN = 6, ("2021-03-01", "2021-04-01")


def ended(client, job):
    try:
        return client.jobs.get(job.id).state in TERMINAL
    except HelioscribeError:
        return False


def test_it_survives_its_driver_and_tells_how_far_it_is(cluster):
    with cluster.client() as client:
        for seed in range(500, 500 + FILES):
            client.wait(client.ingest(io.BytesIO(stix_csv(seed)), name=f"{seed}.csv", detectors=[]))
        job = client.backfill("stix-lstm", *SPAN, chunk=1, in_flight=2)
        assert (job.kind, job.payload["chunk"]) == (JobKind.BACKFILL, 1)
        eventually(lambda: client.jobs.get(job.id).state is not JobState.QUEUED)
        cluster.kill("catalogue")
        cluster.spawn("catalogue")
        eventually(lambda: ended(client, job), seconds=60)
        done = client.jobs.get(job.id)
        told = BackfillProgress.of(done)
        assert (done.state, done.progress, told.failed) == (JobState.DONE, 1.0, 0)
        assert told.observations + told.known >= FILES
        watched = [seen.state for seen in client.watch(client.backfill("stix-lstm", *SPAN, chunk=1).id)]
        assert watched[-1] is JobState.DONE
        assert all(
            len(client.catalogue.runs(observation_id=one.id, detector="stix-lstm")) == 1
            for one in client.catalogue.observations(limit=1000)
            if one.name in {f"{seed}.csv" for seed in range(500, 500 + FILES)}
        )
        with pytest.raises(NotFoundError, match="nobody"):
            client.backfill("nobody", *SPAN)
        with pytest.raises(NotFoundError, match="shadow"):
            client.backfill("stix-lstm", *SPAN, shadow=True)
        with pytest.raises(InvalidInputError, match="chunk"):
            client.backfill("stix-lstm", *SPAN, chunk=0)
    with urlopen(f"http://127.0.0.1:{cluster.http_port}/jobs", timeout=10) as page:
        assert "backfill" in page.read().decode()
