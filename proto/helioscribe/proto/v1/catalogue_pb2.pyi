import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from helioscribe.proto.v1 import nouns_pb2 as _nouns_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetObservationRequest(_message.Message):
    __slots__ = ("observation_id",)
    OBSERVATION_ID_FIELD_NUMBER: _ClassVar[int]
    observation_id: str
    def __init__(self, observation_id: _Optional[str] = ...) -> None: ...

class GetObservationResponse(_message.Message):
    __slots__ = ("observation",)
    OBSERVATION_FIELD_NUMBER: _ClassVar[int]
    observation: _nouns_pb2.Observation
    def __init__(self, observation: _Optional[_Union[_nouns_pb2.Observation, _Mapping]] = ...) -> None: ...

class ListObservationsRequest(_message.Message):
    __slots__ = ("time_range", "instrument", "limit")
    TIME_RANGE_FIELD_NUMBER: _ClassVar[int]
    INSTRUMENT_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    time_range: _nouns_pb2.TimeRange
    instrument: str
    limit: int
    def __init__(self, time_range: _Optional[_Union[_nouns_pb2.TimeRange, _Mapping]] = ..., instrument: _Optional[str] = ..., limit: _Optional[int] = ...) -> None: ...

class ListObservationsResponse(_message.Message):
    __slots__ = ("observations",)
    OBSERVATIONS_FIELD_NUMBER: _ClassVar[int]
    observations: _containers.RepeatedCompositeFieldContainer[_nouns_pb2.Observation]
    def __init__(self, observations: _Optional[_Iterable[_Union[_nouns_pb2.Observation, _Mapping]]] = ...) -> None: ...

class ListRunsRequest(_message.Message):
    __slots__ = ("observation_id", "detector")
    OBSERVATION_ID_FIELD_NUMBER: _ClassVar[int]
    DETECTOR_FIELD_NUMBER: _ClassVar[int]
    observation_id: str
    detector: str
    def __init__(self, observation_id: _Optional[str] = ..., detector: _Optional[str] = ...) -> None: ...

class ListRunsResponse(_message.Message):
    __slots__ = ("runs",)
    RUNS_FIELD_NUMBER: _ClassVar[int]
    runs: _containers.RepeatedCompositeFieldContainer[_nouns_pb2.RecordedRun]
    def __init__(self, runs: _Optional[_Iterable[_Union[_nouns_pb2.RecordedRun, _Mapping]]] = ...) -> None: ...

class GetDetectionRequest(_message.Message):
    __slots__ = ("detection_id",)
    DETECTION_ID_FIELD_NUMBER: _ClassVar[int]
    detection_id: str
    def __init__(self, detection_id: _Optional[str] = ...) -> None: ...

class GetDetectionResponse(_message.Message):
    __slots__ = ("detection",)
    DETECTION_FIELD_NUMBER: _ClassVar[int]
    detection: _nouns_pb2.Detection
    def __init__(self, detection: _Optional[_Union[_nouns_pb2.Detection, _Mapping]] = ...) -> None: ...

class GetEventRequest(_message.Message):
    __slots__ = ("event_id", "revision")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    revision: int
    def __init__(self, event_id: _Optional[str] = ..., revision: _Optional[int] = ...) -> None: ...

class GetEventResponse(_message.Message):
    __slots__ = ("event",)
    EVENT_FIELD_NUMBER: _ClassVar[int]
    event: _nouns_pb2.Event
    def __init__(self, event: _Optional[_Union[_nouns_pb2.Event, _Mapping]] = ...) -> None: ...

class ListRevisionsRequest(_message.Message):
    __slots__ = ("event_id",)
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    def __init__(self, event_id: _Optional[str] = ...) -> None: ...

class ListRevisionsResponse(_message.Message):
    __slots__ = ("revisions",)
    REVISIONS_FIELD_NUMBER: _ClassVar[int]
    revisions: _containers.RepeatedCompositeFieldContainer[_nouns_pb2.Revision]
    def __init__(self, revisions: _Optional[_Iterable[_Union[_nouns_pb2.Revision, _Mapping]]] = ...) -> None: ...

class EventQuery(_message.Message):
    __slots__ = ("time_range", "contained", "event_types", "detectors", "frm_names", "versions", "instruments", "observation_id", "probability", "box", "cone", "conditions", "text", "statuses", "any_status", "order", "descending", "limit", "after_time", "after_number", "after_id", "reviewed")
    TIME_RANGE_FIELD_NUMBER: _ClassVar[int]
    CONTAINED_FIELD_NUMBER: _ClassVar[int]
    EVENT_TYPES_FIELD_NUMBER: _ClassVar[int]
    DETECTORS_FIELD_NUMBER: _ClassVar[int]
    FRM_NAMES_FIELD_NUMBER: _ClassVar[int]
    VERSIONS_FIELD_NUMBER: _ClassVar[int]
    INSTRUMENTS_FIELD_NUMBER: _ClassVar[int]
    OBSERVATION_ID_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    BOX_FIELD_NUMBER: _ClassVar[int]
    CONE_FIELD_NUMBER: _ClassVar[int]
    CONDITIONS_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    STATUSES_FIELD_NUMBER: _ClassVar[int]
    ANY_STATUS_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    DESCENDING_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    AFTER_TIME_FIELD_NUMBER: _ClassVar[int]
    AFTER_NUMBER_FIELD_NUMBER: _ClassVar[int]
    AFTER_ID_FIELD_NUMBER: _ClassVar[int]
    REVIEWED_FIELD_NUMBER: _ClassVar[int]
    time_range: _nouns_pb2.TimeRange
    contained: bool
    event_types: _containers.RepeatedScalarFieldContainer[str]
    detectors: _containers.RepeatedScalarFieldContainer[str]
    frm_names: _containers.RepeatedScalarFieldContainer[str]
    versions: _containers.RepeatedScalarFieldContainer[float]
    instruments: _containers.RepeatedScalarFieldContainer[str]
    observation_id: str
    probability: float
    box: _nouns_pb2.SearchBox
    cone: _nouns_pb2.SearchCone
    conditions: _containers.RepeatedCompositeFieldContainer[_nouns_pb2.Condition]
    text: str
    statuses: _containers.RepeatedScalarFieldContainer[str]
    any_status: bool
    order: str
    descending: bool
    limit: int
    after_time: _timestamp_pb2.Timestamp
    after_number: float
    after_id: str
    reviewed: str
    def __init__(self, time_range: _Optional[_Union[_nouns_pb2.TimeRange, _Mapping]] = ..., contained: _Optional[bool] = ..., event_types: _Optional[_Iterable[str]] = ..., detectors: _Optional[_Iterable[str]] = ..., frm_names: _Optional[_Iterable[str]] = ..., versions: _Optional[_Iterable[float]] = ..., instruments: _Optional[_Iterable[str]] = ..., observation_id: _Optional[str] = ..., probability: _Optional[float] = ..., box: _Optional[_Union[_nouns_pb2.SearchBox, _Mapping]] = ..., cone: _Optional[_Union[_nouns_pb2.SearchCone, _Mapping]] = ..., conditions: _Optional[_Iterable[_Union[_nouns_pb2.Condition, _Mapping]]] = ..., text: _Optional[str] = ..., statuses: _Optional[_Iterable[str]] = ..., any_status: _Optional[bool] = ..., order: _Optional[str] = ..., descending: _Optional[bool] = ..., limit: _Optional[int] = ..., after_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., after_number: _Optional[float] = ..., after_id: _Optional[str] = ..., reviewed: _Optional[str] = ...) -> None: ...

class SearchEventsRequest(_message.Message):
    __slots__ = ("query",)
    QUERY_FIELD_NUMBER: _ClassVar[int]
    query: EventQuery
    def __init__(self, query: _Optional[_Union[EventQuery, _Mapping]] = ...) -> None: ...

class SearchEventsResponse(_message.Message):
    __slots__ = ("events",)
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[_nouns_pb2.Event]
    def __init__(self, events: _Optional[_Iterable[_Union[_nouns_pb2.Event, _Mapping]]] = ...) -> None: ...

class SearchPageRequest(_message.Message):
    __slots__ = ("query",)
    QUERY_FIELD_NUMBER: _ClassVar[int]
    query: EventQuery
    def __init__(self, query: _Optional[_Union[EventQuery, _Mapping]] = ...) -> None: ...

class SearchPageResponse(_message.Message):
    __slots__ = ("events", "more")
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    MORE_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[_nouns_pb2.Event]
    more: bool
    def __init__(self, events: _Optional[_Iterable[_Union[_nouns_pb2.Event, _Mapping]]] = ..., more: _Optional[bool] = ...) -> None: ...

class NewestChangesRequest(_message.Message):
    __slots__ = ("query",)
    QUERY_FIELD_NUMBER: _ClassVar[int]
    query: EventQuery
    def __init__(self, query: _Optional[_Union[EventQuery, _Mapping]] = ...) -> None: ...

class NewestChangesResponse(_message.Message):
    __slots__ = ("revisions",)
    REVISIONS_FIELD_NUMBER: _ClassVar[int]
    revisions: _containers.RepeatedCompositeFieldContainer[_nouns_pb2.Revision]
    def __init__(self, revisions: _Optional[_Iterable[_Union[_nouns_pb2.Revision, _Mapping]]] = ...) -> None: ...

class NewestCursorRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class NewestCursorResponse(_message.Message):
    __slots__ = ("cursor",)
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    cursor: int
    def __init__(self, cursor: _Optional[int] = ...) -> None: ...

class CountEventsRequest(_message.Message):
    __slots__ = ("query", "by")
    QUERY_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    query: EventQuery
    by: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, query: _Optional[_Union[EventQuery, _Mapping]] = ..., by: _Optional[_Iterable[str]] = ...) -> None: ...

class CountEventsResponse(_message.Message):
    __slots__ = ("counts",)
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    counts: _containers.RepeatedCompositeFieldContainer[EventCount]
    def __init__(self, counts: _Optional[_Iterable[_Union[EventCount, _Mapping]]] = ...) -> None: ...

class EventCount(_message.Message):
    __slots__ = ("keys", "number")
    KEYS_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    keys: _containers.RepeatedScalarFieldContainer[str]
    number: int
    def __init__(self, keys: _Optional[_Iterable[str]] = ..., number: _Optional[int] = ...) -> None: ...

class WatchEventsRequest(_message.Message):
    __slots__ = ("cursor", "limit", "follow")
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    FOLLOW_FIELD_NUMBER: _ClassVar[int]
    cursor: int
    limit: int
    follow: bool
    def __init__(self, cursor: _Optional[int] = ..., limit: _Optional[int] = ..., follow: _Optional[bool] = ...) -> None: ...

class WatchEventsResponse(_message.Message):
    __slots__ = ("revisions",)
    REVISIONS_FIELD_NUMBER: _ClassVar[int]
    revisions: _containers.RepeatedCompositeFieldContainer[_nouns_pb2.Revision]
    def __init__(self, revisions: _Optional[_Iterable[_Union[_nouns_pb2.Revision, _Mapping]]] = ...) -> None: ...

class ListCoverageRequest(_message.Message):
    __slots__ = ("detector", "time_range", "observation_id")
    DETECTOR_FIELD_NUMBER: _ClassVar[int]
    TIME_RANGE_FIELD_NUMBER: _ClassVar[int]
    OBSERVATION_ID_FIELD_NUMBER: _ClassVar[int]
    detector: str
    time_range: _nouns_pb2.TimeRange
    observation_id: str
    def __init__(self, detector: _Optional[str] = ..., time_range: _Optional[_Union[_nouns_pb2.TimeRange, _Mapping]] = ..., observation_id: _Optional[str] = ...) -> None: ...

class ListCoverageResponse(_message.Message):
    __slots__ = ("coverage",)
    COVERAGE_FIELD_NUMBER: _ClassVar[int]
    coverage: _containers.RepeatedCompositeFieldContainer[_nouns_pb2.Coverage]
    def __init__(self, coverage: _Optional[_Iterable[_Union[_nouns_pb2.Coverage, _Mapping]]] = ...) -> None: ...

class ListFailuresRequest(_message.Message):
    __slots__ = ("limit",)
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    limit: int
    def __init__(self, limit: _Optional[int] = ...) -> None: ...

class ListFailuresResponse(_message.Message):
    __slots__ = ("failures",)
    FAILURES_FIELD_NUMBER: _ClassVar[int]
    failures: _containers.RepeatedCompositeFieldContainer[_nouns_pb2.Failure]
    def __init__(self, failures: _Optional[_Iterable[_Union[_nouns_pb2.Failure, _Mapping]]] = ...) -> None: ...

class ListReviewsRequest(_message.Message):
    __slots__ = ("kind", "subject")
    KIND_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    kind: str
    subject: str
    def __init__(self, kind: _Optional[str] = ..., subject: _Optional[str] = ...) -> None: ...

class ListReviewsResponse(_message.Message):
    __slots__ = ("reviews",)
    REVIEWS_FIELD_NUMBER: _ClassVar[int]
    reviews: _containers.RepeatedCompositeFieldContainer[_nouns_pb2.Review]
    def __init__(self, reviews: _Optional[_Iterable[_Union[_nouns_pb2.Review, _Mapping]]] = ...) -> None: ...

class ListStandingsRequest(_message.Message):
    __slots__ = ("kind", "subjects", "chosen", "decision", "limit")
    KIND_FIELD_NUMBER: _ClassVar[int]
    SUBJECTS_FIELD_NUMBER: _ClassVar[int]
    CHOSEN_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    kind: str
    subjects: _containers.RepeatedScalarFieldContainer[str]
    chosen: bool
    decision: str
    limit: int
    def __init__(self, kind: _Optional[str] = ..., subjects: _Optional[_Iterable[str]] = ..., chosen: _Optional[bool] = ..., decision: _Optional[str] = ..., limit: _Optional[int] = ...) -> None: ...

class ListStandingsResponse(_message.Message):
    __slots__ = ("standings",)
    STANDINGS_FIELD_NUMBER: _ClassVar[int]
    standings: _containers.RepeatedCompositeFieldContainer[_nouns_pb2.Standing]
    def __init__(self, standings: _Optional[_Iterable[_Union[_nouns_pb2.Standing, _Mapping]]] = ...) -> None: ...

class AddReviewRequest(_message.Message):
    __slots__ = ("review",)
    REVIEW_FIELD_NUMBER: _ClassVar[int]
    review: _nouns_pb2.Review
    def __init__(self, review: _Optional[_Union[_nouns_pb2.Review, _Mapping]] = ...) -> None: ...

class AddReviewResponse(_message.Message):
    __slots__ = ("review",)
    REVIEW_FIELD_NUMBER: _ClassVar[int]
    review: _nouns_pb2.Review
    def __init__(self, review: _Optional[_Union[_nouns_pb2.Review, _Mapping]] = ...) -> None: ...

class ListRelationsRequest(_message.Message):
    __slots__ = ("event_ids",)
    EVENT_IDS_FIELD_NUMBER: _ClassVar[int]
    event_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, event_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class ListRelationsResponse(_message.Message):
    __slots__ = ("relations",)
    RELATIONS_FIELD_NUMBER: _ClassVar[int]
    relations: _containers.RepeatedCompositeFieldContainer[_nouns_pb2.Relation]
    def __init__(self, relations: _Optional[_Iterable[_Union[_nouns_pb2.Relation, _Mapping]]] = ...) -> None: ...

class AddRelationRequest(_message.Message):
    __slots__ = ("relation",)
    RELATION_FIELD_NUMBER: _ClassVar[int]
    relation: _nouns_pb2.Relation
    def __init__(self, relation: _Optional[_Union[_nouns_pb2.Relation, _Mapping]] = ...) -> None: ...

class AddRelationResponse(_message.Message):
    __slots__ = ("relation",)
    RELATION_FIELD_NUMBER: _ClassVar[int]
    relation: _nouns_pb2.Relation
    def __init__(self, relation: _Optional[_Union[_nouns_pb2.Relation, _Mapping]] = ...) -> None: ...

class AddObservationRequest(_message.Message):
    __slots__ = ("observation",)
    OBSERVATION_FIELD_NUMBER: _ClassVar[int]
    observation: _nouns_pb2.Observation
    def __init__(self, observation: _Optional[_Union[_nouns_pb2.Observation, _Mapping]] = ...) -> None: ...

class AddObservationResponse(_message.Message):
    __slots__ = ("new",)
    NEW_FIELD_NUMBER: _ClassVar[int]
    new: bool
    def __init__(self, new: _Optional[bool] = ...) -> None: ...

class SidelineRunsRequest(_message.Message):
    __slots__ = ("detector", "versions")
    DETECTOR_FIELD_NUMBER: _ClassVar[int]
    VERSIONS_FIELD_NUMBER: _ClassVar[int]
    detector: str
    versions: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, detector: _Optional[str] = ..., versions: _Optional[_Iterable[str]] = ...) -> None: ...

class SidelineRunsResponse(_message.Message):
    __slots__ = ("detections",)
    DETECTIONS_FIELD_NUMBER: _ClassVar[int]
    detections: int
    def __init__(self, detections: _Optional[int] = ...) -> None: ...

class ListUnseenRequest(_message.Message):
    __slots__ = ("detector", "after", "limit")
    DETECTOR_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    detector: str
    after: str
    limit: int
    def __init__(self, detector: _Optional[str] = ..., after: _Optional[str] = ..., limit: _Optional[int] = ...) -> None: ...

class ListUnseenResponse(_message.Message):
    __slots__ = ("observation_ids",)
    OBSERVATION_IDS_FIELD_NUMBER: _ClassVar[int]
    observation_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, observation_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class RecordRunRequest(_message.Message):
    __slots__ = ("run",)
    RUN_FIELD_NUMBER: _ClassVar[int]
    run: _nouns_pb2.RecordedRun
    def __init__(self, run: _Optional[_Union[_nouns_pb2.RecordedRun, _Mapping]] = ...) -> None: ...

class RecordRunResponse(_message.Message):
    __slots__ = ("new",)
    NEW_FIELD_NUMBER: _ClassVar[int]
    new: int
    def __init__(self, new: _Optional[int] = ...) -> None: ...

class PendingDetectionsRequest(_message.Message):
    __slots__ = ("limit",)
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    limit: int
    def __init__(self, limit: _Optional[int] = ...) -> None: ...

class PendingDetectionsResponse(_message.Message):
    __slots__ = ("detections",)
    DETECTIONS_FIELD_NUMBER: _ClassVar[int]
    detections: _containers.RepeatedCompositeFieldContainer[_nouns_pb2.Detection]
    def __init__(self, detections: _Optional[_Iterable[_Union[_nouns_pb2.Detection, _Mapping]]] = ...) -> None: ...

class ApplyChangesRequest(_message.Message):
    __slots__ = ("changes", "associated")
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    ASSOCIATED_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[_nouns_pb2.EventChange]
    associated: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, changes: _Optional[_Iterable[_Union[_nouns_pb2.EventChange, _Mapping]]] = ..., associated: _Optional[_Iterable[str]] = ...) -> None: ...

class ApplyChangesResponse(_message.Message):
    __slots__ = ("events",)
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[_nouns_pb2.Event]
    def __init__(self, events: _Optional[_Iterable[_Union[_nouns_pb2.Event, _Mapping]]] = ...) -> None: ...

class ImportEventsRequest(_message.Message):
    __slots__ = ("events", "reason")
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[_nouns_pb2.Event]
    reason: str
    def __init__(self, events: _Optional[_Iterable[_Union[_nouns_pb2.Event, _Mapping]]] = ..., reason: _Optional[str] = ...) -> None: ...

class ImportEventsResponse(_message.Message):
    __slots__ = ("news", "event_ids")
    NEWS_FIELD_NUMBER: _ClassVar[int]
    EVENT_IDS_FIELD_NUMBER: _ClassVar[int]
    news: int
    event_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, news: _Optional[int] = ..., event_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class RetractEventRequest(_message.Message):
    __slots__ = ("event_id", "reason")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    reason: str
    def __init__(self, event_id: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class RetractEventResponse(_message.Message):
    __slots__ = ("event",)
    EVENT_FIELD_NUMBER: _ClassVar[int]
    event: _nouns_pb2.Event
    def __init__(self, event: _Optional[_Union[_nouns_pb2.Event, _Mapping]] = ...) -> None: ...

class AddCoverageRequest(_message.Message):
    __slots__ = ("coverage",)
    COVERAGE_FIELD_NUMBER: _ClassVar[int]
    coverage: _containers.RepeatedCompositeFieldContainer[_nouns_pb2.Coverage]
    def __init__(self, coverage: _Optional[_Iterable[_Union[_nouns_pb2.Coverage, _Mapping]]] = ...) -> None: ...

class AddCoverageResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class AddFailureRequest(_message.Message):
    __slots__ = ("failure",)
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    failure: _nouns_pb2.Failure
    def __init__(self, failure: _Optional[_Union[_nouns_pb2.Failure, _Mapping]] = ...) -> None: ...

class AddFailureResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ClearFailureRequest(_message.Message):
    __slots__ = ("stage", "subject")
    STAGE_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    stage: str
    subject: str
    def __init__(self, stage: _Optional[str] = ..., subject: _Optional[str] = ...) -> None: ...

class ClearFailureResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
