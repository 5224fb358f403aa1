"""Where an event comes from, as a W3C PROV document in PROV-JSON.

Vocabulary: PROV-DM (W3C Recommendation, 30 April 2013). Serialisation: The PROV-JSON Serialization (W3C Member
Submission, 24 April 2013). Whatever has a digest is named by it, so that the documents of two catalogues use the same
names for the same things.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from helioscribe.domain.detection import Detection, Method, Value
from helioscribe.domain.event import Event
from helioscribe.domain.identity import content_id
from helioscribe.domain.model import ModelCard
from helioscribe.domain.observation import Observation
from helioscribe.domain.review import Review
from helioscribe.domain.times import format_utc

__all__ = ["Origins", "RunOf", "prov_document"]

PREFIXES = {
    "hs": "urn:helioscribe:id:",
    "hsv": "urn:helioscribe:term:",
    "sha256": "urn:sha256:",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "prov": "http://www.w3.org/ns/prov#",
}
_LONGEST = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOf:
    """The run of a detector that made a detection."""

    detection: Detection
    """The detection, with its provenance."""

    at: datetime | None
    """Time at which the run ended, UTC; None if the catalogue does not have the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origins:
    """Everything that is known of where an event comes from."""

    revisions: Sequence[tuple[Event, datetime, str]]
    """Each revision of the event with its time and reason, oldest first; at least one."""

    runs: Sequence[RunOf]
    """One entry for each detection of the event."""

    observations: Mapping[str, Observation]
    """Observations by id, those that the catalogue has."""

    cards: Mapping[str, ModelCard]
    """Model cards by the digest of their weights, those that the registry has."""

    reviews: Sequence[Review]
    """Reviews of the event, oldest first."""


def prov_document(origins: Origins) -> dict[str, Any]:
    """Return the graph of inputs, detectors, models, parameters, code, revisions and reviews of an event.

    Parameters
    ----------
    origins
        The event with everything that is known of its origin.

    Returns
    -------
    dict
        A PROV-JSON document, made of JSON values only.
    """
    graph = _Graph()
    event = origins.revisions[-1][0]
    _event(graph, origins)
    for run in origins.runs:
        _detection(graph, run, origins)
    for review in origins.reviews:
        _review(graph, review, event)
    return graph.document()


@dataclass(slots=True)
class _Graph:
    """Records of a document by kind and name."""

    records: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)

    def add(self, kind: str, name: str, **attributes: Any) -> str:
        """Add a record unless it is there already, and return its name."""
        known = {key: _literal(value) for key, value in attributes.items() if value not in (None, "")}
        self.records.setdefault(kind, {}).setdefault(name, {_qualified(key): value for key, value in known.items()})
        return name

    def relate(self, kind: str, **ends: Any) -> None:
        """Add a relation between records unless it is there already."""
        named = {key: value for key, value in ends.items() if value is not None}
        self.add(kind, f"_:{content_id('rel', of=kind, **{k: str(v) for k, v in named.items()})}", **named)

    def document(self) -> dict[str, Any]:
        return {"prefix": {k: v for k, v in PREFIXES.items() if k not in ("prov", "xsd")}, **self.records}


class _Name(str):
    """The name of a record, used as a value."""

    __slots__ = ()


def _qualified(key: str) -> str:
    """Return the qualified name of an attribute: ``prov_type`` as ``prov:type``, ``hs_x`` as ``hsv:x``."""
    space, _, name = key.partition("_")
    return f"{'hsv' if space == 'hs' else space}:{name}"


def _literal(value: Any) -> Any:
    if isinstance(value, _Name):
        return {"$": str(value), "type": "prov:QUALIFIED_NAME"}
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime):
        return format_utc(value) + "Z"
    return str(value)[:_LONGEST]


def _event(graph: _Graph, origins: Origins) -> None:
    event = origins.revisions[-1][0]
    name_of = quote(event.id, safe="")
    whole = graph.add(
        "entity",
        f"hs:{name_of}",
        prov_type=_Name("hsv:Event"),
        prov_label=f"{event.event_type} {event.id}",
        hs_event_type=event.event_type,
    )
    before = ""
    for one, at, reason in origins.revisions:
        name = graph.add(
            "entity",
            f"hs:{name_of}.r{one.revision}",
            prov_type=_Name("hsv:Record"),
            hs_revision=one.revision,
            hs_status=one.status.value,
            hs_start=one.event_starttime,
            hs_end=one.event_endtime,
            hs_reason=reason,
        )
        graph.relate("specializationOf", prov_specificEntity=name, prov_generalEntity=whole)
        writing = graph.add(
            "activity",
            f"hs:{name_of}.a{one.revision}",
            prov_endTime=at,
            prov_type=_Name("hsv:Association"),
            hs_reason=reason,
        )
        graph.relate("wasGeneratedBy", prov_entity=name, prov_activity=writing, prov_time=at)
        for detection_id in one.detection_ids:
            graph.relate("used", prov_activity=writing, prov_entity=_entity(graph, detection_id, "Detection"))
            graph.relate("wasDerivedFrom", prov_generatedEntity=name, prov_usedEntity=f"hs:{detection_id}")
        if before:
            kind = _Name("prov:Revision")
            graph.relate("wasDerivedFrom", prov_generatedEntity=name, prov_usedEntity=before, prov_type=kind)
        before = name
    if not event.detection_ids:
        author = graph.add("agent", f"hs:{content_id('org', name=event.frm_institute)}", prov_label=event.frm_institute)
        graph.relate("wasAttributedTo", prov_entity=whole, prov_agent=author)


def _entity(graph: _Graph, name: str, kind: str) -> str:
    return graph.add("entity", f"hs:{name}", prov_type=_Name(f"hsv:{kind}"))


def _detection(graph: _Graph, run: RunOf, origins: Origins) -> None:
    found = run.detection
    source, method = found.source, found.source.method
    name = _entity(graph, found.id, "Detection")
    graph.records["entity"][name] |= {
        "hsv:start": _literal(found.time_range.start),
        "hsv:end": _literal(found.time_range.end),
        **({} if found.probability is None else {"hsv:probability": found.probability}),
    }
    key = content_id("run", method=method.id, input=source.input_sha256, observations=list(source.observation_ids))
    activity = graph.add(
        "activity", f"hs:{key}", prov_type=_Name("hsv:Run"), prov_endTime=run.at, prov_label=f"run of {method.detector}"
    )
    graph.relate("wasGeneratedBy", prov_entity=name, prov_activity=activity, prov_time=run.at)
    product = _product(graph, found, origins)
    graph.relate("used", prov_activity=activity, prov_entity=product)
    graph.relate("wasDerivedFrom", prov_generatedEntity=name, prov_usedEntity=product, prov_activity=activity)
    if method.model_sha256:
        model = _model(graph, method, origins.cards.get(method.model_sha256))
        graph.relate("used", prov_activity=activity, prov_entity=model)
    _software(graph, activity, found)


def _software(graph: _Graph, activity: str, found: Detection) -> None:
    source, method = found.source, found.source.method
    plan = graph.add(
        "entity",
        f"hs:{method.id}",
        prov_type=_Name("prov:Plan"),
        prov_label=f"parameters of {method.detector}",
        **{f"hs_parameter.{name}": value for name, value in method.parameters.items()},
    )
    detector = graph.add(
        "agent",
        f"hs:software.{method.detector}.{method.version}",
        prov_type=_Name("prov:SoftwareAgent"),
        prov_label=method.name or method.detector,
        hs_detector=method.detector,
        hs_version=method.version,
        hs_url=method.url,
    )
    graph.relate("wasAssociatedWith", prov_activity=activity, prov_agent=detector, prov_plan=plan)
    platform = graph.add(
        "agent",
        f"hs:software.helioscribe.{source.code_version}",
        prov_type=_Name("prov:SoftwareAgent"),
        prov_label="Helioscribe",
        hs_version=source.code_version,
    )
    graph.relate("wasAssociatedWith", prov_activity=activity, prov_agent=platform)
    if method.institute:
        institute = graph.add(
            "agent",
            f"hs:{content_id('org', name=method.institute)}",
            prov_type=_Name("prov:Organization"),
            prov_label=method.institute,
            hs_contact=method.contact,
        )
        graph.relate("actedOnBehalfOf", prov_delegate=detector, prov_responsible=institute)


def _product(graph: _Graph, found: Detection, origins: Origins) -> str:
    source = found.source
    product = graph.add(
        "entity",
        f"sha256:{source.input_sha256}",
        prov_type=_Name("hsv:Product"),
        hs_sha256=source.input_sha256,
        prov_label=f"{source.observatory} {source.instrument} {source.channel}".strip(),
    )
    for observation_id in source.observation_ids:
        seen = origins.observations.get(observation_id)
        if seen is None:
            continue
        raw = graph.add(
            "entity",
            f"sha256:{seen.sha256}",
            prov_type=_Name("hsv:Observation"),
            prov_label=seen.name,
            hs_sha256=seen.sha256,
            hs_observation=seen.id,
            hs_archive=seen.archive,
            hs_observatory=seen.observatory,
            hs_instrument=seen.instrument,
            hs_level=seen.level,
            hs_version=seen.version,
            hs_start=seen.time_range.start,
            hs_end=seen.time_range.end,
            hs_bytes=seen.size,
        )
        graph.relate("wasDerivedFrom", prov_generatedEntity=product, prov_usedEntity=raw)
    return product


def _model(graph: _Graph, method: Method, card: ModelCard | None) -> str:
    model = graph.add(
        "entity",
        f"sha256:{method.model_sha256}",
        prov_type=_Name("hsv:Model"),
        hs_sha256=method.model_sha256,
        prov_label=f"{method.detector} {method.model_version}",
        hs_version=method.model_version,
    )
    if card is None:
        return model
    training = graph.add(
        "activity",
        f"hs:training.{card.name}.{card.sha256}",
        prov_type=_Name("hsv:Training"),
        prov_endTime=card.created,
        **{f"hs_recipe.{name}": value for name, value in card.recipe.items() if isinstance(value, Value)},
    )
    graph.relate("wasGeneratedBy", prov_entity=model, prov_activity=training, prov_time=card.created)
    if dataset := str(card.dataset.get("digest", "")):
        told = {f"hs_{name}": value for name, value in card.dataset.items() if isinstance(value, str)}
        data = graph.add("entity", f"hs:dataset.{dataset}", prov_type=_Name("hsv:Dataset"), **told)
        graph.relate("used", prov_activity=training, prov_entity=data)
    return model


def _review(graph: _Graph, review: Review, event: Event) -> None:
    name = graph.add(
        "entity",
        f"hs:{review.id}",
        prov_type=_Name("hsv:Review"),
        hs_verdict=review.verdict.value,
        hs_label=review.label,
        hs_rating=review.rating,
        hs_comment=review.comment,
    )
    person = graph.add(
        "agent", f"hs:{content_id('person', name=review.by)}", prov_type=_Name("prov:Person"), prov_label=review.by
    )
    graph.relate("wasAttributedTo", prov_entity=name, prov_agent=person)
    judged = f"hs:{quote(event.id, safe='')}" + (f".r{review.revision}" if review.revision else "")
    graph.relate("wasDerivedFrom", prov_generatedEntity=name, prov_usedEntity=judged)
