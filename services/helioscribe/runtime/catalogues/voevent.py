"""VOEvents: 1.1 as HEK writes it, and 2.0 as `helioscribe.runtime.formats.voevent` does."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from functools import partial
from typing import Any

from helioscribe.domain.errors import InvalidInputError
from helioscribe.runtime.catalogues.rows import Row, Rows

__all__ = ["rows_of_voevents"]


def rows_of_voevents(data: bytes) -> Rows:
    """Yield the record of each VOEvent in an XML document.

    Raises
    ------
    InvalidInputError
        If it is no XML, holds no VOEvent, or declares entities, which no VOEvent needs and bombs are made of.
    """
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise InvalidInputError("XML with a document type: expected a VOEvent, which has none")
    try:
        root = ET.fromstring(data)  # noqa: S314  # without a document type there are no entities
    except ET.ParseError as error:
        raise InvalidInputError.wrap(error, doing="not XML") from None
    found = [element for element in root.iter() if _name(element) == "VOEvent"]
    if not found:
        raise InvalidInputError("XML without a VOEvent")
    for number, element in enumerate(found, start=1):
        yield Row(where=f"VOEvent {number}", values=partial(_values, element))


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _values(event: ET.Element) -> dict[str, Any]:
    values: dict[str, Any] = dict(_parameters(event)) | dict(_how(event))
    values |= _place(event) | _span(event)
    said = _first(event, "EVENT_TYPE")
    values |= {"event_type": said} if said else {}
    values |= {"event_description": text} if (text := _first(event, "Why", "Description")) else {}
    values |= {"event_probability": p} if (p := _attribute(event, "Inference", "probability")) else {}
    values |= {"event_importance": i} if (i := _attribute(event, "Why", "importance")) else {}
    values |= {"refs": references} if (references := list(_references(event))) else {}
    if event.get("role") == "test":
        values["event_testflag"] = "true"
    values.setdefault("obs_observatory", _attribute(event, "ObservationLocation", "id"))
    return {**values, "kb_archivid": event.get("ivorn", "")}


def _parameters(event: ET.Element) -> Iterator[tuple[str, str]]:
    for element in event.iter():
        if _name(element) == "Param" and (value := element.get("value", "")):
            yield element.get("name", ""), value


def _how(event: ET.Element) -> Iterator[tuple[str, str]]:
    for element in event.iter():
        if _name(element).startswith(("OBS_", "FRM_")) and element.text:
            yield _name(element).lower(), element.text
    for element in event:
        if _name(element) == "Reference" and element.get("name") in ("FRM_URL", "OBS_DataPrepURL", "Event_MapURL"):
            yield str(element.get("name")).lower(), element.get("uri", "")


def _span(event: ET.Element) -> dict[str, str]:
    start, stop = _first(event, "StartTime", "ISOTime"), _first(event, "StopTime", "ISOTime")
    return {"event_starttime": start, "event_endtime": stop} if start and stop else {}


def _place(event: ET.Element) -> dict[str, Any]:
    position = next((one for one in event.iter() if _name(one) == "Position2D"), None)
    system = _attribute(event, "AstroCoordArea", "coord_system_id")
    if position is None or not system:
        return {}
    found: dict[str, Any] = {"event_coordsys": system, "event_coordunit": position.get("unit", "")}
    found |= dict(zip(("event_coord1", "event_coord2"), _pair(position, "Value2"), strict=False))
    found |= dict(zip(("event_c1error", "event_c2error"), _pair(position, "Error2"), strict=False))
    try:
        (x, y), (wide, high) = (map(float, _pair(event, part)) for part in ("Center", "Size"))
    except ValueError:
        return found
    box = {"c1ll": x - wide / 2, "c1ur": x + wide / 2, "c2ll": y - high / 2, "c2ur": y + high / 2}
    return found | {f"boundbox_{side}": edge for side, edge in box.items()}


def _pair(parent: ET.Element, name: str) -> list[str]:
    around = next((one for one in parent.iter() if _name(one) == name), None)
    return [] if around is None else [one.text or "" for one in around if _name(one) in ("C1", "C2")]


def _first(event: ET.Element, *path: str) -> str:
    around: ET.Element | None = event
    for name in path:
        around = None if around is None else next((one for one in around.iter() if _name(one) == name), None)
    return "" if around is None else (around.text or "").strip()


def _attribute(event: ET.Element, element: str, name: str) -> str:
    return next((one.get(name, "") for one in event.iter() if _name(one) == element), "")


def _references(event: ET.Element) -> Iterator[dict[str, str]]:
    for element in event.iter():
        if _name(element) == "Reference" and element.get("type") and element.get("uri"):
            names = {"ref_name": "name", "ref_type": "type", "ref_url": "uri"}
            yield {ours: element.get(theirs, "") for ours, theirs in names.items()}
