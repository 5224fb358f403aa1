"""Pages of events and observations."""

import re

import pytest

from helioscribe.domain.coverage import CoverageState
from helioscribe.domain.hek.row import event_id_of_ivorn
from support.factories import make_event
from support.flare import record_flare

PNG = b"\x89PNG\r\n\x1a\n"


def test_an_event_shows_where_it_comes_from(site):
    event = record_flare(site)
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
    event = record_flare(site)
    for path in (f"/events/{event.id}/picture", f"/observations/{event.observation_ids[0]}/picture"):
        picture = site.get(path + dark)
        assert picture.headers["content-type"] == "image/png"
        assert picture.body.startswith(PNG)


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
