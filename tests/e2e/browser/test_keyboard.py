"""Without a mouse: from the filters to an event, to its review, and back."""

from __future__ import annotations

import re

import pytest

from helioscribe.domain.review import SubjectKind, Verdict

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("browser")]

_MOST = 80
_FOCUSED = "document.activeElement?.labels?.[0]?.innerText || document.activeElement?.innerText || ''"


def tab_to(page, text):
    """Press Tab until something with a text has the focus, as somebody does who cannot point."""
    for _ in range(_MOST):
        page.keyboard.press("Tab")
        if page.evaluate(_FOCUSED).strip().startswith(text):
            return
    pytest.fail(f"nobody comes to {text!r} by Tab")


def test_from_the_filters_to_an_event_its_review_and_its_undo(visitor, showcase, embedded):
    page = visitor.go("/")
    tab_to(page, "What")
    page.keyboard.type("Coronal J")
    tab_to(page, "Show")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("type=CJ"))
    tab_to(page, "Coronal Jet")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/events/{showcase.jet.id}")
    tab_to(page, "Your name")
    page.keyboard.type("Zoë")
    tab_to(page, "Reject")
    page.keyboard.press("Enter")
    page.get_by_text("Rejected by Zoë").wait_for()
    assert visitor.barriers() == []
    tab_to(page, "Undo reject")
    page.keyboard.press("Enter")
    page.get_by_text("Rejected by Zoë").wait_for(state="detached")
    said = embedded.platform.catalogue.reviews(SubjectKind.EVENT, showcase.jet.id)
    assert [one.verdict for one in said][-2:] == [Verdict.REJECT, Verdict.UNDO]


def test_the_queue_by_single_letters(visitor, showcase, embedded):
    page = visitor.go("/review")
    first = page.locator("[data-item]").first
    first.get_by_label("Your name").fill("Zoë")
    page.keyboard.press("n")  # a letter of the name, not a decision
    assert first.get_by_label("Your name").input_value() == "Zoën"
    first.get_by_label("Your name").fill("Zoë")
    image = first.get_by_role("link").first.get_attribute("href").rpartition("/")[2]
    first.get_by_role("link").first.focus()
    page.keyboard.press("n")
    page.locator("#last").get_by_text("discarded by Zoë").wait_for()
    assert visitor.barriers() == []
    assert page.locator(f"figure a[href$='{image}']").count() == 0
    assert page.evaluate("document.activeElement.closest('[data-item]') !== null")
    before = page.evaluate("document.activeElement.href")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.href") != before
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.href") == before
    page.keyboard.press("u")
    page.locator(f"figure a[href$='{image}']").first.wait_for()
    (standing,) = embedded.platform.catalogue.standings(SubjectKind.IMAGE, subjects=[image])
    assert standing.decision is None


def test_a_dot_of_the_map_shows_its_image(visitor, showcase):
    page = visitor.go("/clusters?by=scores")
    picture = page.locator(".map img")
    assert not picture.is_visible()
    page.locator(".map circle").last.hover()
    picture.wait_for()
    assert page.evaluate("document.querySelector('.map img').decode().then(() => true)")
