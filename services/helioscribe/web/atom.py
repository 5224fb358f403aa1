"""The newest changes of the catalogue as an Atom feed (RFC 4287)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, tostring  # written, not read

from fastapi import APIRouter, Request, Response

from helioscribe.domain.event import EventStatus, concept_of
from helioscribe.domain.hek.row import ivorn
from helioscribe.domain.identity import digest
from helioscribe.domain.times import format_utc
from helioscribe.ports.catalogue import Revision
from helioscribe.runtime.formats.xml_text import xml_text
from helioscribe.runtime.wording import moment, strength
from helioscribe.web.backend import Backend
from helioscribe.web.filters import Filters

__all__ = ["atom"]

_NAMESPACE = "http://www.w3.org/2005/Atom"
_MOST = 100
_NEVER = "1970-01-01T00:00:00Z"


def atom(backend: Backend) -> APIRouter:
    """Return the route ``/feed.atom``, with the filters of ``/api/events``."""
    router = APIRouter()
    router.get("/feed.atom", openapi_extra=Filters.described())(_Feed(backend).feed)
    return router


@dataclass(frozen=True, slots=True)
class _Feed:
    backend: Backend

    def feed(self, request: Request) -> Response:
        """The events that fit and were changed last, withdrawn ones too; the order of the filters is ignored."""
        filters = Filters.of(request.query_params)
        query = filters.query(limit=50, most=_MOST)
        found = self.backend.catalogue.newest_changes(query if filters.status else replace(query, statuses=()))
        document = self._document(found, filters, str(request.base_url))
        tag = f'"{digest(document)[:32]}"'
        if request.headers.get("if-none-match") == tag:  # readers ask again and again
            return Response(status_code=304, headers={"ETag": tag})
        return Response(document, media_type="application/atom+xml", headers={"ETag": tag})

    def _document(self, found: Sequence[Revision], filters: Filters, base: str) -> bytes:
        root, feed = (self.backend.public_url or base).rstrip("/"), Element("feed", xmlns=_NAMESPACE)
        asked = ", ".join(f"{name} {text}" for name, text in asdict(filters).items() if text)
        title = f"Solar events: {asked}" if asked else "Solar events"
        updated = _stamp(found[0]) if found else _NEVER
        _texts(feed, title=title, id=root + filters.url("/feed.atom"), updated=updated)
        SubElement(feed, "link", rel="self", href=root + filters.url("/feed.atom"), type="application/atom+xml")
        SubElement(feed, "link", rel="alternate", href=root + filters.url("/"), type="text/html")
        SubElement(SubElement(feed, "author"), "name").text = self.backend.authority
        for change in found:
            self._entry(SubElement(feed, "entry"), change, self.backend.page_of(change.event.id, base))
        return bytes(tostring(feed, encoding="utf-8", xml_declaration=True))

    def _entry(self, entry: Element, change: Revision, address: str) -> None:
        event = change.event
        gone = "Retracted:" if event.status is EventStatus.RETRACTED else ""
        title = (gone, concept_of(event.event_type), strength(event), moment(event.event_starttime), "UTC")
        # Its name in the Virtual Observatory, and not its address: that may change, and readers would show it again.
        name = quote(ivorn(event, authority=self.backend.authority), safe=":/#?&=+@~")
        _texts(entry, title=" ".join(filter(None, title)), id=name, updated=_stamp(change), summary=_summary(change))
        SubElement(entry, "link", rel="alternate", href=address, type="text/html")
        SubElement(entry, "category", term=event.event_type, label=concept_of(event.event_type))
        SubElement(SubElement(entry, "author"), "name").text = xml_text(event.frm_name)


def _texts(parent: Element, **texts: str) -> None:
    for name, text in texts.items():
        SubElement(parent, name).text = xml_text(text)


def _summary(change: Revision) -> str:
    event = change.event
    span = f"{moment(event.event_starttime)} to {moment(event.event_endtime)} UTC"
    seen = f"{event.obs_observatory} {event.obs_instrument}, {event.frm_name}, {event.status.value}"
    return f"{span}, {seen}; revision {event.revision}: {change.reason}"


def _stamp(change: Revision) -> str:
    return f"{format_utc(change.at)}Z"
