"""What people do on the pages, click by click."""

from __future__ import annotations

import re

import pytest

from helioscribe.domain.job import JobState
from helioscribe.domain.review import SubjectKind, Verdict
from helioscribe.runtime.auth import TokenFile
from helioscribe.web.access import Access
from helioscribe.web.backend import Backend
from helioscribe.web.http_server import HttpServer, listen
from helioscribe.web.site import make_site
from support.browser import Visitor

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("browser")]


def test_filters_make_an_address_that_shows_the_same_again(visitor, showcase):
    page = visitor.go("/")
    page.get_by_label("What").select_option("CJ")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url(re.compile("type=CJ"))
    assert page.locator("h1").inner_text() == "1 event"
    rows = page.locator("tbody tr").all_inner_texts()
    page.goto(page.url)
    assert page.get_by_label("What").input_value() == "CJ"
    assert page.locator("tbody tr").all_inner_texts() == rows
    page.get_by_role("link", name="Reset").click()
    page.wait_for_url(lambda url: "type" not in url)


def test_a_mark_of_the_timeline_leads_to_its_event(visitor, showcase):
    page = visitor.go("/?type=CJ")
    page.locator(".timeline a:has(.mark)").click()
    page.wait_for_url(f"**/events/{showcase.jet.id}")
    assert "Coronal Jet" in page.locator("h1").inner_text()


def test_a_reviewer_confirms_and_rejects(visitor, showcase, embedded):
    page = visitor.go(f"/events/{showcase.doubted.id}")
    name = page.locator(".review").get_by_label("Your name")
    name.fill("Zoë")
    page.get_by_label("Why, or a comment").fill("a data gap")
    page.get_by_role("button", name="Reject").click()
    page.get_by_text("Rejected by Zoë").wait_for()
    assert name.input_value() == "Zoë"
    page.get_by_role("button", name="Confirm").click()
    page.locator("h1 .tag.confirm").wait_for()
    said = embedded.platform.catalogue.reviews(SubjectKind.EVENT, showcase.doubted.id)
    assert [one.verdict for one in said][-2:] == [Verdict.REJECT, Verdict.CONFIRM]


def test_the_form_of_another_site_changes_nothing(visitor, showcase, embedded, address):
    visitor.expected = ("403", "http://evil.example/")
    fields = {"kind": "event", "subject": showcase.flare.id, "verdict": "reject", "by": "Mallory"}
    inputs = "".join(f'<input name="{name}" value="{value}">' for name, value in fields.items())
    form = f'<form method="post" action="{address}/reviews">{inputs}<button>win a prize</button></form>'
    page = visitor.page
    page.route("http://evil.example/", lambda route: route.fulfill(content_type="text/html", body=form))
    page.goto("http://evil.example/")
    page.get_by_role("button").click()
    page.get_by_text("this form came from another site").wait_for()
    assert embedded.platform.catalogue.reviews(SubjectKind.EVENT, showcase.flare.id) == []


def test_what_looks_alike_is_a_click_away(visitor, showcase):
    page = visitor.go(f"/observations/{showcase.source.observation_ids[0]}")
    page.get_by_role("link", name="looks like this").click()
    page.wait_for_url("**/similar/**")
    assert page.locator("figure").count() == 2


def test_the_disk_turns_with_time(visitor, showcase):
    page = visitor.go(f"/disk?type=AR&time={showcase.region.event_starttime:%Y-%m-%dT%H:%M}")
    before = page.locator(".disk .place").get_attribute("d")
    page.get_by_role("link", name="+6 h").click()
    page.wait_for_url(re.compile("T06"))
    assert page.locator(".disk .place").get_attribute("d") != before
    page.locator(".disk a").first.click()
    page.wait_for_url(f"**/events/{showcase.region.id}")


def test_the_threshold_moves_without_a_request(visitor, showcase):
    page = visitor.go(f"/events/{showcase.flare.id}")
    verdict = page.locator(".slider output")
    assert "would stand" in verdict.inner_text()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    before = page.locator(".alarm").get_attribute("y1")
    page.get_by_role("slider", name="Move it").focus()
    page.keyboard.press("End")
    verdict.get_by_text("would not be there").wait_for()
    assert visitor.barriers() == []
    assert page.locator(".reached").count() == 0
    page.get_by_role("spinbutton", name="Threshold").fill("1.5")
    verdict.get_by_text("would stand").wait_for()
    assert page.locator(".reached").count() >= 1
    assert page.locator(".alarm").get_attribute("y1") != before
    assert asked == []


def test_the_threshold_is_a_form_where_scripts_are_off(browser, address, showcase):
    with Visitor.to(browser, address, java_script_enabled=False) as visitor:
        page = visitor.go(f"/events/{showcase.flare.id}")
        page.get_by_role("spinbutton", name="Threshold").fill("100")
        page.locator(".slider").get_by_role("button", name="Show").click()
        page.wait_for_url("**threshold=100")
        assert "would not be there" in page.locator(".slider output").inner_text()


def test_a_film_plays_and_stops_and_waits_for_those_who_want_less_motion(visitor, showcase):
    page = visitor.page
    page.emulate_media(reduced_motion="reduce")
    visitor.go(f"/events/{showcase.jet.id}")
    clock, button = page.locator(".film output"), page.locator(".film button")
    assert button.inner_text() == "Play"
    still = clock.inner_text()
    assert page.locator(".film .found:not(.off)").count() == 1
    button.click()
    page.wait_for_function("before => document.querySelector('.film output').textContent !== before", arg=still)
    button.click()
    page.get_by_role("slider", name="Frame").focus()
    page.keyboard.press("Home")
    assert page.locator(".film .found:not(.off)").count() == 0
    page.emulate_media(reduced_motion="no-preference")
    page.reload()
    assert button.inner_text() == "Pause"


def test_other_views_of_a_happening_are_a_click_away(visitor, showcase):
    page = visitor.go(f"/events/{showcase.flare.id}")
    page.locator("section", has_text="one happening").get_by_role("link", name="M2.5").click()
    page.wait_for_url("**/events/evt-goes")


def test_a_failed_job_is_tried_again(visitor, showcase, embedded):
    page = visitor.go("/failures")
    page.get_by_role("row", name="broken.fits").get_by_role("button", name="Try again").click()
    page.wait_for_url("**/jobs")
    row = page.get_by_role("row", name=showcase.failed_job)
    assert "queued" in row.inner_text()
    assert embedded.platform.jobs.get(showcase.failed_job).state is JobState.QUEUED
    row.get_by_role("button", name="Cancel").click()
    page.get_by_role("row", name=showcase.failed_job).get_by_text("cancelled").wait_for()


def test_a_long_list_goes_on_from_page_to_page(visitor, showcase):
    page = visitor.go("/?end=2022-03-29&instrument=XRS")
    listed = []
    while True:
        listed += page.locator("tbody a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
        onward = page.get_by_role("link", name="The next")
        if not onward.count():
            break
        address = onward.get_attribute("href")
        onward.click()
        page.wait_for_url(f"**{address}")
    assert len(listed) == len(set(listed)) == 231


def test_a_crowd_leads_closer(visitor, showcase):
    page = visitor.go("/?start=2022-03-28&end=2022-03-30")
    assert page.locator("h1").inner_text() == "230 events"
    page.locator(".timeline a:has(.bar)").first.click()
    page.wait_for_url(re.compile("start=2022-03-28T00"))
    assert page.locator("h1").inner_text() == "21 events"  # the last one begins as the hour ends
    page.get_by_role("link", name="wider").click()
    page.wait_for_url(re.compile("start=2022-03-27T23"))


def test_who_may_not_write_signs_in_and_out(browser, embedded, showcase, tmp_path):
    tokens = TokenFile(tmp_path / "tokens.json")
    secret = tokens.add("Anna", ("read", "review"))
    stores = {
        name: getattr(embedded.platform, name) for name in ("catalogue", "jobs", "models", "artifacts", "embeddings")
    }
    site = make_site(Backend(**stores, detectors=list), access=Access(tokens=tokens, open_reading=False))
    server = HttpServer.start(site, listen("127.0.0.1", 0))
    try:
        with Visitor.to(browser, f"http://127.0.0.1:{server.port}") as visitor:
            visitor.expected = ("401", "403")
            page = visitor.go("/jobs")
            page.get_by_role("main").get_by_role("link", name="Sign in").click()
            page.get_by_label("API token").fill("hs_wrong")
            page.get_by_role("button", name="Sign in").click()
            page.get_by_text("Please sign in").wait_for()
            page.go_back()
            page.get_by_label("API token").fill(secret)
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url("**/jobs")
            assert page.evaluate("document.cookie") == ""
            page.get_by_role("button", name="Try again").or_(page.get_by_role("button", name="Cancel")).first.click()
            page.get_by_text("Not with this token").wait_for()
            visitor.go(f"/events/{showcase.source.id}")
            page.locator(".review").get_by_label("Your name").fill("Bob")
            page.get_by_role("button", name="Confirm").click()
            page.locator(".review li").get_by_text("Bob via Anna").wait_for()
            visitor.go("/login")
            page.get_by_role("button", name="Sign out").click()
            page.get_by_text("Please sign in").wait_for()
    finally:
        server.stop()


def test_events_are_related_and_the_relation_is_withdrawn(visitor, showcase, embedded, address):
    page = visitor.go(f"/events/{showcase.region.id}")
    page.get_by_text("Relate it to another event").click()
    form = page.locator("details", has=page.get_by_label("Id or address"))
    form.get_by_label("This event").select_option("causes")
    form.get_by_label("Id or address").fill(f"{address}/events/{showcase.jet.id}")
    form.get_by_label("Your name").fill("Zoë")
    form.get_by_role("button", name="Relate").click()
    page.get_by_text("This causes").wait_for()
    page.locator("#ties").get_by_role("link", name="Coronal Jet").click()
    page.wait_for_url(f"**/events/{showcase.jet.id}")
    tie = page.locator("#ties li", has_text="This is caused by")
    if tie.get_by_label("Your name").is_visible():
        tie.get_by_label("Your name").fill("Zoë")
    tie.get_by_role("button", name="Withdraw").click()
    page.get_by_text("nobody has related this event").wait_for()
