"""Counts, coverage, happenings and other thresholds over HTTP."""

from dataclasses import replace

import numpy as np
import pytest

from helioscribe.adapters.product_codec import encode_scores
from helioscribe.domain.coverage import CoverageState, CoveredSpan
from helioscribe.domain.detection import ScoreSeries
from helioscribe.domain.event import EventStatus
from helioscribe.domain.review import Review, SubjectKind, Verdict
from helioscribe.domain.times import to_datetime64
from helioscribe.ports.artifacts import artifact_key
from support.factories import at, make_change, make_coverage, make_event, make_observation, make_run, span

DAY = "start=2022-03-28&end=2022-03-29"


@pytest.fixture
def filled(site):
    goes = make_event(
        684, 730, id="evt-goes", frm_name="SWPC", obs_instrument="XRS", obs_observatory="GOES", detector=""
    )
    late = make_event(2000, 2010, id="evt-late", event_type="CJ", detection_ids=())
    site.catalogue.apply([make_change(event) for event in (make_event(), goes, late)], associated=())
    site.catalogue.add_coverage(
        [make_coverage(span=CoveredSpan(time_range=span(60, 120), state=CoverageState.NOTHING_FOUND))]
    )
    return site


def test_counts(filled) -> None:
    assert filled.get("/api/counts").json == [{"event_type": "CJ", "events": 1}, {"event_type": "FL", "events": 2}]
    counts = filled.get(f"/api/counts?by=day,frm_name&type=FL&{DAY}").json
    assert {(row["day"], row["frm_name"], row["events"]) for row in counts} == {
        ("2022-03-28", "SWPC", 1),
        ("2022-03-28", "Helioscribe STIX LSTM", 1),
    }
    assert filled.get("/api/counts?by=colour").status == 400


def test_coverage_tells_holes_too(filled) -> None:
    told = filled.get(f"/api/coverage?{DAY}").json
    assert [(row["start"][11:16], row["end"][11:16], row["state"]) for row in told] == [
        ("00:00", "01:00", "not_observed"),
        ("01:00", "02:00", "nothing_found"),
        ("02:00", "00:00", "not_observed"),
    ]


def test_happenings(filled) -> None:
    first, second = filled.get("/api/happenings").json
    assert {event["kb_archivid"] for event in first["events"]} == {"evt-685.6", "evt-goes"}
    assert first["preferred"] in {"evt-685.6", "evt-goes"}
    assert first["why"]
    assert first["links"][0]["reasons"]
    assert second["why"] == ["the only record"]


def test_another_threshold(filled) -> None:
    scores = np.zeros((1440, 1), np.float32)
    scores[100:110] = 0.7
    times = to_datetime64(at()) + np.arange(1440) * np.timedelta64(60, "s")
    key = artifact_key("scores", "b" * 64, ".safetensors")
    filled.artifacts.put(
        key, encode_scores(ScoreSeries(times=times.astype("datetime64[ns]"), names=("score",), values=scores))
    )
    filled.catalogue.add_observation(make_observation())
    filled.catalogue.record_run(make_run(detections=(), scores_key=key))
    path = f"/api/events?{DAY}&detector=stix-lstm&threshold="
    assert [row["kb_archivid"] for row in filled.get(path + "0.9").json["result"]] == ["evt-685.6"]
    lower = filled.get(path + "0.5").json["result"]
    assert [row.get("hs_provisional", False) for row in lower] == [True, False]
    assert "1 event" in filled.get(f"/?{DAY}&detector=stix-lstm&threshold=0.9").text
    assert filled.get("/api/events?threshold=0.9").status == 400


def test_the_feed_is_atom(filled) -> None:
    from xml.etree import ElementTree as ET

    filled.catalogue.apply([make_change(make_event(1, 2, id="evt-odd", frm_name="<b>\x01&\uffff"))], associated=())
    answer = filled.get("/feed.atom?type=FL&limit=2")
    assert answer.headers["content-type"] == "application/atom+xml"
    feed = ET.fromstring(answer.text)
    name = "{http://www.w3.org/2005/Atom}"
    entries = feed.findall(f"{name}entry")
    assert len(entries) == 2
    for part in ("title", "id", "updated", f"author/{name}name"):
        assert all(one.findtext(f"{name}{part}") for one in [feed, *entries])
    assert "FL" in {one.find(f"{name}category").get("term") for one in entries}
    assert feed.findtext(f"{name}title") == "Solar events: type FL, limit 2"
    (page,) = (one.get("href") for one in feed.findall(f"{name}link") if one.get("rel") == "alternate")
    assert page.endswith("/?type=FL&limit=2")
    assert all(entry.findtext(f"{name}id").startswith("ivo://helioscribe/FL_") for entry in entries)
    assert filled.get("/feed.atom?type=nonsense").status == 400
    assert filled.get("/feed.atom?limit=101").status == 400


def test_revisions_and_retractions_are_news_of_the_same_entry(filled) -> None:
    from xml.etree import ElementTree as ET

    def entries(query: str = ""):
        name = "{http://www.w3.org/2005/Atom}"
        found = ET.fromstring(filled.get(f"/feed.atom{query}").text).findall(f"{name}entry")
        return [
            {part: one.findtext(f"{name}{part}") for part in ("id", "title", "updated", "summary")} for one in found
        ]

    before = {entry["id"]: entry["updated"] for entry in entries()}
    event = filled.catalogue.event("evt-goes")
    gone = replace(event, revision=2, status=EventStatus.RETRACTED)
    filled.catalogue.apply([make_change(gone, "no flare")], associated=())
    filled.catalogue.add_review(
        Review(kind=SubjectKind.EVENT, subject=make_event().id, verdict=Verdict.RELABEL, by="A", at=at(), label="CJ")
    )
    relabelled, retracted, _ = entries()
    assert {one["id"] for one in entries()} == set(before)
    assert retracted["title"].startswith("Retracted: Flare")
    assert retracted["summary"].endswith("retracted; revision 2: no flare")
    assert "revision 2: relabelled from FL to CJ" in relabelled["summary"]
    assert relabelled["updated"] >= retracted["updated"] > before[retracted["id"]]
    assert [one["id"] for one in entries("?status=closed&sort=probability&descending=1")][0] == relabelled["id"]
    assert [one["id"] for one in entries("?status=retracted")] == [retracted["id"]]


def test_readers_of_the_feed_are_told_that_nothing_is_new(filled, guarded) -> None:
    server = guarded()
    tag = server.ask("GET", "/feed.atom")[1]["etag"]
    status, _, text = server.ask("GET", "/feed.atom", If_None_Match=tag)
    assert (status, text) == (304, "")
    filled.catalogue.apply([make_change(make_event(1, 2, id="evt-new"))], associated=())
    assert server.ask("GET", "/feed.atom", If_None_Match=tag)[0] == 200
    assert 'type="application/atom+xml" title="Events" href="/feed.atom?type=FL"' in server.ask("GET", "/?type=FL")[2]


def test_records_of_the_same_are_one_line(filled) -> None:
    page = filled.get(f"/happenings?type=FL&{DAY}").text
    assert "<h1>1 happening</h1>" in page
    assert "2 records; 1 happening with more than one" in page
    (line,) = page.split("<tbody>")[1].split("</tbody>")[0].split("</tr>")[:-1]
    assert line.count("/events/evt-goes") == 2  # the preferred record, and in the list of both
    assert line.count(f"/events/{make_event().id}") == 1
    assert "at the Earth" in line
    assert "No event fits" in filled.get("/happenings?type=AR").text
    assert 'href="/happenings?start=2022-03-28&amp;end=2022-03-29"' in filled.get(f"/?{DAY}").text
