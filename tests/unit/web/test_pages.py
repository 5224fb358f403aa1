"""What all pages have in common, and those of jobs, detectors and coverage."""

import re
from dataclasses import replace

import numpy as np

from helioscribe.domain.backfill import BackfillOrder, BackfillProgress
from helioscribe.domain.embedding import Embedding
from helioscribe.domain.errors import UnavailableError
from helioscribe.domain.job import JobError, JobKind
from helioscribe.domain.times import TimeRange
from helioscribe.sdk.discovery import PluginState, discover
from support.factories import make_card, make_change, make_event, make_failure, make_observation
from support.flare import record_flare

HOSTILE = "<script>alert('x')</script>.fits"


def test_hostile_names_are_text(site):
    event = record_flare(site, name=HOSTILE)
    site.catalogue.add_failure(make_failure(subject=HOSTILE, message=HOSTILE))
    for path in (f"/events/{event.id}", f"/observations/{event.observation_ids[0]}", "/failures"):
        page = site.get(path).text
        assert "&lt;script&gt;" in page
        assert "<script>" not in page


def test_nothing_comes_from_elsewhere_and_only_our_script_runs(site):
    event = record_flare(site)
    for path in ("/", f"/events/{event.id}", "/detectors", "/jobs", "/nowhere"):
        page = site.get(path)
        assert "default-src 'none'; script-src 'self';" in page.headers["content-security-policy"]
        assert page.headers["x-content-type-options"] == "nosniff"
        assert re.findall(r"(?:src|srcset|action)=\"(?:https?:)?//|<link[^>]+//", page.text) == []
        assert re.findall(r"style=|\son\w+=", page.text) == []
        scripts = set(re.findall(r"<script[^>]*>", page.text))
        assert scripts <= {'<script src="/static/evidence.js" defer>', '<script type="application/json">'}
    assert site.get("/static/style.css").status == 200


def test_what_is_not_there_is_404(site):
    assert "there is no page /nowhere" in site.get("/nowhere").text
    for path in ("/nowhere", "/events/evt-none", "/observations/obs-none", "/events/evt-none/picture"):
        page = site.get(path)
        assert (page.status, "text/html" in page.headers["content-type"]) == (404, True)
    assert site.get("/api/events/evt-none").json["code"] == "not_found"


def test_an_event_opens_by_the_beginning_of_its_id(site):
    event = make_event(id="evt-" + "0123456789abcdef" * 2)
    site.catalogue.apply([make_change(event)], associated=[])
    assert site.get(f"/events/{event.id[:12]}").headers["location"] == f"/events/{event.id}"


def test_a_failed_observation_can_be_opened(site):
    site.catalogue.add_failure(make_failure(subject="obs-0123456789abcdef stix-lstm"))
    assert '<a href="/observations/obs-0123456789abcdef">obs-0123456789</a> stix-lstm' in site.get("/failures").text


def test_detectors_are_listed_the_broken_ones_with_their_error(site):
    site.plugins += discover()
    broken = site.plugins[0]
    site.plugins.append(replace(broken, name="broken", manifest=None, state=PluginState.FAILED, error="no <manifest>"))
    page = site.get("/detectors").text
    assert "xray-threshold" in page
    assert "no &lt;manifest&gt;" in page


def test_a_backfill_tells_its_span_how_far_it_is_and_how_long_it_will_take(site):
    order = BackfillOrder(detector="stix-lstm", span=TimeRange.of("2021-03-01", "2021-04-01"))
    job, _ = site.jobs.submit(JobKind.BACKFILL, "b", order.payload())
    assert "stix-lstm 2021-03-01 to 2021-04-01" in site.get("/jobs").text
    now = BackfillProgress(share=0.25, worked=0.25, seconds=600.0, observations=1200, known=7, failed=2)
    site.jobs.claim(job.id, worker="w", lease=30)
    site.jobs.renew(job.id, worker="w", lease=30, progress=now.share, so_far=now.so_far())
    page = site.get("/jobs").text
    assert "25 %" in page
    assert "1,200 observations, 7 known before, 2 a second, 2 failed, 30 min left" in page


def test_jobs_are_shown_by_state(site):
    job, _ = site.jobs.submit(JobKind.DETECT, "one", {"detector": "stix-lstm", "observation_id": "obs-1"})
    site.jobs.claim(job.id, worker="w", lease=30)
    site.jobs.fail(job.id, worker="w", error=JobError(code="plugin", message="it broke"), retry_in=None)
    site.jobs.submit(JobKind.INGEST, "two", {"name": "two.fits"})
    everything, failed = site.get("/jobs").text, site.get("/jobs?state=failed").text
    assert "it broke" in everything
    assert "two.fits" in everything
    assert "it broke" in failed
    assert "two.fits" not in failed


def test_a_defect_is_told_without_its_traceback(site):
    def broken(*_, **__):
        raise KeyError("secret")

    site.catalogue.failures = broken
    page = site.get("/failures")
    assert (page.status, "default-src" in page.headers["content-security-policy"]) == (500, True)
    assert "secret" not in page.text
    assert re.search(r"see [0-9a-f]{12} in its log", page.text)


def test_a_catalogue_that_does_not_answer_is_503(site):
    def silent(*_, **__):
        raise UnavailableError("catalogue at grpc://nowhere does not answer")

    site.catalogue.search = site.catalogue.watch = silent
    page = site.get("/")
    assert (page.status, "does not answer" in page.text) == (503, True)
    assert site.get("/healthz").status == 503


def test_well(site):
    assert site.get("/healthz").json == {"status": "ok"}
    assert "# TYPE helioscribe_jobs_total counter" in site.get("/metrics").text


def test_coverage_says_what_was_looked_at(site):
    record_flare(site)
    page = site.get("/coverage")
    assert page.status == 200
    assert "stix-lstm" in page.text
    assert 'class="covered' in page.text


def test_a_detector_has_a_page_with_its_models(site):
    site.plugins = discover()
    site.models.register(make_card(name="xray-threshold", notes=HOSTILE, metrics={"test day": {"recall": 0.75}}))
    site.models.promote("xray-threshold", "1.0.0", by="a tester", reason="first")
    page = site.get("/detectors/xray-threshold")
    assert page.status == 200
    for told in ("test day · recall", "0.75", "a tester", "champion"):
        assert told in page.text
    assert HOSTILE not in page.text
    assert site.get("/detectors/none").status == 404


def test_what_looks_alike(site):
    for number in (1, 2, 3):
        site.catalogue.add_observation(
            make_observation(sha256=f"{number:064x}", id=f"obs-{number}", name=f"map {number}.fits")
        )
        vector = np.array([number, 0], np.float32)
        site.embeddings.put([Embedding(space="stix-ssl/1/image", subject=f"obs-{number}", vector=vector)])
    page = site.get("/similar/obs-1")
    assert page.status == 200
    assert page.text.index("/observations/obs-2") < page.text.index("/observations/obs-3")
    answer = site.get("/api/similar/obs-1?limit=1").json
    assert [(one["observation_id"], one["distance"]) for one in answer["result"]] == [("obs-2", 1.0)]
    assert site.get("/similar/obs-9").status == 404
    assert site.get("/api/similar/obs-1?limit=0").status in (400, 422)
