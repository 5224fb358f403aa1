import io
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner

from helioscribe.domain.coverage import CoverageState
from helioscribe.domain.errors import CancelledError, InvalidInputError
from helioscribe.domain.job import JobKind, JobState, Priority
from helioscribe.domain.times import TimeRange
from helioscribe.embedded.cli import cli
from helioscribe.embedded.platform import Embedded
from helioscribe.runtime.backfill import Backfill
from support.curves import stix_csv

DETECTOR, FILES = "stix-lstm", 7
SPAN = TimeRange.of("2021-02-28T12:00:00", "2021-03-20T00:00:00")


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """A home with observations that nobody has looked at."""
    home = tmp_path_factory.mktemp("archive")
    with Embedded(home) as embedded:
        embedded.host.install_models()
        for seed in range(FILES):
            data = io.BytesIO(stix_csv(seed))
            embedded.wait(embedded.accept(data, name=f"{seed}.csv", detectors=()))
    return home


@pytest.fixture
def embedded(archive, tmp_path):
    import shutil

    shutil.copytree(archive, tmp_path / "home")
    with Embedded(tmp_path / "home") as running:
        yield running


def make(embedded, **changes):
    shared = embedded.platform
    ports = {"catalogue": shared.catalogue, "jobs": shared.jobs, "queue": shared.queue, "models": shared.models}
    return Backfill(**ports, manifest=embedded.host.manifest(DETECTOR), **{"span": SPAN, "chunk": 3, **changes})


def events(embedded):
    from helioscribe.ports.catalogue import EventQuery

    return list(embedded.platform.catalogue.search(EventQuery(limit=1000)))


def test_everything_of_the_span_is_looked_at_once_and_the_second_time_nothing_is_left(embedded):
    told = []
    done = make(embedded).run(lambda now: told.append(replace(now)))
    assert (done.observations, done.known, done.detections, done.failed) == (FILES, 0, FILES, 0)
    shares = [now.share for now in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    again = make(embedded).run()
    assert (again.observations, again.known) == (0, FILES)


def test_chunks_go_behind_live_work_and_there_are_only_so_many(embedded):
    seen = []

    def look(now):
        waiting = embedded.platform.jobs.find(kind=JobKind.DETECT, states=(JobState.QUEUED, JobState.RUNNING))
        seen.append(len(waiting))

    make(embedded, chunk=1, in_flight=2).run(look)
    assert max(seen) <= 2
    jobs = embedded.platform.jobs.find(kind=JobKind.DETECT)
    assert {job.priority for job in jobs} == {Priority.BACKFILL}
    assert len(jobs) == FILES


def test_only_what_begins_within_the_span(embedded):
    span = TimeRange(start=SPAN.start, end=SPAN.start + timedelta(days=3, hours=12))
    assert make(embedded, span=span).run().observations == 3


def test_what_was_looked_at_live_is_known_and_other_settings_are_another_method(embedded):
    first = embedded.platform.catalogue.observations(limit=1)[0]
    embedded.inference.detect_observation(first.id, DETECTOR, {}, check=lambda: None)
    assert make(embedded).run().known == 1
    other = make(embedded, parameters={"threshold": 0.9}).run()
    assert (other.observations, other.known) == (FILES, 0)
    with pytest.raises(InvalidInputError, match="no parameter"):
        make(embedded, parameters={"treshold": 1.0}).run()


def test_one_bad_observation_does_not_keep_the_others(embedded):
    bad = embedded.platform.catalogue.observations(limit=1)[0]
    key = bad.product_key
    embedded.platform.artifacts.delete(key)
    embedded.platform.artifacts.put(key, b"nonsense")
    done = make(embedded).run()
    assert (done.observations, done.failed) == (FILES - 1, 1)
    (entry,) = [found for found in embedded.platform.catalogue.failures() if found.subject == f"{bad.id} {DETECTOR}"]
    assert entry.stage == "detect"
    (span,) = embedded.platform.catalogue.coverage(observation_id=bad.id)
    assert span.span.state is CoverageState.FAILED


def test_a_cancelled_chunk_stops_it_and_the_same_backfill_again_goes_on(embedded):
    def cancel(now):
        for job in embedded.platform.jobs.find(kind=JobKind.DETECT, states=(JobState.QUEUED,)):
            embedded.platform.jobs.cancel(job.id)

    with pytest.raises(CancelledError, match="goes on"):
        make(embedded, chunk=1, in_flight=FILES).run(cancel)
    again = make(embedded, chunk=1).run()
    assert again.observations + again.known == FILES
    assert again.failed == 0
    assert len(events(embedded)) <= FILES


def test_on_the_command_line(archive, tmp_path):
    import shutil

    shutil.copytree(archive, tmp_path / "home")
    words = ["--home", str(tmp_path / "home"), "backfill", DETECTOR, "--start", "2021-02-28", "--end", "2021-03-20", "--json"]
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == 0, result.output
    (said,) = json.loads(result.stdout)
    assert (said["observations"], said["failed"], said["share"]) == (FILES, 0, 1.0)
    nobody = CliRunner().invoke(cli, [*words[:3], "nobody", *words[4:]])
    assert "no detector 'nobody'" in str(nobody.exception)
