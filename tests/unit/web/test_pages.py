import html
import re
from dataclasses import replace

import numpy as np
import pytest

from helioscribe.adapters.product_codec import encode_product, encode_scores
from helioscribe.domain.backfill import BackfillOrder, BackfillProgress
from helioscribe.domain.coverage import CoverageState
from helioscribe.domain.detection import ScoreSeries
from helioscribe.domain.embedding import Embedding
from helioscribe.domain.errors import UnavailableError
from helioscribe.domain.hek.row import event_id_of_ivorn
from helioscribe.domain.identity import digest
from helioscribe.domain.job import JobError, JobKind
from helioscribe.domain.times import TimeRange
from helioscribe.ports.artifacts import artifact_key
from helioscribe.sdk.discovery import PluginState, discover
from helioscribe.sdk.testing import synthetic_light_curve
from support.factories import (
    at,
    make_card,
    make_change,
    make_coverage,
    make_detection,
    make_event,
    make_failure,
    make_observation,
    make_provenance,
    make_run,
)

PNG = b"\x89PNG\r\n\x1a\n"
HOSTILE = "<script>alert('x')</script>.fits"


def fill(site, *, name="day.fits"):
    """Put an observation with its data, a run with scores, and its event into the site; return the event."""
    curve = synthetic_light_curve(instrument="STIX")
    product = encode_product(curve)
    key = artifact_key("products", digest(product), ".safetensors")
    site.artifacts.put(key, product)
    observation = make_observation(
        name,
        name=name,
        product_key=key,
        product_sha256=digest(product),
        time_range=curve.time_range,
        quality=("the pointing is nominal",),
    )
    times = curve.times
    scores = encode_scores(
        ScoreSeries(times=times, names=("score",), values=(curve.rates[:, :1] / 100).astype("float32"))
    )
    scores_key = artifact_key("scores", digest(scores), ".safetensors")
    site.artifacts.put(scores_key, scores)
    middle = curve.time_range.start + curve.time_range.duration / 2
    detection = make_detection(
        time_range=replace(curve.time_range, start=middle, end=middle + curve.time_range.duration / 10),
        peak_time=middle,
        provenance=make_provenance(observation),
    )
    site.catalogue.add_observation(observation)
    covered = make_coverage(observation, span=replace(make_coverage(observation).span, time_range=curve.time_range))
    site.catalogue.record_run(
        make_run(observation, detections=(detection,), coverage=(covered,), scores_key=scores_key)
    )
    event = make_event(
        event_starttime=detection.time_range.start,
        event_peaktime=middle,
        event_endtime=detection.time_range.end,
        detection_ids=(detection.id,),
        observation_ids=(observation.id,),
    )
    site.catalogue.apply([make_change(event)], associated=[detection.id])
    return event


def test_an_empty_catalogue_says_how_to_begin(site):
    page = site.get("/")
    assert page.status == 200
    assert "helioscribe detect FILE" in page.text
    for path in ("/detectors", "/jobs", "/failures"):
        assert site.get(path).status == 200


def test_the_first_page_shows_and_draws_each_event(site):
    event = fill(site)
    page = site.get("/").text
    assert "1 event" in page
    assert page.count(f"/events/{event.id}") == 2  # the table and the timeline


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("type=FL", 1),
        ("type=fl", 1),
        ("type=AR", 0),
        ("detector=stix-lstm", 1),
        ("detector=other", 0),
        ("end=2001-01-01", 0),
    ],
)
def test_filters_choose(site, query, found):
    event = fill(site)
    assert (event.id in site.get(f"/?{query}").text) is bool(found)
    assert len(site.get(f"/api/events?{query}").json["result"]) == found


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("type=XX", "type: expected one of"),
        ("start=yesterday", "not a time"),
        ("start=2021-01-02&end=2021-01-01", "lies before start"),
        ("min_probability=2", "min_probability: expected a number from 0 to 1"),
        ("limit=0", "limit: expected a number from 1"),
        ("limit=10001", "limit: expected a number from 1"),
        ("sort=up", "sort: expected one of"),
        ("colour=red", "no filter"),
        ("box=1,2", "box: expected 4 numbers"),
    ],
)
def test_wrong_filters_are_told_in_one_line(site, query, said):
    assert site.get(f"/api/events?{query}").status == 400
    assert said in site.get(f"/api/events?{query}").json["message"]
    page = site.get(f"/?{query}")
    assert (page.status, said in page.text.replace("&#39;", "'")) == (400, True)


def test_an_event_shows_where_it_comes_from(site):
    event = fill(site)
    page = site.get(f"/events/{event.id}").text
    detection = site.catalogue.detection(event.detection_ids[0])
    for text in (
        detection.id,
        detection.source.method.model_sha256[:16],
        "day.fits",
        event.observation_ids[0],
        "revision",
        "the pointing is nominal",
    ):
        assert text in page
    observed = site.get(f"/observations/{event.observation_ids[0]}").text
    assert event.id in observed
    assert "the pointing is nominal" in observed
    assert CoverageState.PROCESSED.value in observed


@pytest.mark.parametrize("dark", ["", "?dark=true"])
def test_pictures_are_png(site, dark):
    event = fill(site)
    for path in (f"/events/{event.id}/picture", f"/observations/{event.observation_ids[0]}/picture"):
        picture = site.get(path + dark)
        assert picture.headers["content-type"] == "image/png"
        assert picture.body.startswith(PNG)


def test_hostile_names_are_text(site):
    event = fill(site, name=HOSTILE)
    site.catalogue.add_failure(make_failure(subject=HOSTILE, message=HOSTILE))
    for path in (f"/events/{event.id}", f"/observations/{event.observation_ids[0]}", "/failures"):
        page = site.get(path).text
        assert "&lt;script&gt;" in page
        assert "<script>" not in page


def test_nothing_comes_from_elsewhere_and_only_our_script_runs(site):
    event = fill(site)
    for path in ("/", f"/events/{event.id}", "/detectors", "/jobs", "/nowhere"):
        page = site.get(path)
        assert "default-src 'none'; script-src 'self';" in page.headers["content-security-policy"]
        assert page.headers["x-content-type-options"] == "nosniff"
        assert re.findall(r"(?:src|srcset|action)=\"(?:https?:)?//|<link[^>]+//", page.text) == []
        assert re.findall(r"style=|\son\w+=", page.text) == []
        scripts = set(re.findall(r"<script[^>]*>", page.text))
        assert scripts <= {'<script src="/static/evidence.js" defer>', '<script type="application/json">'}
    assert site.get("/static/style.css").status == 200


def test_a_filter_that_cannot_be_read_is_refused(site):
    assert "goes_class: expected such as M1.5, got &#39;Q5&#39;" in site.get("/?goes_class=Q5").text
    assert site.get("/api/events?goes_class=10").status == 400


def test_what_is_not_there_is_404(site):
    assert "there is no page /nowhere" in site.get("/nowhere").text
    for path in ("/nowhere", "/events/evt-none", "/observations/obs-none", "/events/evt-none/picture"):
        page = site.get(path)
        assert (page.status, "text/html" in page.headers["content-type"]) == (404, True)
    assert site.get("/api/events/evt-none").json["code"] == "not_found"


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
    assert {"it broke", "two.fits"} <= {text for text in ("it broke", "two.fits") if text in site.get("/jobs").text}
    failed = site.get("/jobs?state=failed").text
    assert ("it broke" in failed, "two.fits" in failed) == (True, False)


def test_the_api_speaks_hek(site):
    event = fill(site)
    (row,) = site.get("/api/events").json["result"]
    assert (row["kb_archivid"], row["event_type"], row["noposition"]) == (event.id, "FL", "true")
    assert site.get(f"/api/events/{event.id}").json == row
    (revision,) = site.get(f"/api/events/{event.id}/revisions").json
    assert revision["event"] == row


def test_the_api_says_when_there_is_more(site):
    changes = [
        make_change(make_event(id=f"evt-{n:032x}", event_starttime=at(n), event_endtime=at(n + 1), event_peaktime=None))
        for n in range(3)
    ]
    site.catalogue.apply(changes, associated=[])
    answer = site.get("/api/events?limit=2").json
    assert (len(answer["result"]), answer["overmax"]) == (2, True)
    assert site.get("/api/events?limit=3").json["overmax"] is False


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


def test_a_long_list_is_cut_and_leads_on(site):
    changes = [
        make_change(
            make_event(id=f"evt-{n:032x}", event_starttime=at(n), event_endtime=at(n + 0.5), event_peaktime=None)
        )
        for n in range(250)
    ]
    site.catalogue.apply(changes, associated=[])
    listed, path = [], "/"
    for number in (100, 100, 50):
        page = site.get(path).text
        found = re.findall(r'</span><a href="/events/(evt-\w+)', page)
        assert len(found) == number
        listed += found
        link = re.search(r'rel="next" href="([^"]+)"', page)
        path = html.unescape(link[1]) if link else ""
    assert path == ""
    assert listed == [f"evt-{n:032x}" for n in reversed(range(250))]


def test_records_whose_ids_have_slashes_have_pages(site):
    event = make_event(id="ivo://example.org/FL_#1?", detection_ids=(), observation_ids=())
    site.catalogue.import_events([event])
    path = re.search(r'href="(/events/ivo[^"]+)"', site.get("/").text)[1]
    for address in (path, f"/api{path}", f"/api{path}/revisions", f"/api{path}/provenance", f"{path}/export/hek"):
        assert site.get(address).status == 200, address
    assert site.get(f"/api{path}").json["kb_archivid"] == event.id


def test_the_name_of_an_imported_record_leads_to_its_page(site):
    name = "ivo://helio-informatics.org/FL_1"
    event = make_event(
        id=event_id_of_ivorn(name), attributes={"kb_archivid": name}, detection_ids=(), observation_ids=()
    )
    site.catalogue.import_events([event])
    moved = site.get(f"/events/{name}")
    assert (moved.status, moved.headers["location"]) == (307, f"/events/{event.id}")
    assert site.get("/events/ivo://nobody/1").status == 307
    assert site.get(site.get("/events/ivo://nobody/1").headers["location"]).status == 404


def test_only_files_have_any_length(site):
    assert "limit: expected a number from 1 to 500" in site.get("/?limit=501").text
    assert site.get("/export/jsonl?limit=10000000").status == 200
    assert "address too long" in site.get(f"/?text={'x' * 17_000}").text


def test_programs_page_through_events_too(site):
    changes = [
        make_change(make_event(id=f"evt-{n}", event_starttime=at(n // 2), event_peaktime=None)) for n in range(5)
    ]
    site.catalogue.apply(changes, associated=[])
    found, path = [], "/api/events?limit=2"
    while path:
        answer = site.get(path).json
        found += [row["kb_archivid"] for row in answer["result"]]
        path = answer.get("next")
    assert found == [f"evt-{n}" for n in range(5)]


def test_a_crowded_span_is_drawn_as_numbers(site):
    changes = [
        make_change(make_event(id=f"evt-{n}", event_starttime=at(n), event_endtime=at(n + 0.5), event_peaktime=None))
        for n in range(250)
    ]
    site.catalogue.apply(changes, associated=[])
    page = site.get("/?start=2022-03-28&end=2022-03-29").text
    assert "250 events" in page
    assert page.count('class="cell') == page.count('class="bar"') == 5  # hours
    assert 'class="mark' not in page


def test_the_disk_shows_what_has_a_place(site):
    event = make_event(
        event_type="AR",
        event_starttime=at(0),
        event_peaktime=None,
        event_endtime=at(10),
        noposition=False,
        event_coord1=10.0,
        event_coord2=20.0,
        boundbox_c1ll=5.0,
        boundbox_c2ll=15.0,
        boundbox_c1ur=15.0,
        boundbox_c2ur=25.0,
        attributes={"ar_noaanum": 12975},
    )
    site.catalogue.apply([make_change(event)], associated=[])
    page = site.get("/disk")
    assert page.status == 200
    assert f'href="/events/{event.id}"' in page.text
    assert "12975" in page.text


def test_the_disk_begins_with_the_newest_event_that_has_a_place(site):
    placed = make_event(id="evt-placed", noposition=False, event_coord1=10.0, event_coord2=20.0)
    later = [make_event(4000.0 + n, 4001.0 + n, id=f"evt-{n}", event_peaktime=None) for n in range(200)]
    site.catalogue.apply([make_change(placed), *map(make_change, later)], associated=[])
    assert "/events/evt-placed" in site.get("/disk").text
    assert '<a href="/disk?window=24">The newest that has one' in site.get("/disk?time=2024-01-01").text


def test_one_timeline_does_not_hold_what_lies_years_apart(site):
    events = [
        make_event(start, start + 5, id=f"evt-{start:.0f}", event_peaktime=None) for start in (0.0, 1e6, 1e6 + 60)
    ]
    site.catalogue.apply([make_change(event) for event in events], associated=[])
    page = site.get("/").text
    assert page.count('class="mark') == 2
    whole = html.unescape(re.search(r'href="([^"]+)">draw all', page)[1])
    assert site.get(whole).text.count('class="mark') == 3


@pytest.mark.parametrize(
    "query", ["window=5", "type=XX", "time=yesterday", "colour=red", "time=0001-01-01", "time=9999-12-31"]
)
def test_the_disk_says_what_it_does_not_understand(site, query):
    assert site.get(f"/disk?{query}").status == 400


def test_coverage_says_what_was_looked_at(site):
    fill(site)
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
