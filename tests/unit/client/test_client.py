"""What a stranger does with the platform over gRPC: real handlers, stores in memory."""

import io
import re
import threading
import time
from datetime import UTC, datetime

import numpy as np
import pytest

from helioscribe.adapters.product_codec import encode_product
from helioscribe.client import Client
from helioscribe.domain.coverage import CoverageState
from helioscribe.domain.detection import Detection
from helioscribe.domain.embedding import Embedding
from helioscribe.domain.errors import (
    CancelledError,
    DeadlineError,
    InvalidInputError,
    NotFoundError,
    UnavailableError,
    UnsupportedInputError,
)
from helioscribe.domain.identity import digest
from helioscribe.domain.job import JobKind, JobState
from helioscribe.domain.review import Reviewed
from helioscribe.sdk.discovery import Plugin, PluginState
from support.curves import stix_csv
from support.factories import make_card, make_change, make_event, make_failure, make_observation
from support.tiny_plugin import forget, make_curve, make_plugin
from support.wired import wired

PATIENT = """
    import threading
    from helioscribe.domain.detection import DetectionResult

    WORKING, STOPPED = threading.Event(), threading.Event()

    class Patient:
        def detect(self, product, models):
            try:
                for _ in range(2000):
                    models["graph"](x=product.counts[:, :2].astype("float32"))
                    WORKING.set()
                    STOPPED.wait(0.01)
            except BaseException:
                STOPPED.set()
                raise
            return DetectionResult()

    def create(parameters):
        return Patient()
"""


@pytest.fixture
def platform(tmp_path, monkeypatch, request):
    """A server with the detector `tiny`, and the module of its code's package."""
    monkeypatch.syspath_prepend(tmp_path)
    package = f"tiny_{digest(request.node.nodeid.encode())[:12]}"
    code = getattr(request, "param", None)
    plugin = make_plugin(tmp_path, package, **({"code": code} if code else {}))
    with wired(plugins=[plugin, broken()]) as server:
        yield server
    forget(package)


@pytest.fixture
def client(platform):
    with Client(platform.url, timeout=20) as client:
        yield client


@pytest.fixture
def observation(platform):
    """An observation of the catalogue, with its product."""
    encoded = encode_product(make_curve())
    made = make_observation(product_key="products/tiny", product_sha256=digest(encoded))
    platform.inference.artifacts.put(made.product_key, encoded)
    platform.catalogue.add_observation(made)
    return made


def broken() -> Plugin:
    since = datetime(2026, 1, 1, tzinfo=UTC)
    return Plugin(
        name="broken", distribution="broken-0", version="0", state=PluginState.FAILED, error="no manifest", since=since
    )


def module_of(platform):
    """Return the module of the detector's code, once it is imported."""
    import sys

    name = platform.inference.host.manifest("tiny").entry.partition(":")[0]
    wait_for(lambda: name in sys.modules)
    return sys.modules[name]


def wait_for(what, *, timeout=15.0):
    deadline = time.monotonic() + timeout
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_detectors_come_with_manifest_state_and_error(platform, client):
    tiny, failed = sorted(client.detectors(), key=lambda plugin: plugin.name, reverse=True)
    assert tiny.manifest == platform.inference.host.manifest("tiny")
    assert tiny.manifest.parameters["level"].minimum == 0.0
    assert (tiny.state, tiny.root) == (PluginState.COMPATIBLE, None)
    assert failed == broken()


def test_an_inline_product_is_looked_at_and_nothing_is_recorded(platform, client):
    found = client.detect(make_curve(), "tiny", level=50)
    (detection,) = found.detections
    assert isinstance(detection, Detection)
    assert detection.measurements["hs_peak"] == 500.0
    assert found.method.parameters == {"level": 50.0, "label": "quiet"}
    assert found.covered[0].state is CoverageState.PROCESSED
    assert (found.scores, client.catalogue.observations()) == (None, [])
    assert client.detect(make_curve(), "tiny", level=1000).detections == ()


def test_a_product_of_many_mebibytes(platform, client):
    n = 300_000
    curve = make_curve(
        times=np.datetime64("2022-03-28", "ns") + np.arange(n) * np.timedelta64(4, "s"),
        exposure=np.full(n, 4.0),
        counts=np.full((n, 5), 10.0),
        errors=np.ones((n, 5)),
        live_fraction=np.ones(n),
        attenuator=np.zeros(n, np.uint8),
        good=np.ones(n, bool),
    )
    assert len(encode_product(curve)) > 20 << 20
    assert client.detect(curve, "tiny").covered[0].time_range == curve.time_range


def test_a_run_on_an_observation_is_recorded(platform, client, observation):
    found = client.detect(observation.id, "tiny", label="☀")
    (run,) = client.catalogue.runs(observation_id=observation.id)
    assert run.detections == found.detections
    assert run.method == found.method
    assert client.catalogue.coverage(observation_id=observation.id)[0].span == found.covered[0]
    assert client.catalogue.observation(observation.id) == observation
    assert client.catalogue.observations(instrument="STIX") == [observation]


def test_mistakes_are_named(platform, client, observation):
    with pytest.raises(NotFoundError, match="no detector 'giant'; available: tiny"):
        client.detect(make_curve(), "giant")
    with pytest.raises(InvalidInputError, match="no parameter 'speed'"):
        client.detect(observation.id, "tiny", speed=1)
    with pytest.raises(InvalidInputError, match="parameter level: expected float"):
        client.submit(observation.id, "tiny", level="high")
    for ask in (client.event, client.catalogue.observation, client.cancel, lambda name: list(client.watch(name))):
        with pytest.raises(NotFoundError):
            ask("nothing ☀ \udcff ../../etc/passwd")


@pytest.mark.parametrize("platform", [PATIENT], indirect=True)
def test_work_stops_when_its_deadline_has_passed(platform, client, observation):
    for what in (make_curve(), observation.id):
        with pytest.raises(DeadlineError):
            client.detect(what, "tiny", timeout=1.0)
        module = module_of(platform)
        assert module.STOPPED.wait(10)
        module.STOPPED.clear()
    assert client.catalogue.runs(observation_id=observation.id) == []


@pytest.mark.parametrize("platform", [PATIENT], indirect=True)
def test_work_stops_when_the_caller_has_gone(platform, client):
    gone = Client(platform.url)
    errors = []

    def ask():
        try:
            gone.detect(make_curve(), "tiny")
        except (CancelledError, UnavailableError, ValueError) as error:
            errors.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    module = module_of(platform)
    assert module.WORKING.wait(10)
    gone.close()
    assert module.STOPPED.wait(10)
    thread.join(10)
    assert len(errors) == 1


@pytest.mark.parametrize("platform", [PATIENT], indirect=True)
def test_a_running_job_can_be_cancelled(platform, client, observation):
    platform.work()
    job = client.submit(observation.id, "tiny")
    assert module_of(platform).WORKING.wait(10)
    assert client.cancel(job.id).cancel_requested
    assert module_of(platform).STOPPED.wait(10)
    assert [seen.state for seen in client.watch(job.id)][-1] is JobState.CANCELLED


def test_a_job_can_be_watched_to_its_end(platform, client, observation):
    job = client.submit(observation.id, "tiny")
    assert client.submit(observation.id, "tiny") == job
    watched = client.watch(job.id)
    assert next(watched).state is JobState.QUEUED
    platform.work()
    states = [seen.state for seen in watched]
    assert states[-1] is JobState.DONE
    assert client.wait(job).result["detections"] == 1


def test_a_file_is_sent_in_pieces_and_worked_on(platform, client, tmp_path):
    platform.work()
    file = tmp_path / "quiet ☀.csv"
    file.write_bytes(stix_csv(1))
    told = []
    job = client.wait(client.ingest(file, progress=told.append), timeout=30)
    assert told == [file.stat().st_size]
    observation = client.catalogue.observation(job.result["observation_id"])
    assert (observation.name, observation.size) == (file.name, file.stat().st_size)
    (child,) = job.result["jobs"]
    assert client.jobs.get(child).state is JobState.DONE
    assert len(client.catalogue.runs(observation_id=observation.id)) == 1
    assert client.ingest(file).id == job.id


def test_wishes_go_with_the_file(platform, client):
    platform.work()

    def runs(**wishes):
        job = client.wait(client.ingest(io.BytesIO(stix_csv(2)), name="x.csv", **wishes), timeout=30)
        found = [client.jobs.get(child) for child in job.result["jobs"]]
        return [(child.payload["detector"], child.payload["parameters"]) for child in found]

    assert runs(detectors=()) == []
    assert runs(detectors=["tiny"], parameters={"tiny": {"level": 77}}) == [("tiny", {"level": 77})]
    assert runs() == [("tiny", {})]


def test_progress_of_a_large_file(platform, client):
    told = []
    job = client.ingest(io.BytesIO(b"x" * (5 << 20)), name="large", progress=told.append)
    assert told == [n << 20 for n in range(1, 6)]
    assert (job.kind, job.payload["size"]) == (JobKind.INGEST, 5 << 20)


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "/etc/passwd", "C:\\windows\\x", "x" * 5000, "a\x00b\nc", "\u202egpj.exe", "..", "", "\udcff"],
)
def test_a_hostile_name_is_only_a_name(platform, client, name):
    before = set(platform.ingest.artifacts.keys())
    job = client.ingest(io.BytesIO(b"bytes of " + name.encode("utf-8", "replace")), name=name)
    kept = job.payload["name"]
    assert kept
    assert len(kept) < 300
    assert kept.isprintable()
    assert not set(kept) & set("/\\\x00\n")
    assert kept not in (".", "..")
    (key,) = set(platform.ingest.artifacts.keys()) - before
    assert key == job.payload["raw_key"] == f"raw/{job.payload['sha256'][:2]}/{job.payload['sha256']}"


def test_files_that_are_too_large_or_empty_are_refused(platform, client):
    with pytest.raises(InvalidInputError, match=f"larger than {8 << 20} bytes"):
        client.ingest(io.BytesIO(b"x" * (9 << 20)), name="large")
    with pytest.raises(InvalidInputError, match="empty"):
        client.ingest(io.BytesIO(b""), name="empty")
    assert list(filter(re.compile("raw/").match, platform.ingest.artifacts.keys())) == client.jobs.find() == []


def test_a_file_that_cannot_be_read_here(client, tmp_path):
    for path in (tmp_path / "absent", tmp_path):
        with pytest.raises(InvalidInputError, match=path.name):
            client.ingest(path)


def test_what_a_job_failed_with_is_raised(platform, client):
    platform.work()
    with pytest.raises(UnsupportedInputError):
        client.wait(client.ingest(io.BytesIO(b"\x00\x01rubbish" * 99), name="rubbish"), timeout=30)
    (failure,) = client.catalogue.failures()
    assert (failure.stage, failure.subject) == ("ingest", "rubbish")


def test_waiting_has_an_end(client, observation):
    with pytest.raises(DeadlineError, match="goes on"):
        client.wait(client.submit(observation.id, "tiny"), timeout=0.3)


def test_events(platform, client):
    flare, later = make_event(), make_event(start=900.0, end=910.0)
    platform.catalogue.apply([make_change(flare), make_change(later)], associated=())
    assert list(client.events()) == [flare, later]
    assert list(client.events(start="2022-03-28T15:00", end="2022-03-28T16:00")) == [later]
    assert list(client.events(start=flare.event_starttime, end=flare.event_endtime, event_types=("FL",))) == [flare]
    assert client.event(flare.id) == flare
    changes = client.watch_events(cursor=1)
    assert next(changes).event == later
    changes.close()


def test_what_looks_like_an_image_or_the_image_of_an_event(platform, client):
    for row, name in enumerate("abc"):
        platform.embeddings.put(
            [Embedding(space="tiny/1/image", subject=f"obs-{name}", vector=np.array([row, 1], np.float32))]
        )
    platform.embeddings.put([Embedding(space="tiny/2/image", subject="obs-c", vector=np.ones(3, np.float32))])
    platform.catalogue.add_observation(make_observation("b", id="obs-b"))
    platform.catalogue.apply([make_change(make_event(id="evt-b", observation_ids=("obs-b",)))], associated=())
    assert [(one.subject, one.distance) for one in client.similar("obs-c", limit=1)] == [("obs-b", 1.0)]
    assert {one.subject for one in client.similar("evt-b")} == {"obs-a", "obs-c"}
    assert client.similar("obs-c", space="tiny/2/image") == []
    with pytest.raises(
        NotFoundError, match=r"no embedding of obs-d in any space; available: tiny/1/image, tiny/2/image"
    ):
        client.similar("obs-d")


@pytest.mark.parametrize(
    "query", [{"start": "2022-03-28"}, {"end": "2022-03-28"}, {"colour": "red"}, {"start": "x", "end": "y"}]
)
def test_questions_that_make_no_sense(client, query):
    with pytest.raises(InvalidInputError):
        client.events(**query)


def test_models_and_failures(platform, client):
    platform.models.register(make_card())
    platform.catalogue.add_failure(make_failure())
    assert client.registry.cards("stix-lstm") == [make_card()]
    assert make_card() in client.registry.cards()
    assert client.registry.cards("other") == []
    assert client.catalogue.failures() == [make_failure()]


def test_services_may_live_at_several_addresses(platform):
    with wired() as elsewhere, Client(elsewhere.url, ingest=platform.url, inference=platform.url) as client:
        job = client.ingest(io.BytesIO(b"x"), name="x")
        assert platform.jobs.get(job.id) == job
        assert [plugin.name for plugin in client.detectors()] == ["tiny", "broken"]
        with pytest.raises(NotFoundError):
            client.jobs.get(job.id)


def test_reviews(platform, client):
    platform.catalogue.apply([make_change(make_event(id="evt-a"))], associated=[])
    said = client.records.review("evt-a", "rate", rating=0.25, comment="faint", by="Anna")
    assert (said.version, said.by, said.rating) == (1, "Anna", 0.25)
    client.records.review("evt-a", "reject")
    assert list(client.events()) == []
    assert [event.id for event in client.events(reviewed=Reviewed.REJECTED)] == ["evt-a"]
    with pytest.raises(InvalidInputError, match="verdict: expected one of confirm"):
        client.records.review("evt-a", "praise")
    with pytest.raises(NotFoundError, match="evt-nope"):
        client.records.review("evt-nope", "confirm")
