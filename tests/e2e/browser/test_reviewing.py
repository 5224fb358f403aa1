"""What reviewers do, click by click: the queue, a cluster of images, an event of another class."""

from __future__ import annotations

import pytest

from helioscribe.domain.review import DETECTED_AS, SubjectKind, Verdict

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("browser")]

GROUP = "stix-ssl/1/1"


def test_an_image_leaves_the_queue_and_its_cluster_gets_a_label(visitor, showcase, embedded):
    page = visitor.go("/review")
    odd = page.locator("figure", has=page.locator("form.quick")).first
    image = odd.get_by_role("link").first.get_attribute("href").rpartition("/")[2]
    odd.get_by_label("Your name").fill("Zoë")
    odd.get_by_role("button", name="Keep").click()
    page.locator(f"figure a[href$='{image}']").wait_for(state="detached")
    page.get_by_role("link", name="All clusters").click()
    page.get_by_role("link", name="1", exact=True).click()
    page.locator("figure", has=page.locator(f"a[href$='{image}']")).locator(".tag.keep").wait_for()
    page.get_by_label("It shows", exact=True).fill("compact, <b>one</b> source")
    page.locator("#review").get_by_role("button", name="Label").click()
    page.locator("h1 .tag", has_text="compact, <b>one</b> source").wait_for()
    said = embedded.platform.catalogue.reviews(SubjectKind.CLUSTER, GROUP)
    assert [(one.verdict, one.by) for one in said] == [(Verdict.LABEL, "Zoë")]
    visitor.go("/clusters")
    assert (
        "compact, <b>one</b> source"
        in page.locator("tr", has=page.get_by_role("link", name="1", exact=True)).inner_text()
    )


def test_an_event_of_another_class_is_found_as_that(visitor, showcase, embedded):
    page = visitor.go(f"/events/{showcase.doubted.id}")
    page.locator(".review").get_by_label("Your name").fill("Zoë")
    page.get_by_label("Rather a").select_option("ER")
    page.get_by_role("button", name="Relabel", exact=True).click()
    page.locator("h1", has_text="Eruption").wait_for()
    assert "Flare" in page.locator(".facts div", has_text="Detected as").inner_text()
    page = visitor.go("/?type=ER&reviewed=relabelled")
    page.locator(f"tbody a[href$='{showcase.doubted.id}']").first.click()
    page.get_by_label("Rather a").select_option("FL")
    page.get_by_role("button", name="Relabel", exact=True).click()
    page.locator("h1", has_text="Flare").wait_for()
    event = embedded.platform.catalogue.event(showcase.doubted.id)
    assert (event.event_type, event.revision, DETECTED_AS in event.attributes) == ("FL", 3, False)


def test_a_rating_outside_of_its_bounds_is_not_sent(visitor, showcase, embedded):
    page = visitor.go(f"/events/{showcase.jet.id}")
    page.locator(".review").get_by_label("Your name").fill("Zoë")
    page.get_by_label("0 to 1").fill("7")
    page.get_by_role("button", name="Rate").click()
    assert not page.get_by_label("0 to 1").evaluate("field => field.checkValidity()")
    page.get_by_label("0 to 1").fill("0.25")
    page.get_by_role("button", name="Rate").click()
    page.locator(".review li", has_text="rate 0.25").wait_for()
    (standing,) = embedded.platform.catalogue.standings(SubjectKind.EVENT, subjects=[showcase.jet.id])
    assert (standing.rating, standing.decision) == (0.25, None)
