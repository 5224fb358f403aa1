"""The catalogue on the other side of a wire."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from helioscribe.adapters.rpc.channel import LONG, Caller
from helioscribe.adapters.rpc.convert import to_message, to_noun
from helioscribe.adapters.rpc.queries import query_to_message
from helioscribe.adapters.rpc.values import to_text
from helioscribe.domain.association import EventChange
from helioscribe.domain.batches import batches
from helioscribe.domain.coverage import Coverage
from helioscribe.domain.detection import Detection
from helioscribe.domain.event import Event
from helioscribe.domain.failure import Failure
from helioscribe.domain.observation import Observation
from helioscribe.domain.query import CountBy
from helioscribe.domain.relation import Relation
from helioscribe.domain.review import Review, Standing, SubjectKind, Verdict
from helioscribe.domain.times import TimeRange
from helioscribe.ports.catalogue import EventQuery, RecordedRun, Revision
from helioscribe.proto.v1 import catalogue_pb2 as pb
from helioscribe.proto.v1 import nouns_pb2 as nouns
from helioscribe.proto.v1.catalogue_pb2_grpc import CatalogueServiceStub

__all__ = ["RpcCatalogue"]

_PORTION = 1000


def _span(time_range: TimeRange | None) -> nouns.TimeRange | None:
    return to_message(time_range, nouns.TimeRange()) if time_range else None


class RpcCatalogue:
    """`helioscribe.ports.catalogue.Catalogue` over gRPC."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._stub = CatalogueServiceStub(caller.channel)

    def add_observation(self, observation: Observation) -> bool:
        """See `Catalogue.add_observation`."""
        request = pb.AddObservationRequest(observation=to_message(observation, nouns.Observation()))
        return bool(self._caller.call(self._stub.AddObservation, request).new)

    def observation(self, observation_id: str) -> Observation:
        """See `Catalogue.observation`."""
        request = pb.GetObservationRequest(observation_id=to_text(observation_id))
        return to_noun(self._caller.call(self._stub.GetObservation, request).observation, Observation)

    def observations(
        self, *, time_range: TimeRange | None = None, instrument: str | None = None, limit: int = 1000
    ) -> list[Observation]:
        """See `Catalogue.observations`."""
        request = pb.ListObservationsRequest(time_range=_span(time_range), instrument=instrument, limit=limit)
        pages = self._caller.gather(self._stub.ListObservations, request)
        return [to_noun(message, Observation) for page in pages for message in page.observations]

    def sideline(self, detector: str, versions: Collection[str]) -> int:
        """See `Catalogue.sideline`."""
        request = pb.SidelineRunsRequest(detector=to_text(detector), versions=sorted(map(to_text, versions)))
        return int(self._caller.call(self._stub.SidelineRuns, request).detections)

    def unseen(self, detector: str, *, after: str = "", limit: int = 1000) -> list[str]:
        """See `Catalogue.unseen`."""
        request = pb.ListUnseenRequest(detector=to_text(detector), after=to_text(after), limit=limit)
        return list(self._caller.call(self._stub.ListUnseen, request).observation_ids)

    def record_run(self, run: RecordedRun) -> int:
        """See `Catalogue.record_run`."""
        request = pb.RecordRunRequest(run=to_message(run, nouns.RecordedRun()))
        return int(self._caller.call(self._stub.RecordRun, request).new)

    def runs(self, *, observation_id: str, detector: str | None = None) -> list[RecordedRun]:
        """See `Catalogue.runs`."""
        request = pb.ListRunsRequest(observation_id=to_text(observation_id), detector=detector)
        pages = self._caller.gather(self._stub.ListRuns, request)
        return [to_noun(message, RecordedRun) for page in pages for message in page.runs]

    def detection(self, detection_id: str) -> Detection:
        """See `Catalogue.detection`."""
        request = pb.GetDetectionRequest(detection_id=to_text(detection_id))
        return to_noun(self._caller.call(self._stub.GetDetection, request).detection, Detection)

    def pending_detections(self, *, limit: int = 1000) -> list[Detection]:
        """See `Catalogue.pending_detections`."""
        answer = self._caller.call(self._stub.PendingDetections, pb.PendingDetectionsRequest(limit=limit))
        return [to_noun(message, Detection) for message in answer.detections]

    def apply(self, changes: Sequence[EventChange], *, associated: Sequence[str]) -> list[Event]:
        """See `Catalogue.apply`."""
        messages = [to_message(change, nouns.EventChange()) for change in changes]
        request = pb.ApplyChangesRequest(changes=messages, associated=associated)
        return [to_noun(message, Event) for message in self._caller.call(self._stub.ApplyChanges, request).events]

    def import_events(self, found: Iterable[Event], *, reason: str = "imported") -> int:
        """See `Catalogue.import_events`."""
        written = 0
        for portion in batches(found, _PORTION):
            messages = [to_message(event, nouns.Event()) for event in portion]
            request = pb.ImportEventsRequest(events=messages, reason=to_text(reason))
            written += self._caller.call(self._stub.ImportEvents, request).news
        return written

    def retract(self, event_id: str, *, reason: str = "") -> Event:
        """Withdraw a record that somebody submitted, and return its tombstone."""
        request = pb.RetractEventRequest(event_id=to_text(event_id), reason=to_text(reason))
        return to_noun(self._caller.call(self._stub.RetractEvent, request).event, Event)

    def counts(self, query: EventQuery, *, by: Sequence[CountBy] = ()) -> dict[tuple[str, ...], int]:
        """See `Catalogue.counts`."""
        request = pb.CountEventsRequest(query=query_to_message(query), by=[one.value for one in by])
        answer = self._caller.call(self._stub.CountEvents, request)
        return {tuple(group.keys): group.number for group in answer.counts}

    def event(self, event_id: str, *, revision: int | None = None) -> Event:
        """See `Catalogue.event`."""
        request = pb.GetEventRequest(event_id=to_text(event_id), revision=revision)
        return to_noun(self._caller.call(self._stub.GetEvent, request).event, Event)

    def revisions(self, event_id: str) -> list[Revision]:
        """See `Catalogue.revisions`."""
        pages = self._caller.gather(self._stub.ListRevisions, pb.ListRevisionsRequest(event_id=to_text(event_id)))
        return [to_noun(message, Revision) for page in pages for message in page.revisions]

    def search(self, query: EventQuery) -> Iterator[Event]:
        """See `Catalogue.search`. The first page is one call, and enough for most searches; the rest is a stream."""
        first = pb.SearchPageRequest(query=query_to_message(query))
        page = self._caller.call(self._stub.SearchPage, first, timeout=LONG)
        events = [to_noun(message, Event) for message in page.events]
        yield from events
        if page.more:
            rest = replace(query.following(events[-1]), limit=query.limit - len(events))
            yield from self._streamed(rest)

    def _streamed(self, query: EventQuery) -> Iterator[Event]:
        request = pb.SearchEventsRequest(query=query_to_message(query))
        for page in self._caller.stream(self._stub.SearchEvents, request, timeout=LONG):
            yield from (to_noun(message, Event) for message in page.events)

    def watch(self, *, cursor: int = 0, limit: int = 1000) -> list[Revision]:
        """See `Catalogue.watch`."""
        request = pb.WatchEventsRequest(cursor=cursor, limit=limit)
        pages = self._caller.gather(self._stub.WatchEvents, request)
        return [to_noun(message, Revision) for page in pages for message in page.revisions]

    def newest_changes(self, query: EventQuery) -> list[Revision]:
        """See `Catalogue.newest_changes`."""
        request = pb.NewestChangesRequest(query=query_to_message(query))
        pages = self._caller.gather(self._stub.NewestChanges, request)
        return [to_noun(message, Revision) for page in pages for message in page.revisions]

    def newest_cursor(self) -> int:
        """See `Catalogue.newest_cursor`."""
        return int(self._caller.call(self._stub.NewestCursor, pb.NewestCursorRequest()).cursor)

    def follow(self, *, cursor: int = 0) -> Iterator[Revision]:
        """Yield the changes after `cursor` and go on with those to come."""
        request = pb.WatchEventsRequest(cursor=cursor, follow=True)
        for page in self._caller.stream(self._stub.WatchEvents, request, timeout=None):
            yield from (to_noun(message, Revision) for message in page.revisions)

    def add_coverage(self, coverage: Sequence[Coverage]) -> None:
        """See `Catalogue.add_coverage`."""
        request = pb.AddCoverageRequest(coverage=[to_message(item, nouns.Coverage()) for item in coverage])
        self._caller.call(self._stub.AddCoverage, request)

    def coverage(
        self, *, detector: str | None = None, time_range: TimeRange | None = None, observation_id: str | None = None
    ) -> list[Coverage]:
        """See `Catalogue.coverage`."""
        request = pb.ListCoverageRequest(detector=detector, time_range=_span(time_range), observation_id=observation_id)
        pages = self._caller.gather(self._stub.ListCoverage, request)
        return [to_noun(message, Coverage) for page in pages for message in page.coverage]

    def add_failure(self, failure: Failure) -> None:
        """See `Catalogue.add_failure`."""
        self._caller.call(self._stub.AddFailure, pb.AddFailureRequest(failure=to_message(failure, nouns.Failure())))

    def failures(self, *, limit: int = 1000) -> list[Failure]:
        """See `Catalogue.failures`."""
        pages = self._caller.gather(self._stub.ListFailures, pb.ListFailuresRequest(limit=limit))
        return [to_noun(message, Failure) for page in pages for message in page.failures]

    def clear_failure(self, *, stage: str, subject: str) -> None:
        """See `Catalogue.clear_failure`."""
        self._caller.call(self._stub.ClearFailure, pb.ClearFailureRequest(stage=stage, subject=to_text(subject)))

    def add_review(self, review: Review) -> Review:
        """See `Catalogue.add_review`."""
        request = pb.AddReviewRequest(review=to_message(review, nouns.Review()))
        return to_noun(self._caller.call(self._stub.AddReview, request).review, Review)

    def reviews(self, kind: SubjectKind, subject: str) -> list[Review]:
        """See `Catalogue.reviews`."""
        request = pb.ListReviewsRequest(kind=kind.value, subject=to_text(subject))
        return [to_noun(message, Review) for message in self._caller.call(self._stub.ListReviews, request).reviews]

    def standings(
        self,
        kind: SubjectKind,
        *,
        subjects: Sequence[str] | None = None,
        decision: Verdict | None = None,
        limit: int = 1000,
    ) -> list[Standing]:
        """See `Catalogue.standings`."""
        request = pb.ListStandingsRequest(
            kind=kind.value,
            subjects=map(to_text, subjects or ()),
            chosen=subjects is not None,
            decision=decision and decision.value,
            limit=limit,
        )
        pages = self._caller.gather(self._stub.ListStandings, request)
        return [to_noun(message, Standing) for page in pages for message in page.standings]

    def relate(self, relation: Relation) -> Relation:
        """See `Catalogue.relate`."""
        request = pb.AddRelationRequest(relation=to_message(relation, nouns.Relation()))
        return to_noun(self._caller.call(self._stub.AddRelation, request).relation, Relation)

    def relations(self, event_ids: Sequence[str]) -> list[Relation]:
        """See `Catalogue.relations`."""
        request = pb.ListRelationsRequest(event_ids=map(to_text, event_ids))
        pages = self._caller.gather(self._stub.ListRelations, request)
        return [to_noun(message, Relation) for page in pages for message in page.relations]
