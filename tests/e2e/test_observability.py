"""What an operator sees of one file on many machines: one trace from call to event, lines that name the job, metrics."""

from __future__ import annotations

import io
import json

import pytest

from helioscribe.domain.trace import TraceContext, following
from support.curves import stix_csv
from support.prometheus import COMPOSE, start_prometheus
from support.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.integration]

STEPS = {
    ("helioscribe-ingest", "/helioscribe.v1.IngestService/Ingest"),
    ("helioscribe-catalogue", "/helioscribe.v1.JobService/SubmitJobs"),
    ("helioscribe-ingest", "job ingest"),
    ("helioscribe-catalogue", "/helioscribe.v1.JobService/FinishJobs"),
    ("helioscribe-inference", "job detect"),
    ("helioscribe-catalogue", "/helioscribe.v1.CatalogueService/RecordRun"),
    ("helioscribe-association", "job associate"),
}


def lines_of(cluster, service, job):
    """What a service's log says of a job, as a collector of logs reads it."""
    text = (cluster.folder / f"{service}.log").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    return [line for line in lines if line.get("job") == job]


def test_one_trace_from_the_call_to_the_event_and_lines_that_name_their_job(cluster, collector):
    asked = TraceContext.new()
    with cluster.client() as client:
        with following(asked):
            job = client.ingest(io.BytesIO(stix_csv(77)), name="traced.csv")
        done = client.wait(job)

    def steps():
        return {(span.service, span.name) for span in collector.spans(asked.trace_id)}

    def orphans():
        spans = collector.spans(asked.trace_id)
        return {span.parent for span in spans} - {span.id for span in spans} - {asked.span_id}

    eventually(lambda: steps() >= STEPS and not orphans())
    assert asked.span_id in {span.parent for span in collector.spans(asked.trace_id)}

    observation = done.result["observation_id"]
    for service, of in (("ingest", job.id), ("inference", done.result["jobs"][0])):
        (line,) = [line for line in lines_of(cluster, service, of) if "done in" in line["message"]]
        assert (line["trace"], line["observation"]) == (asked.trace_id, observation)


# What nobody has done here, or what has not happened.
PANELS = json.loads((COMPOSE / "dashboard.json").read_text())["panels"]
QUIET = {
    "Inference requests that failed",
    "Failure ledger",
    "Detections without an event yet",
    "Age of the oldest waiting job",
}


def test_a_real_prometheus_reads_every_process_and_answers_every_panel(cluster, tmp_path):
    with cluster.client() as client:
        client.wait(client.ingest(io.BytesIO(stix_csv(78)), name="counted.csv"))
    targets = {name: f"127.0.0.1:{port}" for name, port in cluster.monitors.items()}
    with start_prometheus(tmp_path, targets) as prometheus:
        eventually(lambda: {labels["service"] for labels, up in prometheus.values("up") if up == 1} == set(targets))
        # Without a number nothing was wrong with the question; a wrong one is an error.
        asked = {panel["title"]: panel["targets"][0]["expr"].replace("[5m]", "[1m]") for panel in PANELS}
        eventually(lambda: {title for title, text in asked.items() if not prometheus.values(text)} <= QUIET)
        eventually(lambda: {rule["health"] for rule in rules_of(prometheus)} == {"ok"})
        assert len(rules_of(prometheus)) == 5


def rules_of(prometheus):
    return [rule for group in prometheus.ask("rules")["groups"] for rule in group["rules"]]
