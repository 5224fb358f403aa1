"""`CatalogueService` over gRPC."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from helioscribe.adapters.rpc.convert import to_message, to_noun
from helioscribe.adapters.rpc.queries import limit_of, query_from_message
from helioscribe.catalogue.servicer.replies import given, pages, span
from helioscribe.domain.association import EventChange
from helioscribe.domain.coverage import Coverage
from helioscribe.domain.event import Event
from helioscribe.domain.failure import Failure
from helioscribe.domain.members import member_of
from helioscribe.domain.observation import Observation
from helioscribe.domain.query import CountBy
from helioscribe.domain.relation import Relation
from helioscribe.domain.review import Review, SubjectKind, Verdict
from helioscribe.ports.catalogue import Catalogue, RecordedRun
from helioscribe.proto.v1 import catalogue_pb2, catalogue_pb2_grpc, nouns_pb2
from helioscribe.runtime.auth import speaks_for_others, who
from helioscribe.runtime.reviews.judging import signature
from helioscribe.runtime.submission import made_anew, not_of_detectors, retract

__all__ = ["CatalogueServicer"]

_LOOK_EVERY = 0.5  # seconds
_FIRST = 1000  # events of a search that come in one message


class CatalogueServicer(catalogue_pb2_grpc.CatalogueServiceServicer):
    """See `CatalogueService` in its ``.proto``; every method converts, calls one port, converts back."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def GetObservation(self, request: Any, context: Any) -> Any:
        found = self._catalogue.observation(request.observation_id)
        return catalogue_pb2.GetObservationResponse(observation=to_message(found, nouns_pb2.Observation()))

    def ListObservations(self, request: Any, context: Any) -> Iterator[Any]:
        found = self._catalogue.observations(
            time_range=span(request), instrument=given(request, "instrument"), limit=limit_of(request)
        )
        yield from pages(found, catalogue_pb2.ListObservationsResponse, "observations")

    def ListRuns(self, request: Any, context: Any) -> Iterator[Any]:
        found = self._catalogue.runs(observation_id=request.observation_id, detector=given(request, "detector"))
        yield from pages(found, catalogue_pb2.ListRunsResponse, "runs", size=1)

    def GetDetection(self, request: Any, context: Any) -> Any:
        found = self._catalogue.detection(request.detection_id)
        return catalogue_pb2.GetDetectionResponse(detection=to_message(found, nouns_pb2.Detection()))

    def GetEvent(self, request: Any, context: Any) -> Any:
        found = self._catalogue.event(request.event_id, revision=given(request, "revision"))
        return catalogue_pb2.GetEventResponse(event=to_message(found, nouns_pb2.Event()))

    def ListRevisions(self, request: Any, context: Any) -> Iterator[Any]:
        yield from pages(self._catalogue.revisions(request.event_id), catalogue_pb2.ListRevisionsResponse, "revisions")

    def SearchEvents(self, request: Any, context: Any) -> Iterator[Any]:
        yield from pages(
            self._catalogue.search(query_from_message(request.query)), catalogue_pb2.SearchEventsResponse, "events"
        )

    def SearchPage(self, request: Any, context: Any) -> Any:
        query = query_from_message(request.query)
        answer = catalogue_pb2.SearchPageResponse()
        for event in self._catalogue.search(replace(query, limit=min(query.limit, _FIRST))):
            to_message(event, answer.events.add())
        answer.more = len(answer.events) == _FIRST < query.limit
        return answer

    def NewestChanges(self, request: Any, context: Any) -> Iterator[Any]:
        found = self._catalogue.newest_changes(query_from_message(request.query))
        yield from pages(found, catalogue_pb2.NewestChangesResponse, "revisions")

    def NewestCursor(self, request: Any, context: Any) -> Any:
        return catalogue_pb2.NewestCursorResponse(cursor=self._catalogue.newest_cursor())

    def CountEvents(self, request: Any, context: Any) -> Any:
        by = [member_of(CountBy, one) for one in request.by[: len(CountBy)]]
        found = self._catalogue.counts(query_from_message(request.query), by=by)
        counts = [catalogue_pb2.EventCount(keys=keys, number=number) for keys, number in sorted(found.items())]
        return catalogue_pb2.CountEventsResponse(counts=counts)

    def ImportEvents(self, request: Any, context: Any) -> Any:
        events, reason = [to_noun(event, Event) for event in request.events], request.reason or "imported"
        if not speaks_for_others():
            anew = (made_anew(self._catalogue, event, origin=f"submitted by {who()}") for event in events)
            events, reason = list(not_of_detectors(self._catalogue, anew)), f"{reason}, by {who()}"
        news = self._catalogue.import_events(events, reason=reason)
        return catalogue_pb2.ImportEventsResponse(news=news, event_ids=[event.id for event in events])

    def RetractEvent(self, request: Any, context: Any) -> Any:
        gone = retract(self._catalogue, request.event_id, by=who(), why=request.reason)
        return catalogue_pb2.RetractEventResponse(event=to_message(gone, nouns_pb2.Event()))

    def WatchEvents(self, request: Any, context: Any) -> Iterator[Any]:
        cursor, limit = request.cursor, limit_of(request)
        while context.is_active():
            changes = self._catalogue.watch(cursor=cursor, limit=limit)
            yield from pages(changes, catalogue_pb2.WatchEventsResponse, "revisions")
            if not request.follow:
                return
            if changes:
                cursor = changes[-1].cursor
            else:
                time.sleep(_LOOK_EVERY)

    def ListCoverage(self, request: Any, context: Any) -> Iterator[Any]:
        found = self._catalogue.coverage(
            detector=given(request, "detector"),
            time_range=span(request),
            observation_id=given(request, "observation_id"),
        )
        yield from pages(found, catalogue_pb2.ListCoverageResponse, "coverage")

    def ListFailures(self, request: Any, context: Any) -> Iterator[Any]:
        yield from pages(
            self._catalogue.failures(limit=limit_of(request)), catalogue_pb2.ListFailuresResponse, "failures"
        )

    def ListReviews(self, request: Any, context: Any) -> Any:
        found = self._catalogue.reviews(member_of(SubjectKind, request.kind), request.subject)
        return catalogue_pb2.ListReviewsResponse(reviews=[to_message(one, nouns_pb2.Review()) for one in found])

    def ListStandings(self, request: Any, context: Any) -> Iterator[Any]:
        found = self._catalogue.standings(
            member_of(SubjectKind, request.kind),
            subjects=list(request.subjects) if request.chosen else None,
            decision=member_of(Verdict, request.decision) if request.HasField("decision") else None,
            limit=limit_of(request),
        )
        yield from pages(found, catalogue_pb2.ListStandingsResponse, "standings")

    def AddReview(self, request: Any, context: Any) -> Any:
        request.review.by = signature(request.review.by)
        kept = self._catalogue.add_review(to_noun(request.review, Review))
        return catalogue_pb2.AddReviewResponse(review=to_message(kept, nouns_pb2.Review()))

    def AddRelation(self, request: Any, context: Any) -> Any:
        request.relation.by = signature(request.relation.by)
        kept = self._catalogue.relate(to_noun(request.relation, Relation))
        return catalogue_pb2.AddRelationResponse(relation=to_message(kept, nouns_pb2.Relation()))

    def ListRelations(self, request: Any, context: Any) -> Iterator[Any]:
        found = self._catalogue.relations(list(request.event_ids))
        yield from pages(found, catalogue_pb2.ListRelationsResponse, "relations")

    def AddObservation(self, request: Any, context: Any) -> Any:
        new = self._catalogue.add_observation(to_noun(request.observation, Observation))
        return catalogue_pb2.AddObservationResponse(new=new)

    def RecordRun(self, request: Any, context: Any) -> Any:
        return catalogue_pb2.RecordRunResponse(new=self._catalogue.record_run(to_noun(request.run, RecordedRun)))

    def SidelineRuns(self, request: Any, context: Any) -> Any:
        changed = self._catalogue.sideline(request.detector, list(request.versions))
        return catalogue_pb2.SidelineRunsResponse(detections=changed)

    def ListUnseen(self, request: Any, context: Any) -> Any:
        found = self._catalogue.unseen(request.detector, after=request.after, limit=limit_of(request))
        return catalogue_pb2.ListUnseenResponse(observation_ids=found)

    def PendingDetections(self, request: Any, context: Any) -> Any:
        found = self._catalogue.pending_detections(limit=limit_of(request))
        messages = [to_message(detection, nouns_pb2.Detection()) for detection in found]
        return catalogue_pb2.PendingDetectionsResponse(detections=messages)

    def ApplyChanges(self, request: Any, context: Any) -> Any:
        changes = [to_noun(change, EventChange) for change in request.changes]
        events = self._catalogue.apply(changes, associated=list(request.associated))
        return catalogue_pb2.ApplyChangesResponse(events=[to_message(event, nouns_pb2.Event()) for event in events])

    def AddCoverage(self, request: Any, context: Any) -> Any:
        self._catalogue.add_coverage([to_noun(item, Coverage) for item in request.coverage])
        return catalogue_pb2.AddCoverageResponse()

    def AddFailure(self, request: Any, context: Any) -> Any:
        self._catalogue.add_failure(to_noun(request.failure, Failure))
        return catalogue_pb2.AddFailureResponse()

    def ClearFailure(self, request: Any, context: Any) -> Any:
        self._catalogue.clear_failure(stage=request.stage, subject=request.subject)
        return catalogue_pb2.ClearFailureResponse()
