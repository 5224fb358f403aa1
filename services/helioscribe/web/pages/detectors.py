"""The detectors, and everything about one of them: settings, models and who served when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Response

from helioscribe.domain.errors import NotFoundError
from helioscribe.web.backend import Backend
from helioscribe.web.rendering import render
from helioscribe.web.views import card_view, serving

__all__ = ["routes"]


def routes(backend: Backend) -> dict[str, Callable[..., Response]]:
    """Return the pages by path."""
    pages = _Detectors(backend)
    return {"/detectors": pages.all, "/detectors/{name}": pages.one}


@dataclass(frozen=True, slots=True)
class _Detectors:
    backend: Backend

    def all(self) -> Response:
        found = self.backend.detectors()
        return render("detectors.html", detectors=found, serving=serving(self.backend, found))

    def one(self, name: str) -> Response:
        plugin = next((one for one in self.backend.detectors() if one.name == name), None)
        if plugin is None:
            raise NotFoundError(f"no detector {name[:80]!r}")
        models = self.backend.models
        cards = [card_view(card) for card in reversed(models.cards(name))]
        roles = {version: alias.value for alias, version in models.aliases(name).items()}
        return render("detector.html", plugin=plugin, cards=cards, roles=roles, history=models.history(name)[::-1])
