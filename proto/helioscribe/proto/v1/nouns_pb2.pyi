import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Value(_message.Message):
    __slots__ = ("text", "integer", "number", "flag", "json")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    INTEGER_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    FLAG_FIELD_NUMBER: _ClassVar[int]
    JSON_FIELD_NUMBER: _ClassVar[int]
    text: str
    integer: int
    number: float
    flag: bool
    json: str
    def __init__(self, text: _Optional[str] = ..., integer: _Optional[int] = ..., number: _Optional[float] = ..., flag: _Optional[bool] = ..., json: _Optional[str] = ...) -> None: ...

class TimeRange(_message.Message):
    __slots__ = ("start", "end")
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    start: _timestamp_pb2.Timestamp
    end: _timestamp_pb2.Timestamp
    def __init__(self, start: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Observer(_message.Message):
    __slots__ = ("name", "hgs_longitude", "hgs_latitude", "distance")
    NAME_FIELD_NUMBER: _ClassVar[int]
    HGS_LONGITUDE_FIELD_NUMBER: _ClassVar[int]
    HGS_LATITUDE_FIELD_NUMBER: _ClassVar[int]
    DISTANCE_FIELD_NUMBER: _ClassVar[int]
    name: str
    hgs_longitude: float
    hgs_latitude: float
    distance: float
    def __init__(self, name: _Optional[str] = ..., hgs_longitude: _Optional[float] = ..., hgs_latitude: _Optional[float] = ..., distance: _Optional[float] = ...) -> None: ...

class Position(_message.Message):
    __slots__ = ("tx", "ty")
    TX_FIELD_NUMBER: _ClassVar[int]
    TY_FIELD_NUMBER: _ClassVar[int]
    tx: float
    ty: float
    def __init__(self, tx: _Optional[float] = ..., ty: _Optional[float] = ...) -> None: ...

class Box(_message.Message):
    __slots__ = ("lower_left", "upper_right")
    LOWER_LEFT_FIELD_NUMBER: _ClassVar[int]
    UPPER_RIGHT_FIELD_NUMBER: _ClassVar[int]
    lower_left: Position
    upper_right: Position
    def __init__(self, lower_left: _Optional[_Union[Position, _Mapping]] = ..., upper_right: _Optional[_Union[Position, _Mapping]] = ...) -> None: ...

class Observation(_message.Message):
    __slots__ = ("id", "sha256", "size", "name", "archive", "observatory", "instrument", "channel", "product_kind", "time_range", "level", "version", "complete", "quality", "observer", "light_travel_time", "raw_key", "product_key", "product_sha256")
    ID_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ARCHIVE_FIELD_NUMBER: _ClassVar[int]
    OBSERVATORY_FIELD_NUMBER: _ClassVar[int]
    INSTRUMENT_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_KIND_FIELD_NUMBER: _ClassVar[int]
    TIME_RANGE_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    COMPLETE_FIELD_NUMBER: _ClassVar[int]
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    OBSERVER_FIELD_NUMBER: _ClassVar[int]
    LIGHT_TRAVEL_TIME_FIELD_NUMBER: _ClassVar[int]
    RAW_KEY_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_KEY_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_SHA256_FIELD_NUMBER: _ClassVar[int]
    id: str
    sha256: str
    size: int
    name: str
    archive: str
    observatory: str
    instrument: str
    channel: str
    product_kind: str
    time_range: TimeRange
    level: str
    version: str
    complete: bool
    quality: _containers.RepeatedScalarFieldContainer[str]
    observer: Observer
    light_travel_time: float
    raw_key: str
    product_key: str
    product_sha256: str
    def __init__(self, id: _Optional[str] = ..., sha256: _Optional[str] = ..., size: _Optional[int] = ..., name: _Optional[str] = ..., archive: _Optional[str] = ..., observatory: _Optional[str] = ..., instrument: _Optional[str] = ..., channel: _Optional[str] = ..., product_kind: _Optional[str] = ..., time_range: _Optional[_Union[TimeRange, _Mapping]] = ..., level: _Optional[str] = ..., version: _Optional[str] = ..., complete: _Optional[bool] = ..., quality: _Optional[_Iterable[str]] = ..., observer: _Optional[_Union[Observer, _Mapping]] = ..., light_travel_time: _Optional[float] = ..., raw_key: _Optional[str] = ..., product_key: _Optional[str] = ..., product_sha256: _Optional[str] = ...) -> None: ...

class Method(_message.Message):
    __slots__ = ("detector", "version", "model_version", "model_sha256", "parameters", "name", "institute", "contact", "url")
    class ParametersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: Value
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[Value, _Mapping]] = ...) -> None: ...
    DETECTOR_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    MODEL_SHA256_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    INSTITUTE_FIELD_NUMBER: _ClassVar[int]
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    detector: str
    version: str
    model_version: str
    model_sha256: str
    parameters: _containers.MessageMap[str, Value]
    name: str
    institute: str
    contact: str
    url: str
    def __init__(self, detector: _Optional[str] = ..., version: _Optional[str] = ..., model_version: _Optional[str] = ..., model_sha256: _Optional[str] = ..., parameters: _Optional[_Mapping[str, Value]] = ..., name: _Optional[str] = ..., institute: _Optional[str] = ..., contact: _Optional[str] = ..., url: _Optional[str] = ...) -> None: ...

class Provenance(_message.Message):
    __slots__ = ("method", "observation_ids", "input_sha256", "observatory", "instrument", "channel", "observer", "light_travel_time", "code_version")
    METHOD_FIELD_NUMBER: _ClassVar[int]
    OBSERVATION_IDS_FIELD_NUMBER: _ClassVar[int]
    INPUT_SHA256_FIELD_NUMBER: _ClassVar[int]
    OBSERVATORY_FIELD_NUMBER: _ClassVar[int]
    INSTRUMENT_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    OBSERVER_FIELD_NUMBER: _ClassVar[int]
    LIGHT_TRAVEL_TIME_FIELD_NUMBER: _ClassVar[int]
    CODE_VERSION_FIELD_NUMBER: _ClassVar[int]
    method: Method
    observation_ids: _containers.RepeatedScalarFieldContainer[str]
    input_sha256: str
    observatory: str
    instrument: str
    channel: str
    observer: Observer
    light_travel_time: float
    code_version: str
    def __init__(self, method: _Optional[_Union[Method, _Mapping]] = ..., observation_ids: _Optional[_Iterable[str]] = ..., input_sha256: _Optional[str] = ..., observatory: _Optional[str] = ..., instrument: _Optional[str] = ..., channel: _Optional[str] = ..., observer: _Optional[_Union[Observer, _Mapping]] = ..., light_travel_time: _Optional[float] = ..., code_version: _Optional[str] = ...) -> None: ...

class Detection(_message.Message):
    __slots__ = ("event_type", "time_range", "peak_time", "probability", "position", "box", "polygon", "clipped", "measurements", "provenance")
    class MeasurementsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: Value
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[Value, _Mapping]] = ...) -> None: ...
    EVENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    TIME_RANGE_FIELD_NUMBER: _ClassVar[int]
    PEAK_TIME_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    BOX_FIELD_NUMBER: _ClassVar[int]
    POLYGON_FIELD_NUMBER: _ClassVar[int]
    CLIPPED_FIELD_NUMBER: _ClassVar[int]
    MEASUREMENTS_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    event_type: str
    time_range: TimeRange
    peak_time: _timestamp_pb2.Timestamp
    probability: float
    position: Position
    box: Box
    polygon: _containers.RepeatedCompositeFieldContainer[Position]
    clipped: bool
    measurements: _containers.MessageMap[str, Value]
    provenance: Provenance
    def __init__(self, event_type: _Optional[str] = ..., time_range: _Optional[_Union[TimeRange, _Mapping]] = ..., peak_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., probability: _Optional[float] = ..., position: _Optional[_Union[Position, _Mapping]] = ..., box: _Optional[_Union[Box, _Mapping]] = ..., polygon: _Optional[_Iterable[_Union[Position, _Mapping]]] = ..., clipped: _Optional[bool] = ..., measurements: _Optional[_Mapping[str, Value]] = ..., provenance: _Optional[_Union[Provenance, _Mapping]] = ...) -> None: ...

class CoveredSpan(_message.Message):
    __slots__ = ("time_range", "state", "reason")
    TIME_RANGE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    time_range: TimeRange
    state: str
    reason: str
    def __init__(self, time_range: _Optional[_Union[TimeRange, _Mapping]] = ..., state: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class Coverage(_message.Message):
    __slots__ = ("detector", "method_id", "observation_id", "instrument", "span")
    DETECTOR_FIELD_NUMBER: _ClassVar[int]
    METHOD_ID_FIELD_NUMBER: _ClassVar[int]
    OBSERVATION_ID_FIELD_NUMBER: _ClassVar[int]
    INSTRUMENT_FIELD_NUMBER: _ClassVar[int]
    SPAN_FIELD_NUMBER: _ClassVar[int]
    detector: str
    method_id: str
    observation_id: str
    instrument: str
    span: CoveredSpan
    def __init__(self, detector: _Optional[str] = ..., method_id: _Optional[str] = ..., observation_id: _Optional[str] = ..., instrument: _Optional[str] = ..., span: _Optional[_Union[CoveredSpan, _Mapping]] = ...) -> None: ...

class RecordedRun(_message.Message):
    __slots__ = ("observation_id", "method", "detections", "coverage", "scores_key", "code_version", "at", "counts")
    OBSERVATION_ID_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    DETECTIONS_FIELD_NUMBER: _ClassVar[int]
    COVERAGE_FIELD_NUMBER: _ClassVar[int]
    SCORES_KEY_FIELD_NUMBER: _ClassVar[int]
    CODE_VERSION_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    observation_id: str
    method: Method
    detections: _containers.RepeatedCompositeFieldContainer[Detection]
    coverage: _containers.RepeatedCompositeFieldContainer[Coverage]
    scores_key: str
    code_version: str
    at: _timestamp_pb2.Timestamp
    counts: bool
    def __init__(self, observation_id: _Optional[str] = ..., method: _Optional[_Union[Method, _Mapping]] = ..., detections: _Optional[_Iterable[_Union[Detection, _Mapping]]] = ..., coverage: _Optional[_Iterable[_Union[Coverage, _Mapping]]] = ..., scores_key: _Optional[str] = ..., code_version: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., counts: _Optional[bool] = ...) -> None: ...

class Attributes(_message.Message):
    __slots__ = ("texts", "numbers", "integers", "flags", "large")
    class TextsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class NumbersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    class IntegersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    class FlagsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: bool
        def __init__(self, key: _Optional[str] = ..., value: _Optional[bool] = ...) -> None: ...
    class LargeEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    TEXTS_FIELD_NUMBER: _ClassVar[int]
    NUMBERS_FIELD_NUMBER: _ClassVar[int]
    INTEGERS_FIELD_NUMBER: _ClassVar[int]
    FLAGS_FIELD_NUMBER: _ClassVar[int]
    LARGE_FIELD_NUMBER: _ClassVar[int]
    texts: _containers.ScalarMap[str, str]
    numbers: _containers.ScalarMap[str, float]
    integers: _containers.ScalarMap[str, int]
    flags: _containers.ScalarMap[str, bool]
    large: _containers.ScalarMap[str, str]
    def __init__(self, texts: _Optional[_Mapping[str, str]] = ..., numbers: _Optional[_Mapping[str, float]] = ..., integers: _Optional[_Mapping[str, int]] = ..., flags: _Optional[_Mapping[str, bool]] = ..., large: _Optional[_Mapping[str, str]] = ...) -> None: ...

class Event(_message.Message):
    __slots__ = ("id", "event_type", "event_starttime", "event_endtime", "event_peaktime", "event_coordsys", "event_coordunit", "event_coord1", "event_coord2", "event_c1error", "event_c2error", "boundbox_c1ll", "boundbox_c2ll", "boundbox_c1ur", "boundbox_c2ur", "noposition", "event_probability", "frm_name", "frm_identifier", "frm_institute", "frm_contact", "frm_url", "frm_paramset", "frm_versionnumber", "frm_specificid", "frm_daterun", "frm_humanflag", "obs_observatory", "obs_instrument", "obs_channelid", "obs_meanwavel", "attributes", "revision", "status", "detector", "detection_ids", "observation_ids")
    ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    EVENT_STARTTIME_FIELD_NUMBER: _ClassVar[int]
    EVENT_ENDTIME_FIELD_NUMBER: _ClassVar[int]
    EVENT_PEAKTIME_FIELD_NUMBER: _ClassVar[int]
    EVENT_COORDSYS_FIELD_NUMBER: _ClassVar[int]
    EVENT_COORDUNIT_FIELD_NUMBER: _ClassVar[int]
    EVENT_COORD1_FIELD_NUMBER: _ClassVar[int]
    EVENT_COORD2_FIELD_NUMBER: _ClassVar[int]
    EVENT_C1ERROR_FIELD_NUMBER: _ClassVar[int]
    EVENT_C2ERROR_FIELD_NUMBER: _ClassVar[int]
    BOUNDBOX_C1LL_FIELD_NUMBER: _ClassVar[int]
    BOUNDBOX_C2LL_FIELD_NUMBER: _ClassVar[int]
    BOUNDBOX_C1UR_FIELD_NUMBER: _ClassVar[int]
    BOUNDBOX_C2UR_FIELD_NUMBER: _ClassVar[int]
    NOPOSITION_FIELD_NUMBER: _ClassVar[int]
    EVENT_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    FRM_NAME_FIELD_NUMBER: _ClassVar[int]
    FRM_IDENTIFIER_FIELD_NUMBER: _ClassVar[int]
    FRM_INSTITUTE_FIELD_NUMBER: _ClassVar[int]
    FRM_CONTACT_FIELD_NUMBER: _ClassVar[int]
    FRM_URL_FIELD_NUMBER: _ClassVar[int]
    FRM_PARAMSET_FIELD_NUMBER: _ClassVar[int]
    FRM_VERSIONNUMBER_FIELD_NUMBER: _ClassVar[int]
    FRM_SPECIFICID_FIELD_NUMBER: _ClassVar[int]
    FRM_DATERUN_FIELD_NUMBER: _ClassVar[int]
    FRM_HUMANFLAG_FIELD_NUMBER: _ClassVar[int]
    OBS_OBSERVATORY_FIELD_NUMBER: _ClassVar[int]
    OBS_INSTRUMENT_FIELD_NUMBER: _ClassVar[int]
    OBS_CHANNELID_FIELD_NUMBER: _ClassVar[int]
    OBS_MEANWAVEL_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    DETECTOR_FIELD_NUMBER: _ClassVar[int]
    DETECTION_IDS_FIELD_NUMBER: _ClassVar[int]
    OBSERVATION_IDS_FIELD_NUMBER: _ClassVar[int]
    id: str
    event_type: str
    event_starttime: _timestamp_pb2.Timestamp
    event_endtime: _timestamp_pb2.Timestamp
    event_peaktime: _timestamp_pb2.Timestamp
    event_coordsys: str
    event_coordunit: str
    event_coord1: float
    event_coord2: float
    event_c1error: float
    event_c2error: float
    boundbox_c1ll: float
    boundbox_c2ll: float
    boundbox_c1ur: float
    boundbox_c2ur: float
    noposition: bool
    event_probability: float
    frm_name: str
    frm_identifier: str
    frm_institute: str
    frm_contact: str
    frm_url: str
    frm_paramset: str
    frm_versionnumber: float
    frm_specificid: str
    frm_daterun: _timestamp_pb2.Timestamp
    frm_humanflag: bool
    obs_observatory: str
    obs_instrument: str
    obs_channelid: str
    obs_meanwavel: float
    attributes: Attributes
    revision: int
    status: str
    detector: str
    detection_ids: _containers.RepeatedScalarFieldContainer[str]
    observation_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, id: _Optional[str] = ..., event_type: _Optional[str] = ..., event_starttime: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., event_endtime: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., event_peaktime: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., event_coordsys: _Optional[str] = ..., event_coordunit: _Optional[str] = ..., event_coord1: _Optional[float] = ..., event_coord2: _Optional[float] = ..., event_c1error: _Optional[float] = ..., event_c2error: _Optional[float] = ..., boundbox_c1ll: _Optional[float] = ..., boundbox_c2ll: _Optional[float] = ..., boundbox_c1ur: _Optional[float] = ..., boundbox_c2ur: _Optional[float] = ..., noposition: _Optional[bool] = ..., event_probability: _Optional[float] = ..., frm_name: _Optional[str] = ..., frm_identifier: _Optional[str] = ..., frm_institute: _Optional[str] = ..., frm_contact: _Optional[str] = ..., frm_url: _Optional[str] = ..., frm_paramset: _Optional[str] = ..., frm_versionnumber: _Optional[float] = ..., frm_specificid: _Optional[str] = ..., frm_daterun: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., frm_humanflag: _Optional[bool] = ..., obs_observatory: _Optional[str] = ..., obs_instrument: _Optional[str] = ..., obs_channelid: _Optional[str] = ..., obs_meanwavel: _Optional[float] = ..., attributes: _Optional[_Union[Attributes, _Mapping]] = ..., revision: _Optional[int] = ..., status: _Optional[str] = ..., detector: _Optional[str] = ..., detection_ids: _Optional[_Iterable[str]] = ..., observation_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class EventChange(_message.Message):
    __slots__ = ("event", "reason")
    EVENT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    event: Event
    reason: str
    def __init__(self, event: _Optional[_Union[Event, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class Revision(_message.Message):
    __slots__ = ("cursor", "at", "reason", "event")
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    cursor: int
    at: _timestamp_pb2.Timestamp
    reason: str
    event: Event
    def __init__(self, cursor: _Optional[int] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ..., event: _Optional[_Union[Event, _Mapping]] = ...) -> None: ...

class Review(_message.Message):
    __slots__ = ("kind", "subject", "verdict", "by", "at", "label", "rating", "comment", "revision", "version")
    KIND_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    RATING_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    kind: str
    subject: str
    verdict: str
    by: str
    at: _timestamp_pb2.Timestamp
    label: str
    rating: float
    comment: str
    revision: int
    version: int
    def __init__(self, kind: _Optional[str] = ..., subject: _Optional[str] = ..., verdict: _Optional[str] = ..., by: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., label: _Optional[str] = ..., rating: _Optional[float] = ..., comment: _Optional[str] = ..., revision: _Optional[int] = ..., version: _Optional[int] = ...) -> None: ...

class Standing(_message.Message):
    __slots__ = ("kind", "subject", "decision", "label", "rating", "version", "by", "at")
    KIND_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    RATING_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    kind: str
    subject: str
    decision: str
    label: str
    rating: float
    version: int
    by: str
    at: _timestamp_pb2.Timestamp
    def __init__(self, kind: _Optional[str] = ..., subject: _Optional[str] = ..., decision: _Optional[str] = ..., label: _Optional[str] = ..., rating: _Optional[float] = ..., version: _Optional[int] = ..., by: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Relation(_message.Message):
    __slots__ = ("first", "verb", "second", "by", "at", "comment", "withdrawn", "version")
    FIRST_FIELD_NUMBER: _ClassVar[int]
    VERB_FIELD_NUMBER: _ClassVar[int]
    SECOND_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWN_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    first: str
    verb: str
    second: str
    by: str
    at: _timestamp_pb2.Timestamp
    comment: str
    withdrawn: bool
    version: int
    def __init__(self, first: _Optional[str] = ..., verb: _Optional[str] = ..., second: _Optional[str] = ..., by: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., comment: _Optional[str] = ..., withdrawn: _Optional[bool] = ..., version: _Optional[int] = ...) -> None: ...

class Failure(_message.Message):
    __slots__ = ("stage", "subject", "sha256", "code", "message", "at", "job_id")
    STAGE_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    stage: str
    subject: str
    sha256: str
    code: str
    message: str
    at: _timestamp_pb2.Timestamp
    job_id: str
    def __init__(self, stage: _Optional[str] = ..., subject: _Optional[str] = ..., sha256: _Optional[str] = ..., code: _Optional[str] = ..., message: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., job_id: _Optional[str] = ...) -> None: ...

class JobError(_message.Message):
    __slots__ = ("code", "message")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    code: str
    message: str
    def __init__(self, code: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class Job(_message.Message):
    __slots__ = ("id", "kind", "payload", "state", "attempts", "max_attempts", "progress", "error", "result", "worker", "lease_until", "not_before", "cancel_requested", "created", "updated", "priority", "trace")
    class PayloadEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: Value
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[Value, _Mapping]] = ...) -> None: ...
    class ResultEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: Value
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[Value, _Mapping]] = ...) -> None: ...
    ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    MAX_ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    WORKER_FIELD_NUMBER: _ClassVar[int]
    LEASE_UNTIL_FIELD_NUMBER: _ClassVar[int]
    NOT_BEFORE_FIELD_NUMBER: _ClassVar[int]
    CANCEL_REQUESTED_FIELD_NUMBER: _ClassVar[int]
    CREATED_FIELD_NUMBER: _ClassVar[int]
    UPDATED_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    TRACE_FIELD_NUMBER: _ClassVar[int]
    id: str
    kind: str
    payload: _containers.MessageMap[str, Value]
    state: str
    attempts: int
    max_attempts: int
    progress: float
    error: JobError
    result: _containers.MessageMap[str, Value]
    worker: str
    lease_until: _timestamp_pb2.Timestamp
    not_before: _timestamp_pb2.Timestamp
    cancel_requested: bool
    created: _timestamp_pb2.Timestamp
    updated: _timestamp_pb2.Timestamp
    priority: int
    trace: str
    def __init__(self, id: _Optional[str] = ..., kind: _Optional[str] = ..., payload: _Optional[_Mapping[str, Value]] = ..., state: _Optional[str] = ..., attempts: _Optional[int] = ..., max_attempts: _Optional[int] = ..., progress: _Optional[float] = ..., error: _Optional[_Union[JobError, _Mapping]] = ..., result: _Optional[_Mapping[str, Value]] = ..., worker: _Optional[str] = ..., lease_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., not_before: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., cancel_requested: _Optional[bool] = ..., created: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., priority: _Optional[int] = ..., trace: _Optional[str] = ...) -> None: ...

class JobOrder(_message.Message):
    __slots__ = ("kind", "key", "payload", "max_attempts", "priority", "trace")
    class PayloadEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: Value
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[Value, _Mapping]] = ...) -> None: ...
    KIND_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    MAX_ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    TRACE_FIELD_NUMBER: _ClassVar[int]
    kind: str
    key: str
    payload: _containers.MessageMap[str, Value]
    max_attempts: int
    priority: int
    trace: str
    def __init__(self, kind: _Optional[str] = ..., key: _Optional[str] = ..., payload: _Optional[_Mapping[str, Value]] = ..., max_attempts: _Optional[int] = ..., priority: _Optional[int] = ..., trace: _Optional[str] = ...) -> None: ...

class RunEntry(_message.Message):
    __slots__ = ("kind", "name", "step", "values", "key", "number", "at")
    class ValuesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: Value
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[Value, _Mapping]] = ...) -> None: ...
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    kind: str
    name: str
    step: int
    values: _containers.MessageMap[str, Value]
    key: str
    number: int
    at: _timestamp_pb2.Timestamp
    def __init__(self, kind: _Optional[str] = ..., name: _Optional[str] = ..., step: _Optional[int] = ..., values: _Optional[_Mapping[str, Value]] = ..., key: _Optional[str] = ..., number: _Optional[int] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class TrainingStatus(_message.Message):
    __slots__ = ("job", "entries", "time_left")
    JOB_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    TIME_LEFT_FIELD_NUMBER: _ClassVar[int]
    job: Job
    entries: _containers.RepeatedCompositeFieldContainer[RunEntry]
    time_left: float
    def __init__(self, job: _Optional[_Union[Job, _Mapping]] = ..., entries: _Optional[_Iterable[_Union[RunEntry, _Mapping]]] = ..., time_left: _Optional[float] = ...) -> None: ...

class TrainingOrder(_message.Message):
    __slots__ = ("detector", "options", "dataset", "device", "title", "measure")
    class OptionsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: Value
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[Value, _Mapping]] = ...) -> None: ...
    DETECTOR_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    DATASET_FIELD_NUMBER: _ClassVar[int]
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    MEASURE_FIELD_NUMBER: _ClassVar[int]
    detector: str
    options: _containers.MessageMap[str, Value]
    dataset: str
    device: str
    title: str
    measure: str
    def __init__(self, detector: _Optional[str] = ..., options: _Optional[_Mapping[str, Value]] = ..., dataset: _Optional[str] = ..., device: _Optional[str] = ..., title: _Optional[str] = ..., measure: _Optional[str] = ...) -> None: ...

class SearchCell(_message.Message):
    __slots__ = ("options", "job_id")
    class OptionsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: Value
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[Value, _Mapping]] = ...) -> None: ...
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    options: _containers.MessageMap[str, Value]
    job_id: str
    def __init__(self, options: _Optional[_Mapping[str, Value]] = ..., job_id: _Optional[str] = ...) -> None: ...

class SearchPlan(_message.Message):
    __slots__ = ("order", "cells", "score", "direction")
    ORDER_FIELD_NUMBER: _ClassVar[int]
    CELLS_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    DIRECTION_FIELD_NUMBER: _ClassVar[int]
    order: TrainingOrder
    cells: _containers.RepeatedCompositeFieldContainer[SearchCell]
    score: str
    direction: str
    def __init__(self, order: _Optional[_Union[TrainingOrder, _Mapping]] = ..., cells: _Optional[_Iterable[_Union[SearchCell, _Mapping]]] = ..., score: _Optional[str] = ..., direction: _Optional[str] = ...) -> None: ...

class DatasetFile(_message.Message):
    __slots__ = ("path", "sha256", "size")
    PATH_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    path: str
    sha256: str
    size: int
    def __init__(self, path: _Optional[str] = ..., sha256: _Optional[str] = ..., size: _Optional[int] = ...) -> None: ...

class DatasetVersion(_message.Message):
    __slots__ = ("name", "files", "lineage")
    class LineageEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: Value
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[Value, _Mapping]] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    LINEAGE_FIELD_NUMBER: _ClassVar[int]
    name: str
    files: _containers.RepeatedCompositeFieldContainer[DatasetFile]
    lineage: _containers.MessageMap[str, Value]
    def __init__(self, name: _Optional[str] = ..., files: _Optional[_Iterable[_Union[DatasetFile, _Mapping]]] = ..., lineage: _Optional[_Mapping[str, Value]] = ...) -> None: ...

class TensorSpec(_message.Message):
    __slots__ = ("name", "dtype", "shape")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DTYPE_FIELD_NUMBER: _ClassVar[int]
    SHAPE_FIELD_NUMBER: _ClassVar[int]
    name: str
    dtype: str
    shape: _containers.RepeatedCompositeFieldContainer[Value]
    def __init__(self, name: _Optional[str] = ..., dtype: _Optional[str] = ..., shape: _Optional[_Iterable[_Union[Value, _Mapping]]] = ...) -> None: ...

class ModelFile(_message.Message):
    __slots__ = ("key", "sha256", "format", "inputs", "outputs")
    KEY_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    INPUTS_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    key: str
    sha256: str
    format: str
    inputs: _containers.RepeatedCompositeFieldContainer[TensorSpec]
    outputs: _containers.RepeatedCompositeFieldContainer[TensorSpec]
    def __init__(self, key: _Optional[str] = ..., sha256: _Optional[str] = ..., format: _Optional[str] = ..., inputs: _Optional[_Iterable[_Union[TensorSpec, _Mapping]]] = ..., outputs: _Optional[_Iterable[_Union[TensorSpec, _Mapping]]] = ...) -> None: ...

class ModelCard(_message.Message):
    __slots__ = ("name", "version", "files", "created", "opset", "recipe", "dataset", "metrics", "thresholds", "notes", "canvas")
    class FilesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: ModelFile
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[ModelFile, _Mapping]] = ...) -> None: ...
    class RecipeEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: Value
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[Value, _Mapping]] = ...) -> None: ...
    class DatasetEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: Value
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[Value, _Mapping]] = ...) -> None: ...
    class MetricsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: Value
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[Value, _Mapping]] = ...) -> None: ...
    class ThresholdsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    class CanvasEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    CREATED_FIELD_NUMBER: _ClassVar[int]
    OPSET_FIELD_NUMBER: _ClassVar[int]
    RECIPE_FIELD_NUMBER: _ClassVar[int]
    DATASET_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    THRESHOLDS_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    CANVAS_FIELD_NUMBER: _ClassVar[int]
    name: str
    version: str
    files: _containers.MessageMap[str, ModelFile]
    created: _timestamp_pb2.Timestamp
    opset: int
    recipe: _containers.MessageMap[str, Value]
    dataset: _containers.MessageMap[str, Value]
    metrics: _containers.MessageMap[str, Value]
    thresholds: _containers.ScalarMap[str, float]
    notes: str
    canvas: _containers.ScalarMap[str, str]
    def __init__(self, name: _Optional[str] = ..., version: _Optional[str] = ..., files: _Optional[_Mapping[str, ModelFile]] = ..., created: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., opset: _Optional[int] = ..., recipe: _Optional[_Mapping[str, Value]] = ..., dataset: _Optional[_Mapping[str, Value]] = ..., metrics: _Optional[_Mapping[str, Value]] = ..., thresholds: _Optional[_Mapping[str, float]] = ..., notes: _Optional[str] = ..., canvas: _Optional[_Mapping[str, str]] = ...) -> None: ...

class AliasChange(_message.Message):
    __slots__ = ("name", "alias", "version", "previous", "at", "by", "reason", "rollback")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ALIAS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ROLLBACK_FIELD_NUMBER: _ClassVar[int]
    name: str
    alias: str
    version: str
    previous: str
    at: _timestamp_pb2.Timestamp
    by: str
    reason: str
    rollback: bool
    def __init__(self, name: _Optional[str] = ..., alias: _Optional[str] = ..., version: _Optional[str] = ..., previous: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., by: _Optional[str] = ..., reason: _Optional[str] = ..., rollback: _Optional[bool] = ...) -> None: ...

class Benchmark(_message.Message):
    __slots__ = ("name", "dataset", "metric", "loss", "at", "by")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DATASET_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    LOSS_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    name: str
    dataset: str
    metric: str
    loss: float
    at: _timestamp_pb2.Timestamp
    by: str
    def __init__(self, name: _Optional[str] = ..., dataset: _Optional[str] = ..., metric: _Optional[str] = ..., loss: _Optional[float] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., by: _Optional[str] = ...) -> None: ...

class Measurement(_message.Message):
    __slots__ = ("name", "version", "benchmark", "value", "at", "by")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    BENCHMARK_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    name: str
    version: str
    benchmark: str
    value: float
    at: _timestamp_pb2.Timestamp
    by: str
    def __init__(self, name: _Optional[str] = ..., version: _Optional[str] = ..., benchmark: _Optional[str] = ..., value: _Optional[float] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., by: _Optional[str] = ...) -> None: ...

class InputSpec(_message.Message):
    __slots__ = ("product", "instruments", "channels", "cadence", "shape", "unit")
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    INSTRUMENTS_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    CADENCE_FIELD_NUMBER: _ClassVar[int]
    SHAPE_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    product: str
    instruments: _containers.RepeatedScalarFieldContainer[str]
    channels: _containers.RepeatedScalarFieldContainer[str]
    cadence: float
    shape: _containers.RepeatedCompositeFieldContainer[Value]
    unit: str
    def __init__(self, product: _Optional[str] = ..., instruments: _Optional[_Iterable[str]] = ..., channels: _Optional[_Iterable[str]] = ..., cadence: _Optional[float] = ..., shape: _Optional[_Iterable[_Union[Value, _Mapping]]] = ..., unit: _Optional[str] = ...) -> None: ...

class ModelSpec(_message.Message):
    __slots__ = ("file", "sha256", "format", "inputs", "outputs", "example")
    class ExampleEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    FILE_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    INPUTS_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    EXAMPLE_FIELD_NUMBER: _ClassVar[int]
    file: str
    sha256: str
    format: str
    inputs: _containers.RepeatedCompositeFieldContainer[TensorSpec]
    outputs: _containers.RepeatedCompositeFieldContainer[TensorSpec]
    example: _containers.ScalarMap[str, int]
    def __init__(self, file: _Optional[str] = ..., sha256: _Optional[str] = ..., format: _Optional[str] = ..., inputs: _Optional[_Iterable[_Union[TensorSpec, _Mapping]]] = ..., outputs: _Optional[_Iterable[_Union[TensorSpec, _Mapping]]] = ..., example: _Optional[_Mapping[str, int]] = ...) -> None: ...

class ParameterSpec(_message.Message):
    __slots__ = ("type", "default", "description", "minimum", "maximum", "choices")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    MINIMUM_FIELD_NUMBER: _ClassVar[int]
    MAXIMUM_FIELD_NUMBER: _ClassVar[int]
    CHOICES_FIELD_NUMBER: _ClassVar[int]
    type: str
    default: Value
    description: str
    minimum: float
    maximum: float
    choices: _containers.RepeatedCompositeFieldContainer[Value]
    def __init__(self, type: _Optional[str] = ..., default: _Optional[_Union[Value, _Mapping]] = ..., description: _Optional[str] = ..., minimum: _Optional[float] = ..., maximum: _Optional[float] = ..., choices: _Optional[_Iterable[_Union[Value, _Mapping]]] = ...) -> None: ...

class MethodInfo(_message.Message):
    __slots__ = ("name", "institute", "contact", "url", "citation")
    NAME_FIELD_NUMBER: _ClassVar[int]
    INSTITUTE_FIELD_NUMBER: _ClassVar[int]
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    CITATION_FIELD_NUMBER: _ClassVar[int]
    name: str
    institute: str
    contact: str
    url: str
    citation: str
    def __init__(self, name: _Optional[str] = ..., institute: _Optional[str] = ..., contact: _Optional[str] = ..., url: _Optional[str] = ..., citation: _Optional[str] = ...) -> None: ...

class DetectorManifest(_message.Message):
    __slots__ = ("id", "version", "api", "title", "event_types", "input", "method", "entry", "model_version", "models", "parameters", "outputs", "evaluation", "training", "canvas")
    class ModelsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: ModelSpec
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[ModelSpec, _Mapping]] = ...) -> None: ...
    class ParametersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: ParameterSpec
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[ParameterSpec, _Mapping]] = ...) -> None: ...
    class CanvasEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    API_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    EVENT_TYPES_FIELD_NUMBER: _ClassVar[int]
    INPUT_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    MODELS_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    EVALUATION_FIELD_NUMBER: _ClassVar[int]
    TRAINING_FIELD_NUMBER: _ClassVar[int]
    CANVAS_FIELD_NUMBER: _ClassVar[int]
    id: str
    version: str
    api: str
    title: str
    event_types: _containers.RepeatedScalarFieldContainer[str]
    input: InputSpec
    method: MethodInfo
    entry: str
    model_version: str
    models: _containers.MessageMap[str, ModelSpec]
    parameters: _containers.MessageMap[str, ParameterSpec]
    outputs: str
    evaluation: str
    training: str
    canvas: _containers.ScalarMap[str, str]
    def __init__(self, id: _Optional[str] = ..., version: _Optional[str] = ..., api: _Optional[str] = ..., title: _Optional[str] = ..., event_types: _Optional[_Iterable[str]] = ..., input: _Optional[_Union[InputSpec, _Mapping]] = ..., method: _Optional[_Union[MethodInfo, _Mapping]] = ..., entry: _Optional[str] = ..., model_version: _Optional[str] = ..., models: _Optional[_Mapping[str, ModelSpec]] = ..., parameters: _Optional[_Mapping[str, ParameterSpec]] = ..., outputs: _Optional[str] = ..., evaluation: _Optional[str] = ..., training: _Optional[str] = ..., canvas: _Optional[_Mapping[str, str]] = ...) -> None: ...

class Plugin(_message.Message):
    __slots__ = ("name", "distribution", "version", "manifest", "state", "error", "since")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    MANIFEST_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    name: str
    distribution: str
    version: str
    manifest: DetectorManifest
    state: str
    error: str
    since: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., distribution: _Optional[str] = ..., version: _Optional[str] = ..., manifest: _Optional[_Union[DetectorManifest, _Mapping]] = ..., state: _Optional[str] = ..., error: _Optional[str] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Condition(_message.Message):
    __slots__ = ("column", "operator", "value")
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    column: str
    operator: str
    value: str
    def __init__(self, column: _Optional[str] = ..., operator: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...

class SearchBox(_message.Message):
    __slots__ = ("frame", "x1", "y1", "x2", "y2")
    FRAME_FIELD_NUMBER: _ClassVar[int]
    X1_FIELD_NUMBER: _ClassVar[int]
    Y1_FIELD_NUMBER: _ClassVar[int]
    X2_FIELD_NUMBER: _ClassVar[int]
    Y2_FIELD_NUMBER: _ClassVar[int]
    frame: str
    x1: float
    y1: float
    x2: float
    y2: float
    def __init__(self, frame: _Optional[str] = ..., x1: _Optional[float] = ..., y1: _Optional[float] = ..., x2: _Optional[float] = ..., y2: _Optional[float] = ...) -> None: ...

class SearchCone(_message.Message):
    __slots__ = ("frame", "x", "y", "radius")
    FRAME_FIELD_NUMBER: _ClassVar[int]
    X_FIELD_NUMBER: _ClassVar[int]
    Y_FIELD_NUMBER: _ClassVar[int]
    RADIUS_FIELD_NUMBER: _ClassVar[int]
    frame: str
    x: float
    y: float
    radius: float
    def __init__(self, frame: _Optional[str] = ..., x: _Optional[float] = ..., y: _Optional[float] = ..., radius: _Optional[float] = ...) -> None: ...

class OutputFile(_message.Message):
    __slots__ = ("name", "key", "size")
    NAME_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    name: str
    key: str
    size: int
    def __init__(self, name: _Optional[str] = ..., key: _Optional[str] = ..., size: _Optional[int] = ...) -> None: ...
