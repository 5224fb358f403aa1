"""A newer version of a file is a new observation, which says what it replaces."""

import io

import pytest

from helioscribe.adapters.local_queue import LocalQueue
from helioscribe.adapters.memory import MemoryCatalogue, MemoryJobs, MemoryModels
from helioscribe.adapters.memory.artifacts import MemoryArtifacts
from helioscribe.ingest.handlers import IngestHandlers
from helioscribe.runtime.job_context import JobContext
from support.stix import LAYOUTS, StixDay, write_stix

NAME = "solo_L1_stix-ql-lightcurve_20220328_{}.fits"


@pytest.fixture
def handlers():
    queue = LocalQueue()
    yield IngestHandlers(
        artifacts=MemoryArtifacts(),
        catalogue=MemoryCatalogue(),
        jobs=MemoryJobs(),
        queue=queue,
        models=MemoryModels(),
        manifests=list,
    )
    queue.close()


def ingested(handlers, name, **day):
    job = handlers.accept(io.BytesIO(write_stix(StixDay(samples=30, **day))), name=name)
    return handlers.catalogue.observation(handlers.run(JobContext(job))["observation_id"])


def test_each_version_is_an_observation_and_links_to_the_others(handlers):
    old = ingested(handlers, NAME.format("V01"))
    new = ingested(handlers, NAME.format("V02"), layout=LAYOUTS["V02"])
    assert new.id != old.id
    assert old.quality == ()
    assert new.quality == (f"supersedes {old.name} ({old.id})",)
    assert handlers.catalogue.observation(old.id) == old


def test_a_complete_file_outranks_a_higher_incomplete_one(handlers):
    unfinished = ingested(handlers, NAME.format("V06U"))
    complete = ingested(handlers, NAME.format("V02"), seed=2)
    assert (unfinished.complete, complete.complete) == (False, True)
    assert f"supersedes {unfinished.name} ({unfinished.id})" in complete.quality


def test_an_old_version_that_comes_late_says_so(handlers):
    new = ingested(handlers, NAME.format("V02") + ".gz")
    old = ingested(handlers, NAME.format("V01"), seed=2)
    assert f"superseded by {new.name} ({new.id})" in old.quality


@pytest.mark.parametrize(
    ("name", "day"),
    [
        (NAME.format("V02").replace("20220328", "20220329"), {}),
        (NAME.format("V02"), {"start": "2022-05-01T00:00:00"}),
        ("my own file.fits", {}),
    ],
    ids=["another name", "another day", "no version"],
)
def test_other_files_are_not_linked(handlers, name, day):
    ingested(handlers, NAME.format("V01"))
    assert ingested(handlers, name, seed=2, **day).quality == ()


def test_the_same_file_again_links_to_nothing_new(handlers):
    first = ingested(handlers, NAME.format("V02"))
    assert ingested(handlers, NAME.format("V02")) == first
