"""The catalogue on the other side of a wire."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from helioscribe.adapters.rpc.channel import LONG, Caller
from helioscribe.adapters.rpc.convert import to_message, to_noun
from helioscribe.adapters.rpc.queries import query_to_message
from helioscribe.adapters.rpc.values import to_text
from helioscribe.domain.association import EventChange
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
        self._stub = CatalogueServiceStub(caller.channel)  # type: ignore[no-untyped-call]

    def add_observation(self, observation: Observation) -> bool:
        """Record an observation; False if it was known already."""
        request = pb.AddObservationRequest(observation=to_message(observation, nouns.Observation()))
        return bool(self._caller.call(self._stub.AddObservation, request).new)

    def observation(self, observation_id: str) -> Observation:
        """Return an observation."""
        request = pb.GetObservationRequest(observation_id=to_text(observation_id))
        return to_noun(self._caller.call(self._stub.GetObservation, request).observation, Observation)

    def observations(
        self, *, time_range: TimeRange | None = None, instrument: str | None = None, limit: int = 1000
    ) -> list[Observation]:
        """Return observations that overlap `time_range`, by start time."""
        request = pb.ListObservationsRequest(time_range=_span(time_range), instrument=instrument, limit=limit)
        pages = self._caller.gather(self._stub.ListObservations, request)
        return [to_noun(message, Observation) for page in pages for message in page.observations]

    def sideline(self, detector: str, versions: Collection[str]) -> int:
        """Let the runs of these model versions no longer count, and those of all others count."""
        request = pb.SidelineRunsRequest(detector=to_text(detector), versions=sorted(map(to_text, versions)))
        return int(self._caller.call(self._stub.SidelineRuns, request).detections)

    def unseen(self, detector: str, *, after: str = "", limit: int = 1000) -> list[str]:
        """Return the observations that a detector has looked at only in runs that no longer count."""
        request = pb.ListUnseenRequest(detector=to_text(detector), after=to_text(after), limit=limit)
        return list(self._caller.call(self._stub.ListUnseen, request).observation_ids)

    def record_run(self, run: RecordedRun) -> int:
        """Record detections and coverage whole or not at all."""
        request = pb.RecordRunRequest(run=to_message(run, nouns.RecordedRun()))
        return int(self._caller.call(self._stub.RecordRun, request).new)

    def runs(self, *, observation_id: str, detector: str | None = None) -> list[RecordedRun]:
        """Return the runs on an observation, oldest first."""
        request = pb.ListRunsRequest(observation_id=to_text(observation_id), detector=detector)
        pages = self._caller.gather(self._stub.ListRuns, request)
        return [to_noun(message, RecordedRun) for page in pages for message in page.runs]

    def detection(self, detection_id: str) -> Detection:
        """Return a detection."""
        request = pb.GetDetectionRequest(detection_id=to_text(detection_id))
        return to_noun(self._caller.call(self._stub.GetDetection, request).detection, Detection)

    def pending_detections(self, *, limit: int = 1000) -> list[Detection]:
        """Return detections that no association has looked at yet."""
        answer = self._caller.call(self._stub.PendingDetections, pb.PendingDetectionsRequest(limit=limit))
        return [to_noun(message, Detection) for message in answer.detections]

    def apply(self, changes: Sequence[EventChange], *, associated: Sequence[str]) -> list[Event]:
        """Write new revisions of events and mark detections as associated, whole or not at all."""
        messages = [to_message(change, nouns.EventChange()) for change in changes]
        request = pb.ApplyChangesRequest(changes=messages, associated=associated)
        return [to_noun(message, Event) for message in self._caller.call(self._stub.ApplyChanges, request).events]

    def import_events(self, found: Iterable[Event], *, reason: str = "imported") -> int:
        """Write any number of events, in portions; return how many were news."""
        written, rest = 0, iter(found)
        while portion := list(islice(rest, _PORTION)):
            messages = [to_message(event, nouns.Event()) for event in portion]
            request = pb.ImportEventsRequest(events=messages, reason=to_text(reason))
            written += self._caller.call(self._stub.ImportEvents, request).news
        return written

    def retract(self, event_id: str, *, reason: str = "") -> Event:
        """Withdraw a record that somebody submitted, and return its tombstone."""
        request = pb.RetractEventRequest(event_id=to_text(event_id), reason=to_text(reason))
        return to_noun(self._caller.call(self._stub.RetractEvent, request).event, Event)

    def counts(self, query: EventQuery, *, by: Sequence[CountBy] = ()) -> dict[tuple[str, ...], int]:
        """Return how many events a query asks for, in groups."""
        request = pb.CountEventsRequest(query=query_to_message(query), by=[one.value for one in by])
        answer = self._caller.call(self._stub.CountEvents, request)
        return {tuple(group.keys): group.number for group in answer.counts}

    def event(self, event_id: str, *, revision: int | None = None) -> Event:
        """Return an event, as it is or as it was."""
        request = pb.GetEventRequest(event_id=to_text(event_id), revision=revision)
        return to_noun(self._caller.call(self._stub.GetEvent, request).event, Event)

    def revisions(self, event_id: str) -> list[Revision]:
        """Return all revisions of an event, oldest first."""
        pages = self._caller.gather(self._stub.ListRevisions, pb.ListRevisionsRequest(event_id=to_text(event_id)))
        return [to_noun(message, Revision) for page in pages for message in page.revisions]

    def search(self, query: EventQuery) -> Iterator[Event]:
        """Yield events in the order of the query: most searches are over with the first page, the rest is a stream."""
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
        """Return the changes after `cursor`, oldest first."""
        request = pb.WatchEventsRequest(cursor=cursor, limit=limit)
        pages = self._caller.gather(self._stub.WatchEvents, request)
        return [to_noun(message, Revision) for page in pages for message in page.revisions]

    def newest_cursor(self) -> int:
        """Return the cursor of the last change."""
        return int(self._caller.call(self._stub.NewestCursor, pb.NewestCursorRequest()).cursor)

    def follow(self, *, cursor: int = 0) -> Iterator[Revision]:
        """Yield the changes after `cursor` and go on with those to come."""
        request = pb.WatchEventsRequest(cursor=cursor, follow=True)
        for page in self._caller.stream(self._stub.WatchEvents, request, timeout=None):
            yield from (to_noun(message, Revision) for message in page.revisions)

    def add_coverage(self, coverage: Sequence[Coverage]) -> None:
        """Record what was covered."""
        request = pb.AddCoverageRequest(coverage=[to_message(item, nouns.Coverage()) for item in coverage])
        self._caller.call(self._stub.AddCoverage, request)

    def coverage(
        self, *, detector: str | None = None, time_range: TimeRange | None = None, observation_id: str | None = None
    ) -> list[Coverage]:
        """Return what was covered, by start time."""
        request = pb.ListCoverageRequest(detector=detector, time_range=_span(time_range), observation_id=observation_id)
        pages = self._caller.gather(self._stub.ListCoverage, request)
        return [to_noun(message, Coverage) for page in pages for message in page.coverage]

    def add_failure(self, failure: Failure) -> None:
        """Enter a failure in the ledger."""
        self._caller.call(self._stub.AddFailure, pb.AddFailureRequest(failure=to_message(failure, nouns.Failure())))

    def failures(self, *, limit: int = 1000) -> list[Failure]:
        """Return the ledger, newest first."""
        pages = self._caller.gather(self._stub.ListFailures, pb.ListFailuresRequest(limit=limit))
        return [to_noun(message, Failure) for page in pages for message in page.failures]

    def clear_failure(self, *, stage: str, subject: str) -> None:
        """Take entries out of the ledger."""
        self._caller.call(self._stub.ClearFailure, pb.ClearFailureRequest(stage=stage, subject=to_text(subject)))

    def add_review(self, review: Review) -> Review:
        """Keep a review and return it with its version."""
        request = pb.AddReviewRequest(review=to_message(review, nouns.Review()))
        return to_noun(self._caller.call(self._stub.AddReview, request).review, Review)

    def reviews(self, kind: SubjectKind, subject: str) -> list[Review]:
        """Return all reviews of a subject, oldest first."""
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
        """Return how the reviewed subjects of a kind stand, by subject."""
        request = pb.ListStandingsRequest(
            kind=kind.value, subjects=map(to_text, subjects or ()), chosen=subjects is not None,
            decision=decision and decision.value, limit=limit,
        )  # fmt: skip
        pages = self._caller.gather(self._stub.ListStandings, request)
        return [to_noun(message, Standing) for page in pages for message in page.standings]

    def relate(self, relation: Relation) -> Relation:
        """Keep what somebody says of two events; return the relation as it stands."""
        request = pb.AddRelationRequest(relation=to_message(relation, nouns.Relation()))
        return to_noun(self._caller.call(self._stub.AddRelation, request).relation, Relation)

    def relations(self, event_ids: Sequence[str]) -> list[Relation]:
        """Return everything that was said of the relations of these events, oldest first."""
        request = pb.ListRelationsRequest(event_ids=map(to_text, event_ids))
        pages = self._caller.gather(self._stub.ListRelations, request)
        return [to_noun(message, Relation) for page in pages for message in page.relations]
