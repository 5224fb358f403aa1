"""The page of the disk."""

import pytest

from support.factories import at, make_change, make_event


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


@pytest.mark.parametrize(
    "query", ["window=5", "type=XX", "time=yesterday", "colour=red", "time=0001-01-01", "time=9999-12-31"]
)
def test_the_disk_says_what_it_does_not_understand(site, query):
    assert site.get(f"/disk?{query}").status == 400
