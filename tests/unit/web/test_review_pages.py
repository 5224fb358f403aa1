"""Forms on pages: what people say is kept, and only pages of this server may send it."""

from http.client import HTTPConnection
from urllib.parse import urlencode

import numpy as np
import pytest

from helioscribe.domain.embedding import Embedding
from helioscribe.domain.review import SubjectKind, Verdict
from support.factories import make_change, make_event, make_observation

FORM = {"kind": "event", "subject": "evt-a", "verdict": "confirm", "by": "Zoë", "back": "/review"}
HOSTILE = "<script>alert('x')</script>"


@pytest.fixture
def event(site):
    found = make_event(id="evt-a", observation_ids=(), detection_ids=())
    site.catalogue.apply([make_change(found)], associated=[])
    return found


@pytest.fixture
def image(site):
    found = make_observation("map", name="map.fits", product_kind="solar_image")
    site.catalogue.add_observation(found)
    scores = {"cluster": 7.0, "anomaly": -0.05, "multiple": 0.8, "doubt": 0.1}
    vector = np.ones(2, np.float32)
    site.embeddings.put([Embedding(space="stix-ssl/1/image", subject=found.id, vector=vector, scores=scores)])
    return found


def post(site, form, *, body=None, kind="application/x-www-form-urlencoded", **headers):
    connection = HTTPConnection("127.0.0.1", site.port, timeout=20)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("POST", "/reviews", body or urlencode(form), {"Content-Type": kind} | named)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode()
    finally:
        connection.close()


def test_a_form_is_kept_and_leads_back(site, event):
    status, headers, _ = post(site, FORM, sec_fetch_site="same-origin")
    assert (status, headers["location"]) == (303, "/review")
    assert "HttpOnly" in headers["set-cookie"]
    (said,) = site.catalogue.reviews(SubjectKind.EVENT, "evt-a")
    assert (said.verdict, said.by, said.revision) == (Verdict.CONFIRM, "Zoë", 1)


def test_each_button_takes_the_fields_that_it_needs(site, event):
    fields = FORM | {"label": "CJ", "rating": "0.75", "comment": " moves "}
    for verdict in ("relabel", "rate", "comment", "reject"):
        assert post(site, fields | {"verdict": verdict})[0] == 303
    said = site.catalogue.reviews(SubjectKind.EVENT, "evt-a")
    assert [(one.label, one.rating) for one in said] == [("CJ", None), ("", 0.75), ("", None), ("", None)]
    page = site.get("/events/evt-a").text
    assert 'class="tag reject"' in page
    assert "moves" in page
    assert "evt-a" not in site.get("/").text
    assert "evt-a" in site.get("/?reviewed=any").text
    assert site.get("/api/events?reviewed=rejected").json["result"][0]["kb_archivid"] == "evt-a"
    assert [one["verdict"] for one in site.get("/api/reviews/event/evt-a").json][:2] == ["relabel", "rate"]


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
def test_forms_from_elsewhere_are_refused(site, event, headers):
    assert post(site, FORM, **headers)[0] == 403
    assert site.catalogue.reviews(SubjectKind.EVENT, "evt-a") == []


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({"subject": "evt-nope"}, 404, "no event evt-nope"),
        ({"verdict": "praise"}, 400, "verdict: expected one of confirm"),
        ({"verdict": "keep"}, 400, "keep is not possible for events"),
        ({"kind": "planet"}, 400, "kind: expected one of event"),
        ({"by": " "}, 400, "name of the reviewer"),
        ({"verdict": "rate", "rating": "good"}, 400, "rating: expected a number"),
        ({"verdict": "rate", "rating": "nan"}, 400, "rating from 0 to 1"),
        ({"comment": "x" * 70_000}, 400, "more than 64 KiB"),
    ],
)
def test_wrong_forms_are_told_in_one_line(site, event, changes, status, said):
    got, _, text = post(site, FORM | changes)
    assert got == status
    assert said in text


def test_what_is_no_form_is_refused(site, event):
    assert post(site, {}, body="{}", kind="application/json")[0] == 400
    assert post(site, {}, body=b"\xff=1&kind=event")[0] == 400


@pytest.mark.parametrize(
    "back", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/a\nb"]
)
def test_nobody_is_led_elsewhere(site, event, back):
    assert post(site, FORM | {"back": back})[1]["location"] == "/events/evt-a"


def test_an_image_its_cluster_and_the_queue(site, image):
    page = site.get(f"/observations/{image.id}").text
    for text in (
        "/clusters/stix-ssl/1/7",
        f"/similar/{image.id}?space=stix-ssl/1/image",
        'value="discard"',
        "anomaly -0.05",
    ):
        assert text in page
    assert image.id in site.get("/review").text
    assert "1 image" in site.get("/clusters/stix-ssl/1/7").text
    said = {"kind": "cluster", "subject": "stix-ssl/1/7", "verdict": "label", "label": HOSTILE, "by": HOSTILE}
    assert post(site, said)[1]["location"] == "/clusters/stix-ssl/1/7"
    post(site, {"kind": "image", "subject": image.id, "verdict": "discard", "by": "Zoë"})
    assert image.id not in site.get("/review").text
    for path in ("/clusters", "/clusters/stix-ssl/1/7", f"/observations/{image.id}"):
        assert "<script>" not in site.get(path).text
    assert "&lt;script&gt;" in site.get("/clusters").text


def test_what_was_just_said_can_be_undone(site, image):
    said = {"kind": "image", "subject": image.id, "by": "Zoë", "back": f"/review?order=anomaly&said=image/{image.id}"}
    back = post(site, said | {"verdict": "discard"})[1]["location"]
    page = site.get(back).text
    assert "discarded</span>" in page
    assert " by Zoë</span>" in page
    post(site, said | {"verdict": "undo"})
    page = site.get(back).text
    assert "discarded</span>" not in page
    assert f"/observations/{image.id}/small.png" in page
    assert site.get("/review?said=planet/x").status == 200


def test_an_image_is_labelled_in_the_queue(site, image):
    page = site.get("/review").text
    assert 'value="label"' in page
    assert '<option value="2 sources">' in page
    said = {
        "kind": "image",
        "subject": image.id,
        "by": "Zoë",
        "verdict": "label",
        "back": f"/review?said=image/{image.id}",
    }
    assert post(site, said | {"label": ""})[0] == 400
    page = site.get(post(site, said | {"label": "2 sources"})[1]["location"]).text
    assert '<span class="tag">2 sources</span>' in page
    assert f"/observations/{image.id}/small.png" not in page
    assert 'value="undo"' not in page


def test_a_map_of_images_where_their_model_says_where_they_lie(site, image):
    assert "holds no place in a map" in site.get("/clusters").text
    assert site.get("/clusters?by=scores").text.count("<circle") == 2  # the dot, and the colour beside the number
    assert site.get("/clusters?by=colour").status == 400
    scores = {"cluster": 7.0, "anomaly": -0.05, "pc1": 0.5, "pc2": -0.25}
    site.embeddings.put(
        [Embedding(space="stix-ssl/1/image", subject=image.id, vector=np.ones(2, np.float32), scores=scores)]
    )
    assert (
        f'href="/observations/{image.id}" tabindex="-1"><title>cluster 7 · anomaly -0.05' in site.get("/clusters").text
    )


def test_who_has_seen_most_is_asked_and_others_can_be(site, image):
    for number in range(2):
        other = make_observation(f"other{number}", name=f"{number}.fits", product_kind="solar_image")
        site.catalogue.add_observation(other)
        scores, vector = {"cluster": 3.0, "anomaly": 0.1}, np.ones(2, np.float32)
        site.embeddings.put([Embedding(space="sharp-eye/1/image", subject=other.id, vector=vector, scores=scores)])
    for path in ("/clusters", "/review"):
        page = site.get(path).text
        assert "sharp-eye/1/3" in page
        assert "stix-ssl/1/7" not in page
        assert "detector=stix-ssl" in page
    assert "stix-ssl/1/7" in site.get("/clusters?detector=stix-ssl").text
    unknown = site.get("/clusters?detector=stix-ssl&model=9").text
    assert "No images of stix-ssl 9" in unknown
    assert "detector=sharp-eye" in unknown
    assert image.id in site.get("/review?detector=stix-ssl").text


def test_what_a_shadow_has_not_seen(site):
    assert "model stix-lstm has no champion" in site.get("/review?disputed=stix-lstm").text.lower()


def test_pages_of_an_empty_catalogue(site):
    assert "No detector has said anything of images yet." in site.get("/review").text
    assert "No event waits" in site.get("/review").text
    assert "No detector has said anything of images yet." in site.get("/clusters").text
    assert site.get("/clusters/stix-ssl/1/7").status == 404
    assert site.get("/review?order=beauty").status == 400
    assert "No images of another" in site.get("/review?order=disagreement&detector=another").text
    assert site.get("/api/reviews/planet/x").status == 400
