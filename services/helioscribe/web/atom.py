"""The newest changes of the catalogue as an Atom feed (RFC 4287)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, tostring  # written, not read

from fastapi import APIRouter, Request, Response

from helioscribe.domain.event import Event, concept_of
from helioscribe.domain.query import Order
from helioscribe.domain.times import format_utc, utc_now
from helioscribe.runtime.wording import moment, strength
from helioscribe.web.backend import Backend
from helioscribe.web.filters import Filters

__all__ = ["atom"]

_NAMESPACE = "http://www.w3.org/2005/Atom"
_MOST = 100


def atom(backend: Backend) -> APIRouter:
    """Return the route ``/feed.atom``, with the filters of ``/api/events``."""
    router = APIRouter()
    router.get("/feed.atom", openapi_extra=Filters.described())(_Feed(backend).feed)
    return router


@dataclass(frozen=True, slots=True)
class _Feed:
    backend: Backend

    def feed(self, request: Request) -> Response:
        """The newest events that fit, by the time at which their method ran."""
        query = replace(Filters.of(request.query_params).query(limit=50), order=Order.RUN, descending=True)
        found = list(self.backend.catalogue.search(replace(query, limit=min(query.limit, _MOST))))
        base = self.backend.public_url.rstrip("/") or str(request.base_url).rstrip("/")
        here = f"{base}/feed.atom" + (f"?{request.url.query}" if request.url.query else "")
        return Response(_document(found, base, here), media_type="application/atom+xml")


def _document(found: Sequence[Event], base: str, here: str) -> bytes:
    feed = Element("feed", xmlns=_NAMESPACE)
    _texts(feed, title="Solar events", id=here, updated=_stamp(found[0]) if found else f"{format_utc(utc_now())[:19]}Z")
    SubElement(feed, "link", rel="self", href=here)
    SubElement(SubElement(feed, "author"), "name").text = "Helioscribe"
    for event in found:
        entry = SubElement(feed, "entry")
        title = " ".join(filter(None, (concept_of(event.event_type), strength(event), moment(event.event_starttime))))
        address = f"{base}/events/{quote(event.id)}"
        _texts(entry, title=title, id=address, updated=_stamp(event), summary=_summary(event))
        SubElement(entry, "link", rel="alternate", href=address)
        SubElement(entry, "category", term=event.event_type)
        SubElement(SubElement(entry, "author"), "name").text = _plain(event.frm_name)
    return bytes(tostring(feed, encoding="utf-8", xml_declaration=True))


def _texts(parent: Element, **texts: str) -> None:
    for name, text in texts.items():
        SubElement(parent, name).text = _plain(text)


def _summary(event: Event) -> str:
    span = f"{moment(event.event_starttime)} to {moment(event.event_endtime)} UTC"
    return f"{span}, {event.obs_observatory} {event.obs_instrument}, {event.frm_name}, {event.status.value}"


def _stamp(event: Event) -> str:
    return f"{format_utc(event.frm_daterun)[:19]}Z"


def _plain(text: str) -> str:
    # XML 1.0 knows no control characters.
    return "".join(sign if sign >= " " or sign in "\n\t" else " " for sign in text)
