"""From bytes to observations and work."""

import io
from dataclasses import replace

import pytest

from helioscribe.adapters.memory import MemoryCatalogue, MemoryJobs, MemoryModels
from helioscribe.adapters.memory.artifacts import MemoryArtifacts
from helioscribe.adapters.product_codec import decode_product
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.identity import digest
from helioscribe.domain.job import JobKind
from helioscribe.ingest.handlers import IngestHandlers
from helioscribe.runtime.job_context import JobContext
from helioscribe.runtime.ordering import place
from helioscribe.sdk.discovery import find_plugin
from helioscribe.sdk.manifest import InputSpec
from support.jobs import Messages
from support.stix import StixDay, write_stix

STIX = write_stix(StixDay(samples=50))


@pytest.fixture
def handlers():
    manifest = find_plugin("stix-lstm").manifest
    return IngestHandlers(
        artifacts=MemoryArtifacts(),
        catalogue=MemoryCatalogue(),
        jobs=MemoryJobs(),
        queue=Messages(),
        models=MemoryModels(),
        manifests=lambda: [manifest],
        limit=1_000_000,
    )


def accept(handlers, data=STIX, **options):
    return handlers.accept(io.BytesIO(data), **{"name": "day.fits"} | options)


def run(handlers, job):
    """Do a job as a worker does."""
    context = JobContext(job)
    result = handlers.run(context)
    place(handlers.jobs, handlers.queue, context.orders)
    return result


def test_a_file_becomes_an_observation_a_product_and_work(handlers):
    result = run(handlers, accept(handlers))
    observation = handlers.catalogue.observation(result["observation_id"])
    assert (observation.sha256, observation.size, observation.instrument) == (digest(STIX), len(STIX), "STIX")
    assert handlers.artifacts.get(observation.raw_key) == STIX
    assert len(decode_product(handlers.artifacts.get(observation.product_key)).times) == 50
    (job,) = map(handlers.jobs.get, result["jobs"])
    assert job.payload == {"observation_id": observation.id, "detector": "stix-lstm", "parameters": {}}
    assert [kind for kind, _ in handlers.queue.sent] == [JobKind.INGEST, JobKind.DETECT]


def test_the_same_file_is_the_same_job_and_changes_nothing(handlers):
    job = accept(handlers)
    first = run(handlers, job)
    assert accept(handlers, name="../other name").id == job.id
    assert run(handlers, job) == first
    assert len(handlers.catalogue.observations()) == 1
    assert len(handlers.jobs.find()) == 2


def test_other_wishes_are_another_job(handlers):
    one = accept(handlers)
    two = accept(handlers, detectors=["stix-lstm"], parameters={"stix-lstm": {"threshold": 2.0}})
    assert one.id != two.id
    (job,) = map(handlers.jobs.get, run(handlers, two)["jobs"])
    assert job.payload["parameters"] == {"threshold": 2.0}


@pytest.mark.parametrize(
    ("data", "message"),
    [(b"", "the file is empty"), (b"x" * 1_000_001, "larger than 1000000 bytes")],
    ids=["empty", "large"],
)
def test_nothing_and_too_much_are_refused_before_they_are_kept(handlers, data, message):
    with pytest.raises(InvalidInputError, match=f"day.fits: {message}"):
        accept(handlers, data)
    assert list(handlers.artifacts.keys()) == []
    assert handlers.jobs.find() == []


def test_a_detector_that_does_not_read_it_is_named(handlers):
    job = accept(handlers, detectors=["giant"])
    with pytest.raises(InvalidInputError, match="detector giant does not read light_curve of STIX"):
        run(handlers, job)


def test_a_file_that_no_detector_reads_is_skipped_with_the_reason(handlers):
    handlers = replace(handlers, manifests=list)
    told = run(handlers, accept(handlers))
    assert told["jobs"] == []
    assert told["skipped"].startswith("skipped: no detector reads light_curve of STIX")
    told = run(handlers, accept(handlers, detectors=[]))
    assert told["skipped"] == ""  # nobody was asked to look at it


def test_what_is_skipped_names_who_reads_other_data_of_the_instrument(handlers):
    other = replace(handlers.manifests()[0], input=InputSpec(product="solar_image", instruments=("STIX",)))
    handlers = replace(handlers, manifests=lambda: [other])
    assert f"; {other.id} reads {other.input}" in run(handlers, accept(handlers))["skipped"]


def test_hostile_names_are_only_words(handlers):
    assert accept(handlers, name="../../etc/pass\nwd").payload["name"] == "pass?wd"
