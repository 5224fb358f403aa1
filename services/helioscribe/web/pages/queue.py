"""What people should look at next: images and events that nobody has decided about."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import Request, Response

from helioscribe.domain.errors import HelioscribeError, NotFoundError
from helioscribe.domain.event import Event
from helioscribe.domain.model import Alias
from helioscribe.domain.review import Standing, SubjectKind
from helioscribe.ports.catalogue import EventQuery
from helioscribe.runtime.companions import ImageWord
from helioscribe.runtime.reviews.clusters import scoring_detectors
from helioscribe.runtime.reviews.queue import ImageQueue, Order, disputed_events, event_queue
from helioscribe.runtime.wording import sentence
from helioscribe.web.backend import Backend
from helioscribe.web.pages.review import reviewer
from helioscribe.web.rendering import render

__all__ = ["routes"]

_SHOWN = 12


def routes(backend: Backend) -> dict[str, Callable[..., Response]]:
    """Return the page by its path."""
    return {"/review": _Queue(backend).page}


@dataclass(frozen=True, slots=True)
class _Queue:
    backend: Backend

    def page(
        self,
        request: Request,
        detector: str | None = None,
        order: Order = Order.ANOMALY,
        disputed: str = "",
        said: str = "",
    ) -> Response:
        detectors = scoring_detectors(self.backend.embeddings)
        chosen = detector or next(iter(detectors), "")
        words, no_image = self._images(chosen, order)
        events, no_event = self._events(disputed)
        here = f"/review?{urlencode({'order': order.value, 'detector': chosen, 'disputed': disputed})}"
        return render(
            "review.html",
            words=words,
            events=events,
            no_image=no_image,
            no_event=no_event,
            order=order,
            detector=chosen,
            detectors=detectors,
            disputed=disputed,
            shadowed=self._shadowed(),
            last=self._said(said),
            reviewer=reviewer(request),
            back=here,
        )

    def _images(self, detector: str, order: Order) -> tuple[list[ImageWord], str]:
        """Return the images that wait, and why there are none."""
        backend = self.backend
        queue = ImageQueue(
            catalogue=backend.catalogue, embeddings=backend.embeddings, models=backend.models, detector=detector
        )
        try:
            return queue.first(order, limit=_SHOWN), "No image waits."
        except NotFoundError as error:
            return [], sentence(error)

    def _events(self, disputed: str) -> tuple[list[Event], str]:
        """Return the events that wait, and why there are none; `disputed` names a detector with a shadow."""
        backend = self.backend
        if not disputed:
            return event_queue(backend.catalogue, EventQuery(), limit=_SHOWN), "No event waits."
        try:
            found = disputed_events(backend.catalogue, backend.models, disputed, limit=_SHOWN)
        except NotFoundError as error:
            return [], sentence(error)
        return found, f"The shadow of {disputed} has seen all that its champion has."

    def _shadowed(self) -> list[str]:
        """Return the detectors of which a second model runs beside the first."""
        with suppress(HelioscribeError):  # the page is of use without them
            names = [plugin.name for plugin in self.backend.detectors()]
            return [name for name in names if Alias.SHADOW in self.backend.models.aliases(name)]
        return []

    def _said(self, said: str) -> Standing | None:
        """Return how the subject stands of which somebody has just said something, if they have."""
        kind, _, subject = said.partition("/")
        if kind not in set(SubjectKind):
            return None
        found = self.backend.catalogue.standings(SubjectKind(kind), subjects=[subject])
        return next((one for one in found if one.decision or one.label), None)
