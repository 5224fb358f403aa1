import json
import logging

import pytest

from helioscribe.adapters.local_queue import LocalQueue
from helioscribe.adapters.memory import MemoryJobs
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.job import JobKind
from helioscribe.domain.trace import TraceContext, current, following
from helioscribe.runtime import logs
from helioscribe.runtime.runner import JobRunner
from helioscribe.runtime.tracing import Tracing, span
from support.wired import calling, wired


@pytest.fixture
def spans():
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    kept = InMemorySpanExporter()
    Tracing.start("test", "http://127.0.0.1:1", exporter=kept)

    def finished():
        Tracing._provider.force_flush()
        return {found.name: found for found in kept.get_finished_spans()}

    yield finished
    Tracing.stop()


def test_without_a_collector_ids_go_on_all_the_same():
    with span("first"):
        first = current()
        with span("second"):
            assert current().trace_id == first.trace_id
            assert current().span_id != first.span_id
    assert current() is None


def test_spans_hang_together(spans):
    asked = TraceContext.new()
    with span("first", str(asked)), span("second", detector="x"):
        pass
    with pytest.raises(InvalidInputError), span("broken"):
        raise InvalidInputError("no")
    found = spans()
    assert f"{found['first'].context.trace_id:032x}" == asked.trace_id
    assert f"{found['first'].parent.span_id:016x}" == asked.span_id
    assert found["second"].parent.span_id == found["first"].context.span_id
    assert found["second"].attributes["detector"] == "x"
    assert found["broken"].status.description == "invalid_input"
    assert found["broken"].context.trace_id != found["first"].context.trace_id


def test_a_trace_goes_from_the_call_through_the_job_to_the_worker():
    asked, seen = TraceContext.new(), []
    with wired() as platform, calling(platform) as caller:
        from helioscribe.adapters.rpc import RpcJobs

        with following(asked):
            job, _ = RpcJobs(caller).submit(JobKind.TRAIN, "traced", {})
        assert platform.jobs.get(job.id).trace.split("-")[1] == asked.trace_id
        handlers = {JobKind.TRAIN: lambda context: seen.append(current()) or {}}
        JobRunner(jobs=platform.jobs, queue=platform.queue, handlers=handlers, worker="w").run(job.id)
    assert [place.trace_id for place in seen] == [asked.trace_id]


def test_lines_of_a_job_name_it_its_observation_and_its_trace(capsys):
    jobs, logger = MemoryJobs(), logging.getLogger("helioscribe")
    before = (logger.handlers[:], logger.level, logger.propagate)
    job, _ = jobs.submit(JobKind.DETECT, "k", {"observation_id": "obs-1"})

    def handler(context):
        logging.getLogger("helioscribe.test").info("looked")
        return {}

    try:
        logs.configure(level="INFO", form="json")
        JobRunner(jobs=jobs, queue=LocalQueue(), handlers={JobKind.DETECT: handler}, worker="w").run(job.id)
        logging.getLogger("helioscribe.test").info("after")
    finally:
        logger.handlers[:], logger.level, logger.propagate = before
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    looked, after = (next(line for line in lines if line["message"] == text) for text in ("looked", "after"))
    assert (looked["job"], looked["observation"]) == (job.id, "obs-1")
    assert len(looked["trace"]) == 32
    assert not {"job", "observation", "trace"} & set(after)
