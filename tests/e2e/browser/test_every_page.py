"""Every page in a browser: whole, of its own origin, no wider than a phone, and fit for everybody."""

from __future__ import annotations

import pytest

from support.browser import NARROW, WIDE

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("browser")]

PAGES = (
    "/",
    "/happenings",
    "/disk",
    "/coverage",
    "/review",
    "/clusters",
    "/clusters/stix-ssl/1/1",
    "/detectors",
    "/detectors/stix-lstm",
    "/jobs",
    "/failures",
    "/login",
    "/clusters?by=scores",
    "/disk?window=72",
    "/?goes_class=C1&end=2022-03-29",
    "/?start=2022-03-28&end=2022-03-30",
)
REFUSED = ("/nowhere", "/events/evt-none", "/?goes_class=Q5", "/review?order=beauty", "/disk?window=7")

DRAWN = "[...document.images].every(image => image.loading === 'lazy' || (image.complete && image.naturalWidth > 0))"


def every(showcase):
    events = (showcase.flare, showcase.jet, showcase.region, showcase.source)
    of_events = [f"/events/{event.id}" for event in events]
    alike = f"/similar/{showcase.source.observation_ids[-1]}"
    return [*PAGES, alike, *of_events, *(f"/observations/{event.observation_ids[-1]}" for event in events)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_whole_and_fit_for_everybody(visitor, showcase, scheme):
    visitor.page.emulate_media(color_scheme=scheme)
    for path in every(showcase):
        page = visitor.go(path)
        assert page.locator("h1").count() == 1, path
        assert page.evaluate(DRAWN), path
        assert visitor.barriers() == [], path
        page.set_viewport_size(NARROW)
        assert not visitor.overflows(), path
        page.set_viewport_size(WIDE)


def test_refusals_say_what_was_wrong_to_everybody(visitor, showcase):
    visitor.expected = ("400", "404")
    for path in REFUSED:
        page = visitor.go(path)
        assert page.locator("h1").inner_text() in ("Not here", "Not understood"), path
        assert visitor.barriers() == [], path
        page.set_viewport_size(NARROW)
        assert not visitor.overflows(), path
        page.set_viewport_size(WIDE)
    assert "goes_class" in visitor.go(REFUSED[2]).locator("main").inner_text()
