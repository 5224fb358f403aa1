import io
import json
import shutil
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner

from helioscribe.domain.backfill import BackfillOrder, BackfillProgress
from helioscribe.domain.coverage import CoverageState
from helioscribe.domain.errors import CancelledError, InvalidInputError, NotFoundError, TransientError
from helioscribe.domain.job import TERMINAL, JobKind, JobState, Priority
from helioscribe.domain.model import Alias
from helioscribe.domain.times import TimeRange
from helioscribe.embedded.cli import cli
from helioscribe.embedded.platform import Embedded
from helioscribe.runtime.backfills import Backfill
from helioscribe.runtime.job_context import JobContext
from helioscribe.runtime.shadows import side_by_side, versions_of
from support.curves import stix_csv
from support.waiting import eventually

DETECTOR, FILES, AFTER_SPAN = "stix-lstm", 7, 27
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
    shutil.copytree(archive, tmp_path / "home")
    with Embedded(tmp_path / "home") as running:
        yield running


def order(**changes):
    return BackfillOrder(**{"detector": DETECTOR, "span": SPAN, "chunk": 3, **changes})


def make(embedded, **changes):
    ports = {name: getattr(embedded.platform, name) for name in ("catalogue", "jobs", "queue", "models")}
    return Backfill(**ports, manifest=embedded.host.manifest(DETECTOR), order=order(**changes))


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
        embedded.backfills.submit(order(parameters={"treshold": 1.0}))


def give_a_shadow(embedded):
    models = embedded.platform.models
    models.register(replace(models.resolve(DETECTOR), version="77", thresholds={"threshold": 0.9}))
    models.promote(DETECTOR, "77", alias=Alias.SHADOW, by="test")
    return versions_of(models, DETECTOR)


def test_a_shadow_looks_at_what_was_there_before_it_and_makes_no_events(embedded):
    with pytest.raises(NotFoundError, match="shadow"):
        embedded.backfills.submit(order(shadow=True))
    make(embedded).run()
    catalogue, bad = embedded.platform.catalogue, embedded.platform.catalogue.observations(limit=1)[0]
    eventually(lambda: not catalogue.pending_detections())  # events are made after the run
    before, versions = events(embedded), give_a_shadow(embedded)
    shadowed = make(embedded, shadow=True).run()
    assert (shadowed.observations, shadowed.known, shadowed.detections, shadowed.failed) == (FILES, 0, FILES, 0)
    assert len(list(side_by_side(catalogue, detector=DETECTOR, versions=versions))) == FILES
    assert (events(embedded), catalogue.pending_detections()) == (before, [])
    assert make(embedded, shadow=True).run().known == FILES
    assert make(embedded).run().known == FILES, "the coverage is the champion's"
    assert [run.counts for run in catalogue.runs(observation_id=bad.id)] == [True, False]


def test_what_a_shadow_cannot_use_is_said_and_is_no_failure_of_the_champion(embedded):
    make(embedded).run()
    give_a_shadow(embedded)
    catalogue, bad = embedded.platform.catalogue, embedded.platform.catalogue.observations(limit=1)[0]
    embedded.platform.artifacts.delete(bad.product_key)
    embedded.platform.artifacts.put(bad.product_key, b"nonsense")
    assert make(embedded, shadow=True).run().failed == 1
    assert f"{bad.id} {DETECTOR} 77" in {entry.subject for entry in catalogue.failures()}
    assert CoverageState.FAILED not in {one.span.state for one in catalogue.coverage(observation_id=bad.id)}


def test_a_shadow_that_became_champion_meanwhile_looks_as_the_champion(embedded):
    give_a_shadow(embedded)
    first = embedded.platform.catalogue.observations(limit=1)[0]
    payload = {"detector": DETECTOR, "observation_ids": [first.id], "parameters": {}, "shadow": "77"}
    embedded.platform.models.promote(DETECTOR, "77", by="test")
    job, _ = embedded.platform.jobs.submit(JobKind.DETECT, "late", payload)
    embedded.platform.queue.publish(JobKind.DETECT, job.id)
    settled(embedded, job)
    (run,) = embedded.platform.catalogue.runs(observation_id=first.id)
    assert (run.method.model_version, run.counts) == ("77", True)


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

    with pytest.raises(CancelledError, match="to continue"):
        make(embedded, chunk=1, in_flight=FILES).run(cancel)
    again = make(embedded, chunk=1).run()
    assert again.observations + again.known == FILES
    assert again.failed == 0
    assert len(events(embedded)) <= FILES


def test_on_the_command_line(archive, tmp_path):
    shutil.copytree(archive, tmp_path / "home")
    words = [
        "--home",
        str(tmp_path / "home"),
        "backfill",
        DETECTOR,
        "--start",
        "2021-02-28",
        "--end",
        "2021-03-20",
        "--json",
    ]
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == 0, result.output
    (said,) = json.loads(result.stdout)
    assert (said["observations"], said["failed"], said["share"]) == (FILES, 0, 1.0)
    nobody = CliRunner().invoke(cli, [*words[:3], "nobody", *words[4:]])
    assert "no detector 'nobody'" in str(nobody.exception)


def settled(embedded, job, seconds=60):
    eventually(lambda: embedded.platform.jobs.get(job.id).state in TERMINAL, seconds=seconds)
    return embedded.platform.jobs.get(job.id)


def test_as_a_job_it_tells_how_far_it_is_and_the_same_order_goes_on_with_it(archive, tmp_path):
    shutil.copytree(archive, tmp_path / "home")
    with Embedded(tmp_path / "home") as waiting:
        job = waiting.backfills.submit(order())
        assert waiting.backfills.submit(order()).id == job.id
        assert waiting.backfills.submit(order(chunk=2)).id != job.id
    with Embedded(tmp_path / "home", long=True) as embedded:
        done = settled(embedded, job)
        assert (done.state, done.progress) == (JobState.DONE, 1.0)
        progress = BackfillProgress.of(done)
        assert (progress.observations + progress.known, progress.failed) == (FILES, 0)
        assert done.result["rate"] >= 0
        again = embedded.backfills.submit(order())
        assert again.id != job.id
        assert BackfillProgress.of(settled(embedded, again)).known == FILES


def test_a_process_that_ends_puts_it_back_and_it_can_be_cancelled(archive, tmp_path):
    shutil.copytree(archive, tmp_path / "home")
    with Embedded(tmp_path / "home", work=False) as embedded:
        running = embedded.backfills.submit(order(chunk=1, in_flight=1))
        jobs = embedded.platform.jobs
        context = JobContext(jobs.claim(running.id, worker="w", lease=30))
        context.report(0.3, {"observations": 2})
        assert context.has_news()
        assert not context.has_news()
        told = jobs.renew(running.id, worker="w", lease=30, **context.news())
        assert (BackfillProgress.of(told).share, BackfillProgress.of(told).observations) == (0.3, 2)
        embedded.backfills.stopping.set()
        with pytest.raises(TransientError, match="continues in another"):
            embedded.backfills.run(context)
        assert jobs.cancel(running.id).cancel_requested


def test_the_time_left_is_that_of_the_work_and_not_of_what_was_known():
    half_known = BackfillProgress(share=0.6, worked=0.1, seconds=60.0)
    assert half_known.left == pytest.approx(240.0)
    assert BackfillProgress(share=0.5, seconds=1.0).left is None
    assert BackfillProgress(share=1.0, worked=0.5, seconds=9.0).left == 0.0


def test_live_work_overtakes_a_running_backfill(embedded):
    """With one chunk in the works and all others waiting, what comes in now is done next."""
    gate, begun, done = threading.Event(), [], []
    examine = type(embedded.inference).examine

    def slow(self, observation_id, *arguments, **options):
        begun.append(observation_id)
        gate.wait(30)
        result = examine(self, observation_id, *arguments, **options)
        done.append(observation_id)
        return result

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(embedded.inference), "examine", slow)
        work = threading.Thread(target=make(embedded, chunk=1, in_flight=FILES).run)
        work.start()
        waiting = (JobState.QUEUED, JobState.RUNNING)
        eventually(lambda: len(embedded.platform.jobs.find(kind=JobKind.DETECT, states=waiting)) == FILES)
        accepted = embedded.accept(io.BytesIO(stix_csv(AFTER_SPAN)), name="live.csv", detectors=[DETECTOR])
        eventually(lambda: len(embedded.platform.jobs.find(kind=JobKind.DETECT, states=waiting)) == FILES + 1)
        first = set(begun)
        gate.set()
        live = embedded.wait(accepted).observation_id
        work.join(60)
    assert len(done) == FILES + 1
    assert live not in first
    behind = [one for one in done if one not in first]
    assert behind.index(live) <= embedded.settings.concurrency
