"""Where an event comes from, as a W3C PROV document in PROV-JSON.

Vocabulary: PROV-DM (W3C Recommendation, 30 April 2013). Whatever has a digest is named by it, so that the documents of
two catalogues use the same names for the same things.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any
from urllib.parse import quote

from helioscribe.domain.detection import Detection, Method, Provenance, Value
from helioscribe.domain.event import Event
from helioscribe.domain.identity import content_id
from helioscribe.domain.model import ModelCard
from helioscribe.domain.observation import Observation
from helioscribe.domain.prov_json import Graph, Name
from helioscribe.domain.review import Review

__all__ = ["Origins", "RunOf", "prov_document"]


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
    graph = Graph()
    # The event names its detections by their ids only; what is known of them must be there before.
    for run in origins.runs:
        _detection(graph, run, origins)
    _event(graph, origins)
    for review in origins.reviews:
        _review(graph, review, origins.revisions[-1][0])
    return graph.document()


def _event(graph: Graph, origins: Origins) -> None:
    event = origins.revisions[-1][0]
    name = _event_name(event)
    whole = graph.add(
        "entity",
        name,
        prov_type=Name("hsv:Event"),
        prov_label=f"{event.event_type} {event.id}",
        hs_event_type=event.event_type,
    )
    records = [_record(graph, name, *revision) for revision in origins.revisions]
    for record in records:
        graph.relate("specializationOf", prov_specificEntity=record, prov_generalEntity=whole)
    for before, after in pairwise(records):
        kind = Name("prov:Revision")
        graph.relate("wasDerivedFrom", prov_generatedEntity=after, prov_usedEntity=before, prov_type=kind)
    if not event.detection_ids:
        author = graph.add("agent", _organization(event.frm_institute), prov_label=event.frm_institute)
        graph.relate("wasAttributedTo", prov_entity=whole, prov_agent=author)


def _event_name(event: Event) -> str:
    return f"hs:{quote(event.id, safe='')}"


def _organization(name: str) -> str:
    return f"hs:{content_id('org', name=name)}"


def _record(graph: Graph, name: str, event: Event, at: datetime, reason: str) -> str:
    """Add a revision of an event, with its writing and the detections that it was made from; return its name."""
    record = graph.add(
        "entity",
        f"{name}.r{event.revision}",
        prov_type=Name("hsv:Record"),
        hs_revision=event.revision,
        hs_status=event.status.value,
        hs_start=event.event_starttime,
        hs_end=event.event_endtime,
        hs_reason=reason,
    )
    writing = graph.add(
        "activity",
        f"{name}.a{event.revision}",
        prov_endTime=at,
        prov_type=Name("hsv:Association"),
        hs_reason=reason,
    )
    graph.relate("wasGeneratedBy", prov_entity=record, prov_activity=writing, prov_time=at)
    for detection_id in event.detection_ids:
        detection = graph.add("entity", f"hs:{detection_id}", prov_type=Name("hsv:Detection"))
        graph.relate("used", prov_activity=writing, prov_entity=detection)
        graph.relate("wasDerivedFrom", prov_generatedEntity=record, prov_usedEntity=detection)
    return record


def _detection(graph: Graph, run: RunOf, origins: Origins) -> None:
    found = run.detection
    source, method = found.source, found.source.method
    detection = graph.add(
        "entity",
        f"hs:{found.id}",
        prov_type=Name("hsv:Detection"),
        hs_start=found.time_range.start,
        hs_end=found.time_range.end,
        hs_probability=found.probability,
    )
    key = content_id("run", method=method.id, input=source.input_sha256, observations=list(source.observation_ids))
    activity = graph.add(
        "activity", f"hs:{key}", prov_type=Name("hsv:Run"), prov_endTime=run.at, prov_label=f"run of {method.detector}"
    )
    graph.relate("wasGeneratedBy", prov_entity=detection, prov_activity=activity, prov_time=run.at)
    product = _product(graph, source, origins)
    graph.relate("used", prov_activity=activity, prov_entity=product)
    graph.relate("wasDerivedFrom", prov_generatedEntity=detection, prov_usedEntity=product, prov_activity=activity)
    if method.model_sha256:
        model = _model(graph, method, origins.cards.get(method.model_sha256))
        graph.relate("used", prov_activity=activity, prov_entity=model)
    plan = _plan(graph, method)
    graph.relate("wasAssociatedWith", prov_activity=activity, prov_agent=_detector(graph, method), prov_plan=plan)
    graph.relate("wasAssociatedWith", prov_activity=activity, prov_agent=_platform(graph, source.code_version))


def _plan(graph: Graph, method: Method) -> str:
    return graph.add(
        "entity",
        f"hs:{method.id}",
        prov_type=Name("prov:Plan"),
        prov_label=f"parameters of {method.detector}",
        **{f"hs_parameter.{name}": value for name, value in method.parameters.items()},
    )


def _detector(graph: Graph, method: Method) -> str:
    detector = graph.add(
        "agent",
        f"hs:software.{method.detector}.{method.version}",
        prov_type=Name("prov:SoftwareAgent"),
        prov_label=method.name or method.detector,
        hs_detector=method.detector,
        hs_version=method.version,
        hs_url=method.url,
    )
    if method.institute:
        institute = graph.add(
            "agent",
            _organization(method.institute),
            prov_type=Name("prov:Organization"),
            prov_label=method.institute,
            hs_contact=method.contact,
        )
        graph.relate("actedOnBehalfOf", prov_delegate=detector, prov_responsible=institute)
    return detector


def _platform(graph: Graph, version: str) -> str:
    return graph.add(
        "agent",
        f"hs:software.helioscribe.{version}",
        prov_type=Name("prov:SoftwareAgent"),
        prov_label="Helioscribe",
        hs_version=version,
    )


def _product(graph: Graph, source: Provenance, origins: Origins) -> str:
    product = graph.add(
        "entity",
        f"sha256:{source.input_sha256}",
        prov_type=Name("hsv:Product"),
        hs_sha256=source.input_sha256,
        prov_label=f"{source.observatory} {source.instrument} {source.channel}".strip(),
    )
    for observation_id in source.observation_ids:
        if seen := origins.observations.get(observation_id):
            raw = _observation(graph, seen)
            graph.relate("wasDerivedFrom", prov_generatedEntity=product, prov_usedEntity=raw)
    return product


def _observation(graph: Graph, seen: Observation) -> str:
    return graph.add(
        "entity",
        f"sha256:{seen.sha256}",
        prov_type=Name("hsv:Observation"),
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


def _model(graph: Graph, method: Method, card: ModelCard | None) -> str:
    model = graph.add(
        "entity",
        f"sha256:{method.model_sha256}",
        prov_type=Name("hsv:Model"),
        hs_sha256=method.model_sha256,
        prov_label=f"{method.detector} {method.model_version}",
        hs_version=method.model_version,
    )
    if card is None:
        return model
    training = graph.add(
        "activity",
        f"hs:training.{card.name}.{card.sha256}",
        prov_type=Name("hsv:Training"),
        prov_endTime=card.created,
        **{f"hs_recipe.{name}": value for name, value in card.recipe.items() if isinstance(value, Value)},
    )
    graph.relate("wasGeneratedBy", prov_entity=model, prov_activity=training, prov_time=card.created)
    if dataset := str(card.dataset.get("digest", "")):
        told = {f"hs_{name}": value for name, value in card.dataset.items() if isinstance(value, str)}
        data = graph.add("entity", f"hs:dataset.{dataset}", prov_type=Name("hsv:Dataset"), **told)
        graph.relate("used", prov_activity=training, prov_entity=data)
    return model


def _review(graph: Graph, review: Review, event: Event) -> None:
    name = graph.add(
        "entity",
        f"hs:{review.id}",
        prov_type=Name("hsv:Review"),
        hs_verdict=review.verdict.value,
        hs_label=review.label,
        hs_rating=review.rating,
        hs_comment=review.comment,
    )
    person = graph.add(
        "agent", f"hs:{content_id('person', name=review.by)}", prov_type=Name("prov:Person"), prov_label=review.by
    )
    graph.relate("wasAttributedTo", prov_entity=name, prov_agent=person)
    judged = _event_name(event) + (f".r{review.revision}" if review.revision else "")
    graph.relate("wasDerivedFrom", prov_generatedEntity=name, prov_usedEntity=judged)
