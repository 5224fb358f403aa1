"""The first page and the list of events for programs."""

import html
import re

import pytest

from support.factories import at, make_change, make_event
from support.flare import record_flare


def test_an_empty_catalogue_says_how_to_begin(site):
    page = site.get("/")
    assert page.status == 200
    assert "helioscribe detect FILE" in page.text
    for path in ("/detectors", "/jobs", "/failures"):
        assert site.get(path).status == 200


def test_the_first_page_shows_and_draws_each_event(site):
    event = record_flare(site)
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
    event = record_flare(site)
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
        ("goes_class=Q5", "goes_class: expected such as M1.5, got 'Q5'"),
        ("goes_class=10", "goes_class: expected such as M1.5"),
    ],
)
def test_wrong_filters_are_told_in_one_line(site, query, said):
    assert site.get(f"/api/events?{query}").status == 400
    assert said in site.get(f"/api/events?{query}").json["message"]
    page = site.get(f"/?{query}")
    assert (page.status, said in page.text.replace("&#39;", "'")) == (400, True)


def test_the_api_speaks_hek(site):
    event = record_flare(site)
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


def test_only_files_have_any_length(site):
    assert "limit: expected a number from 1 to 500" in site.get("/?limit=501").text
    assert site.get("/export/jsonl?limit=10000000").status == 200
    assert "address too long" in site.get(f"/?text={'x' * 17_000}").text


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


def test_one_timeline_does_not_hold_what_lies_years_apart(site):
    events = [
        make_event(start, start + 5, id=f"evt-{start:.0f}", event_peaktime=None) for start in (0.0, 1e6, 1e6 + 60)
    ]
    site.catalogue.apply([make_change(event) for event in events], associated=[])
    page = site.get("/").text
    assert page.count('class="mark') == 2
    whole = html.unescape(re.search(r'href="([^"]+)">draw all', page)[1])
    assert site.get(whole).text.count('class="mark') == 3
