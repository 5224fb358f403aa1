"""Events as VOEvent: 1.1 as HEK writes it, and 2.0 of the International Virtual Observatory Alliance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from helioscribe.domain.event import EVENT_CLASSES, PLACE_COLUMNS
from helioscribe.domain.hek.row import ivorn
from helioscribe.domain.hek.schema import Column, Kind, columns_of
from helioscribe.runtime.formats.xml_text import xml_text
from helioscribe.runtime.relations import Tie

__all__ = ["together", "voevent", "voevent_2"]

_HEK = {
    "xmlns:voe": "http://www.ivoa.net/xml/VOEvent/v1.1",
    "xmlns:stc": "http://www.ivoa.net/xml/STC/stc-v1.30.xsd",
    "xmlns:lmsal": "http://www.lmsal.com/helio-informatics/lmsal-v1.0.xsd",
    "xmlns:crd": "urn:nvo-coords",
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xsi:schemaLocation": "http://www.ivoa.net/xml/VOEvent/v1.1 "
    "http://www.lmsal.com/helio-informatics/VOEvent-v1.1.xsd",
}
_IVOA = {
    "xmlns:voe": "http://www.ivoa.net/xml/VOEvent/v2.0",
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xsi:schemaLocation": "http://www.ivoa.net/xml/VOEvent/v2.0 http://www.ivoa.net/xml/VOEvent/VOEvent-v2.0.xsd",
}
_MOST_EDGES = 20
_DATA = ("OBS_ChannelID", "OBS_Instrument", "OBS_MeanWavel", "OBS_WavelUnit", "OBS_Observatory")
_METHOD = (
    "FRM_Name",
    "FRM_DateRun",
    "FRM_HumanFlag",
    "FRM_Institute",
    "FRM_Contact",
    "FRM_Identifier",
    "FRM_ParamSet",
    "FRM_VersionNumber",
    "FRM_SpecificID",
    "FRM_URL",
)
_WHERE = frozenset({"event_coordsys", "event_coordunit", *PLACE_COLUMNS, "event_starttime", "event_endtime"})
_SAID = {"event_type", "event_probability", "event_description", *_WHERE, *map(str.lower, (*_DATA, *_METHOD))}


def voevent(row: Mapping[str, Any], *, authority: str, ties: Sequence[Tie] = ()) -> bytes:
    """Return an event as VOEvent 1.1 in HEK's layout, which sunpy's ``get_voevent`` reads.

    Parameters
    ----------
    row
        The event as `hek_rows` makes it.
    authority
        Name of the institution, for the names of events.
    ties
        Relations to other events; the first twenty are written, as HEK does.
    """
    root = _root(row, _HEK, "1.1")
    _who(root, row)
    name = EVENT_CLASSES[row["event_type"]]
    required, optional = _parameters(row["event_type"])
    what = _child(root, "What")
    _child(what, "Description", row["event_description"])
    for suffix, chosen in (("required", required), ("optional", optional)):
        group = _child(what, "Group", name=f"{name}_{suffix}")
        for column in chosen:
            if row[column.name] not in ("", None):
                _child(group, "Param", name=column.name, value=row[column.name])
    _where_when(root, row)
    _how(root, row)
    _why(root, row)
    _child(root, "Citations")
    for reference in row["refs"]:
        _child(root, "Reference", name=reference["ref_name"], type=reference["ref_type"], uri=reference["ref_url"])
    for tie in ties[:_MOST_EDGES]:
        _child(root, "Reference", name="Edge", type=tie.word, uri=ivorn(tie.other, authority=authority))
    _child(root, "Reference", name="FRM_URL", uri=row["frm_url"])
    return _written(root)


def voevent_2(row: Mapping[str, Any], *, authority: str, ties: Sequence[Tie] = ()) -> bytes:
    """Return an event as VOEvent 2.0 for brokers: the record as parameters, its place where the frame has one.

    Parameters are those of `voevent`.
    """
    root = _root(row, _IVOA, "2.0")
    who = _child(root, "Who")
    _child(who, "AuthorIVORN", f"ivo://{authority}")
    _child(who, "Date", row["frm_daterun"])
    author = _child(who, "Author")
    _child(author, "shortName", row["frm_institute"])
    _child(author, "contactName", row["frm_contact"])
    what = _child(root, "What")
    for column in columns_of(row["event_type"]):
        value = row[column.name]
        if column.kind is not Kind.REFERENCES and value not in ("", None):
            _child(what, "Param", name=column.name, value=value, dataType=_kind(column), **_unit(column, row))
    _time_and_place(_child(_child(root, "WhereWhen"), "ObsDataLocation"), row)
    how = _child(root, "How")
    _child(how, "Description", f"{row['frm_name']}: {row['frm_paramset']}")
    if row["frm_url"].startswith(("http://", "https://")):
        _child(how, "Reference", uri=row["frm_url"])
    why = _child(root, "Why", **_importance(row))
    _child(why, "Concept", row["concept"])
    _child(why, "Inference", **_probability(row))
    for tie in ties[:_MOST_EDGES]:
        _child(root, "Reference", uri=ivorn(tie.other, authority=authority), meaning=f"#{tie.word}")
    return _written(root)


def _root(row: Mapping[str, Any], spaces: Mapping[str, str], version: str) -> ET.Element:
    role = "test" if row["event_testflag"] == "true" else "observation"
    # Prefixes are written out: sunpy looks for "voe:VOEvent" to the letter.
    return ET.Element("voe:VOEvent", {"ivorn": _text(row["kb_archivid"]), "role": role, "version": version, **spaces})


def _child(parent: Any, tag: str, text: Any = "", **attributes: Any) -> ET.Element:
    element = ET.SubElement(parent, tag, {name: _text(value) for name, value in attributes.items()})
    element.text = _text(text) or None
    return element


def _text(value: Any) -> str:
    return "" if value is None else xml_text(str(value))


def _parameters(event_type: str) -> tuple[list[Column], list[Column]]:
    chosen = [
        column
        for column in columns_of(event_type)
        if column.origin == "spec"
        and column.name not in _SAID
        and not column.name.startswith(("kb_", "search_"))
        and column.kind not in (Kind.POINT, Kind.REFERENCES)
        and not column.name.startswith(("hpc_", "hgs_", "hgc_", "hrc_"))
    ]
    required = [column for column in chosen if event_type in column.required]
    return required, [column for column in chosen if column not in required]


def _who(root: ET.Element, row: Mapping[str, Any]) -> None:
    who = _child(root, "Who")
    _child(who, "AuthorIVORN", row["kb_archivurl"])
    author = _child(who, "Author")
    _child(author, "contactName", row["frm_institute"])
    _child(author, "contactEmail", row["frm_contact"])
    _child(who, "Date", row["kb_archivdate"])


def _where_when(root: ET.Element, row: Mapping[str, Any]) -> None:
    system = row["event_coordsys"]
    data = _child(_child(root, "WhereWhen"), "ObsDataLocation")
    observatory = _child(data, "ObservatoryLocation")
    _child(observatory, "AstroCoordSystem")
    _child(observatory, "AstroCoords", id=system, coord_system_id=system)
    observation = _child(data, "ObservationLocation", id=row["obs_observatory"])
    _child(observation, "AstroCoordSystem", id=system)
    coordinates = _child(observation, "AstroCoords", coord_system_id=system)
    _instant(coordinates, row["event_starttime"])
    position = _child(coordinates, "Position2D", unit=row["event_coordunit"])
    _pair(position, "Value2", row["event_coord1"], row["event_coord2"])
    _pair(position, "Error2", row["event_c1error"], row["event_c2error"])
    area = _child(observation, "AstroCoordArea", coord_system_id=system)
    interval = _child(area, "TimeInterval")
    _child(_child(interval, "StartTime"), "ISOTime", row["event_starttime"])
    _child(_child(interval, "StopTime"), "ISOTime", row["event_endtime"])
    box = _child(area, "Box2")
    left, right, low, high = (row[f"boundbox_{side}"] for side in ("c1ll", "c1ur", "c2ll", "c2ur"))
    _pair(box, "Center", (left + right) / 2, (low + high) / 2)
    _pair(box, "Size", right - left, high - low)


def _instant(parent: ET.Element, moment: str) -> None:
    _child(_child(_child(parent, "Time"), "TimeInstant"), "ISOTime", moment)


def _pair(parent: ET.Element, tag: str, first: float, second: float) -> None:
    element = _child(parent, tag)
    _child(element, "C1", first)
    _child(element, "C2", second)


def _how(root: ET.Element, row: Mapping[str, Any]) -> None:
    how = _child(root, "How")
    for tag, names in (("lmsal:data", _DATA), ("lmsal:method", _METHOD)):
        part = _child(how, tag)
        for name in names:
            _child(part, f"lmsal:{name}", row[name.lower()])


def _why(root: ET.Element, row: Mapping[str, Any]) -> None:
    why = _child(root, "Why", **_importance(row))
    _child(why, "Inference", **_probability(row))
    _child(why, "Concept", row["concept"])
    _child(why, "lmsal:EVENT_TYPE", f"{row['event_type']}: {EVENT_CLASSES[row['event_type']]}")
    _child(why, "Description", row["event_description"])


def _importance(row: Mapping[str, Any]) -> dict[str, Any]:
    return {} if row["event_importance"] is None else {"importance": row["event_importance"]}


def _probability(row: Mapping[str, Any]) -> dict[str, Any]:
    return {} if row["event_probability"] is None else {"probability": row["event_probability"]}


def _kind(column: Column) -> str:
    return {Kind.NUMBER: "float", Kind.INTEGER: "int"}.get(column.kind, "string")


def _unit(column: Column, row: Mapping[str, Any]) -> dict[str, str]:
    unit = str(row.get(column.unit) or "") if column.unit else ""
    return {"unit": unit.partition(",")[0]} if unit else {}


def _time_and_place(location: ET.Element, row: Mapping[str, Any]) -> None:
    _child(location, "ObservatoryLocation", id=row["obs_observatory"])
    observation = _child(location, "ObservationLocation")
    system = "UTC-HPC-TOPO" if row["hpc_x"] is not None else "UTC-HGS-TOPO"
    _child(observation, "AstroCoordSystem", id=system)
    coordinates = _child(observation, "AstroCoords", coord_system_id=system)
    _child(_child(_child(coordinates, "Time", unit="s"), "TimeInstant"), "ISOTime", row["event_starttime"])
    if row["noposition"] == "true":
        return
    seen = system == "UTC-HPC-TOPO"
    position = _child(coordinates, "Position2D", unit="arcsec" if seen else "deg")
    pair = ("hpc_x", "hpc_y") if seen else ("hgs_x", "hgs_y")
    _child(position, "Name1", pair[0])
    _child(position, "Name2", pair[1])
    _pair(position, "Value2", row[pair[0]], row[pair[1]])


def _written(root: ET.Element) -> bytes:
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def together(documents: Iterable[bytes]) -> Iterable[bytes]:
    """Yield VOEvents as one XML document: a list of them."""
    yield b'<?xml version="1.0" encoding="utf-8"?>\n<VOEvents>\n'
    for document in documents:
        yield document.partition(b"?>\n")[2]
    yield b"</VOEvents>\n"
