"""A headless Chromium that clicks through the pages, and complains about what no page may do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

__all__ = ["NARROW", "WIDE", "Visitor", "chromium"]

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
"""A desk and a phone."""

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAWS = ("error", "warning")


@contextmanager
def chromium() -> Iterator[Any]:
    """Start the browser of this machine, or the one that `playwright install chromium` fetched; skip without one.

    ``CHROMIUM`` names the program of another place.
    """
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    with sync_api.sync_playwright() as playwright:
        path = found or playwright.chromium.executable_path
        if not Path(path).is_file():
            pytest.skip(f"no browser: none of {', '.join(_NAMES)} is on the path, and CHROMIUM names none")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visitor:
    """A person with a window of their own; what goes wrong in it is noted."""

    page: Any
    """Of playwright."""

    base: str
    """Address of the site."""

    complaints: list[str] = field(default_factory=list)
    """Scripts and styles that were blocked or broke, and requests that left the site."""

    expected: tuple[str, ...] = ()
    """Parts of complaints that a test asks for, such as the answer 404."""

    @classmethod
    @contextmanager
    def to(cls, browser: Any, base: str, **options: Any) -> Iterator[Visitor]:
        """Open a window; at its end nothing may have gone wrong in it."""
        context = browser.new_context(base_url=base, **({"viewport": WIDE} | options))
        context.set_default_timeout(60_000)
        visitor = cls(page=context.new_page(), base=base)
        visitor._listen(context)
        try:
            yield visitor
            assert [one for one in visitor.complaints if not any(part in one for part in visitor.expected)] == []
        finally:
            context.close()

    def _listen(self, context: Any) -> None:
        context.on("console", self._heard)
        context.on("weberror", lambda error: self.complaints.append(f"script: {error.error}"))
        context.on("request", self._asked)

    def _heard(self, message: Any) -> None:
        if message.type in _FLAWS:
            self.complaints.append(f"console: {message.text}")

    def _asked(self, request: Any) -> None:
        if urlsplit(request.url).netloc != urlsplit(self.base).netloc:
            self.complaints.append(f"a request left the site: {request.url}")

    def go(self, path: str = "/") -> Any:
        """Open a page of the site and return it."""
        self.page.goto(path)
        return self.page

    def barriers(self) -> list[str]:
        """What keeps people from using the page: the findings of axe-core, in the colours and at the width of now."""
        axe = pytest.importorskip(
            "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
        )
        found = axe.Axe().run(self.page).response["violations"]
        return [f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]}" for one in found]

    def overflows(self) -> bool:
        """Whether the page is wider than the window."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
