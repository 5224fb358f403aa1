"""Runs are recorded, associated and answered for."""

import pytest

from helioscribe.adapters.memory import MemoryCatalogue, MemoryEmbeddings, MemoryJobs, MemoryModels
from helioscribe.adapters.memory.artifacts import MemoryArtifacts
from helioscribe.adapters.product_codec import encode_product
from helioscribe.domain.coverage import CoverageState
from helioscribe.domain.errors import CancelledError, HelioscribeError, InvalidInputError, NotFoundError
from helioscribe.domain.identity import digest
from helioscribe.domain.job import JobKind, JobState, Priority
from helioscribe.domain.model import Alias
from helioscribe.inference.handlers import InferenceHandlers
from helioscribe.inference.host import DetectorHost
from helioscribe.runtime.job_context import JobContext
from helioscribe.runtime.runner import JobRunner
from helioscribe.runtime.shadows import side_by_side, versions_of
from support.factories import make_card, make_observation
from support.jobs import Messages
from support.tiny_plugin import forget, make_curve, make_plugin, model_file, scaling_graph


@pytest.fixture
def handlers(tmp_path, monkeypatch, request):
    monkeypatch.syspath_prepend(tmp_path)
    package = f"tiny_{digest(request.node.nodeid.encode())[:12]}"
    ports = {"artifacts": MemoryArtifacts(), "models": MemoryModels()}
    host = DetectorHost(**ports, plugins=[make_plugin(tmp_path, package)])
    yield InferenceHandlers(
        **ports,
        catalogue=MemoryCatalogue(),
        jobs=MemoryJobs(),
        embeddings=MemoryEmbeddings(),
        queue=Messages(),
        host=host,
    )
    forget(package)


@pytest.fixture
def observation(handlers):
    curve = make_curve()
    encoded = encode_product(curve)
    observation = make_observation(
        product_sha256=digest(encoded), product_key="products/tiny", time_range=curve.time_range
    )
    handlers.artifacts.put(observation.product_key, encoded)
    handlers.catalogue.add_observation(observation)
    return observation


def nothing():
    pass


def test_a_run_is_recorded_with_its_coverage_and_sent_to_association(handlers, observation):
    hosted = handlers.detect_observation(observation.id, "tiny", {}, check=nothing)
    (run,) = handlers.catalogue.runs(observation_id=observation.id)
    assert run.method == hosted.method
    assert [one.id for one in run.detections] == [one.id for one in hosted.result.detections]
    (coverage,) = handlers.catalogue.coverage(detector="tiny")
    assert (coverage.observation_id, coverage.span.state) == (observation.id, CoverageState.PROCESSED)
    assert [kind for kind, _ in handlers.queue.sent] == [JobKind.ASSOCIATE]


def test_the_same_run_again_is_the_same(handlers, observation):
    for _ in range(2):
        handlers.detect_observation(observation.id, "tiny", {}, check=nothing)
    assert len(handlers.catalogue.runs(observation_id=observation.id)) == 1
    assert len(handlers.catalogue.pending_detections()) == 1
    assert len(handlers.jobs.find(kind=JobKind.ASSOCIATE)) == 1


def test_nothing_found_is_recorded_and_needs_no_association(handlers, observation):
    handlers.detect_observation(observation.id, "tiny", {"level": 1e6}, check=nothing)
    assert handlers.catalogue.runs(observation_id=observation.id)[0].detections == ()
    assert handlers.queue.sent == []


def test_a_product_that_came_with_the_question_leaves_no_trace(handlers):
    hosted = handlers.detect_product(make_curve(), "tiny", {}, check=nothing)
    assert len(hosted.result.detections) == 1
    assert hosted.result.detections[0].source.observation_ids == ()
    assert (handlers.catalogue.pending_detections(), handlers.jobs.find()) == ([], [])


def test_submitting_twice_is_one_job_and_after_a_promotion_another(handlers, observation):
    handlers.host.install_models()
    one = handlers.submit(observation.id, "tiny", {})
    assert handlers.submit(observation.id, "tiny", {}).id == one.id
    assert handlers.submit(observation.id, "tiny", {"level": 5.0}).id != one.id
    graph = scaling_graph(2.0)
    handlers.models.register(make_card("2", name="tiny", files={"graph": model_file(graph)}, thresholds={}))
    handlers.models.promote("tiny", "2", by="test")
    assert handlers.submit(observation.id, "tiny", {}).id != one.id


def test_unknown_names_are_refused_when_submitting(handlers, observation):
    for arguments in (("obs-unknown", "tiny", {}), (observation.id, "giant", {})):
        with pytest.raises(NotFoundError):
            handlers.submit(*arguments)
    with pytest.raises(InvalidInputError, match="no parameter 'speed'"):
        handlers.submit(observation.id, "tiny", {"speed": 1})
    assert handlers.jobs.find() == []


def test_a_job_runs_to_its_end_and_can_be_watched(handlers, observation):
    job = handlers.submit(observation.id, "tiny", {})
    runner = JobRunner(jobs=handlers.jobs, queue=handlers.queue, handlers={JobKind.DETECT: handlers.run}, worker="w")
    runner.run(job.id)
    (ended,) = handlers.watch(job.id, check=nothing)
    assert (ended.state, ended.result["detections"]) == (JobState.DONE, 1)
    assert handlers.job(job.id) == ended


def test_a_cancelled_job_tells_its_watcher(handlers, observation):
    job = handlers.submit(observation.id, "tiny", {})
    handlers.cancel(job.id)
    assert [seen.state for seen in handlers.watch(job.id, check=nothing)] == [JobState.CANCELLED]


def test_a_final_failure_leaves_coverage_with_its_reason(handlers, observation):
    job = handlers.submit(observation.id, "tiny", {})
    handlers.artifacts.put(observation.product_key, b"rubbish")
    with pytest.raises(InvalidInputError):
        handlers.run(JobContext(job))
    (coverage,) = handlers.catalogue.coverage(detector="tiny")
    assert coverage.span.state is CoverageState.FAILED
    assert coverage.span.reason.startswith("product: ")
    handlers.artifacts.put(observation.product_key, encode_product(make_curve()))
    handlers.run(JobContext(job))
    assert [one.span.state for one in handlers.catalogue.coverage(detector="tiny")] == [CoverageState.PROCESSED]


def test_a_cancelled_run_leaves_nothing(handlers, observation):
    context = JobContext(handlers.submit(observation.id, "tiny", {}))
    context.stop(CancelledError("enough"))
    with pytest.raises(HelioscribeError, match="enough"):
        handlers.run(context)
    assert handlers.catalogue.coverage() == []
    assert handlers.catalogue.runs(observation_id=observation.id) == []


def test_a_shadow_runs_beside_the_champion_and_is_compared(handlers, observation):
    handlers.host.install_models()
    graph = scaling_graph(0.01)  # sees nothing
    handlers.artifacts.put(model_file(graph).key, graph)
    handlers.models.register(make_card("blind", name="tiny", files={"graph": model_file(graph)}, thresholds={}))
    handlers.models.promote("tiny", "blind", alias=Alias.SHADOW, by="test")
    runner = JobRunner(jobs=handlers.jobs, queue=handlers.queue, handlers={JobKind.DETECT: handlers.run}, worker="w")
    runner.run(handlers.submit(observation.id, "tiny", {}).id)
    [shadow] = handlers.jobs.find(kind=JobKind.DETECT, states=(JobState.QUEUED,))
    assert (shadow.payload["shadow"], shadow.priority) == ("blind", Priority.BACKFILL)
    runner.run(shadow.id)
    assert len(handlers.jobs.find(kind=JobKind.DETECT)) == 2, "a shadow has no shadow"
    runs = handlers.catalogue.runs(observation_id=observation.id)
    assert [(run.method.model_version == "blind", run.counts, len(run.detections)) for run in runs] == [
        (False, True, 1),
        (True, False, 0),
    ]
    assert len(handlers.catalogue.coverage()) == 1
    versions = versions_of(handlers.models, "tiny")
    [one] = side_by_side(handlers.catalogue, detector="tiny", versions=versions)
    assert (len(one.comparison.only_first), one.comparison.only_second, one.comparison.both) == (1, (), ())
    with pytest.raises(NotFoundError, match="has no champion"):
        versions_of(handlers.models, "giant")
