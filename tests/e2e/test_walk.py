"""A real observation goes in, a catalogued event comes out: the same in one process and on many."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from helioscribe.domain.errors import (
    InvalidInputError,
    NotFoundError,
    PermissionDeniedError,
    UnauthenticatedError,
    UnsupportedInputError,
)
from helioscribe.domain.job import JobKind, JobState

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="session")
def goes() -> Path:
    import sunpy

    return Path(sunpy.__file__).parent / "data" / "test" / "go1520110607.fits"


def events_of(platform, job):
    """Return the events of an ingested file, waiting for their association."""
    import time

    observation_id = platform.wait(job, timeout=60).result["observation_id"]
    found = sum(run.detections != () for run in platform.catalogue.runs(observation_id=observation_id))
    deadline = time.monotonic() + 30
    while True:
        events = list(platform.events(observation_id=observation_id))
        if events or not found or time.monotonic() > deadline:
            return events
        time.sleep(0.1)


def test_the_m_flare_of_7_june_2011_is_catalogued_with_its_provenance(platform, goes):
    (event,) = events_of(platform, platform.ingest(goes))
    assert (event.event_type, event.attributes["fl_goescls"]) == ("FL", "M2.5")
    assert f"{event.event_peaktime:%Y-%m-%dT%H:%M}" == "2011-06-07T06:41"
    assert "detector=xray-threshold" in event.frm_paramset
    detection = platform.catalogue.detection(event.detection_ids[0])
    observation = platform.catalogue.observation(event.observation_ids[0])
    assert detection.source.input_sha256 == observation.product_sha256
    states = {coverage.span.state.value for coverage in platform.catalogue.coverage(observation_id=observation.id)}
    assert "processed" in states


def test_the_same_file_twice_changes_nothing(platform, goes):
    first = events_of(platform, platform.ingest(goes))
    cursor = platform.catalogue.watch(limit=10_000)[-1].cursor
    second = events_of(platform, platform.ingest(goes))
    assert first == second
    assert platform.catalogue.watch(cursor=cursor) == []


@pytest.mark.parametrize(
    ("data", "error"),
    [(b"\x00\x01\x02garbage" * 400, UnsupportedInputError), (b"SIMPLE  =  T" + b" " * 4000, InvalidInputError)],
)
def test_a_bad_file_ends_in_the_ledger(platform, data, error):
    job = platform.ingest(io.BytesIO(data), name="../../etc/bad.fits")
    with pytest.raises(error):
        platform.wait(job, timeout=60)
    (entry,) = [failure for failure in platform.catalogue.failures() if failure.job_id == job.id]
    assert entry.subject == "bad.fits"
    assert platform.jobs.get(job.id).state is JobState.FAILED


def test_inline_detection_gives_what_is_recorded(platform, goes):
    from helioscribe.ingest.readers import read_product

    recorded = events_of(platform, platform.ingest(goes))
    found = platform.detect(read_product(goes).product, "xray-threshold")
    spans = {(d.time_range.start, d.time_range.end) for d in found.detections}
    assert spans == {(event.event_starttime, event.event_endtime) for event in recorded}
    assert found.scores.values.shape[0] == found.scores.times.size


def test_parameters_are_checked_and_change_the_method(platform, goes):
    observation_id = platform.wait(platform.ingest(goes), timeout=60).result["observation_id"]
    with pytest.raises(InvalidInputError, match="no parameter 'risse'"):
        platform.detect(observation_id, "xray-threshold", risse=2)
    with pytest.raises(InvalidInputError, match="outside"):
        platform.detect(observation_id, "xray-threshold", rise=0.5)
    with pytest.raises(NotFoundError, match="no detector"):
        platform.detect(observation_id, "nobody")
    assert platform.detect(observation_id, "xray-threshold", rise=90.0).detections == ()


def test_submitted_work_can_be_watched(platform, goes):
    observation_id = platform.wait(platform.ingest(goes), timeout=60).result["observation_id"]
    job = platform.submit(observation_id, "xray-threshold", rise=1.3)
    states = [seen.state for seen in platform.watch(job.id)]
    assert states[-1] is JobState.DONE
    assert platform.submit(observation_id, "xray-threshold", rise=1.3).id == job.id


def test_unknown_things_are_not_found(platform):
    for ask in (platform.event, platform.catalogue.observation, platform.jobs.get):
        with pytest.raises(NotFoundError):
            ask("nothing")


@pytest.mark.integration
def test_tokens_open_what_they_say_and_no_more(cluster):
    from helioscribe.client import Client
    from helioscribe.runtime.auth import TokenFile

    address = f"grpc://127.0.0.1:{cluster.ports['catalogue']}"
    with Client(address) as nobody, pytest.raises(UnauthenticatedError):
        nobody.catalogue.failures()
    reader = TokenFile(cluster.folder / "tokens.json").add("reader", ("read",))
    with Client(address, token=reader) as client:
        client.catalogue.failures()
        with pytest.raises(PermissionDeniedError, match="worker"):
            client.jobs.submit(JobKind.INGEST, "x", {})
    TokenFile(cluster.folder / "tokens.json").revoke("reader")
    with Client(address, token=reader) as client, pytest.raises(UnauthenticatedError):
        client.catalogue.failures()
