from helioscribe.proto.v1 import nouns_pb2 as _nouns_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ListDetectorsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListDetectorsResponse(_message.Message):
    __slots__ = ("detectors",)
    DETECTORS_FIELD_NUMBER: _ClassVar[int]
    detectors: _containers.RepeatedCompositeFieldContainer[_nouns_pb2.Plugin]
    def __init__(self, detectors: _Optional[_Iterable[_Union[_nouns_pb2.Plugin, _Mapping]]] = ...) -> None: ...

class DetectRequest(_message.Message):
    __slots__ = ("observation_id", "detector", "parameters")
    class ParametersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: _nouns_pb2.Value
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[_nouns_pb2.Value, _Mapping]] = ...) -> None: ...
    OBSERVATION_ID_FIELD_NUMBER: _ClassVar[int]
    DETECTOR_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    observation_id: str
    detector: str
    parameters: _containers.MessageMap[str, _nouns_pb2.Value]
    def __init__(self, observation_id: _Optional[str] = ..., detector: _Optional[str] = ..., parameters: _Optional[_Mapping[str, _nouns_pb2.Value]] = ...) -> None: ...

class DetectResponse(_message.Message):
    __slots__ = ("finding",)
    FINDING_FIELD_NUMBER: _ClassVar[int]
    finding: Finding
    def __init__(self, finding: _Optional[_Union[Finding, _Mapping]] = ...) -> None: ...

class Finding(_message.Message):
    __slots__ = ("detections", "covered", "method", "scores")
    DETECTIONS_FIELD_NUMBER: _ClassVar[int]
    COVERED_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    SCORES_FIELD_NUMBER: _ClassVar[int]
    detections: _containers.RepeatedCompositeFieldContainer[_nouns_pb2.Detection]
    covered: _containers.RepeatedCompositeFieldContainer[_nouns_pb2.CoveredSpan]
    method: _nouns_pb2.Method
    scores: bytes
    def __init__(self, detections: _Optional[_Iterable[_Union[_nouns_pb2.Detection, _Mapping]]] = ..., covered: _Optional[_Iterable[_Union[_nouns_pb2.CoveredSpan, _Mapping]]] = ..., method: _Optional[_Union[_nouns_pb2.Method, _Mapping]] = ..., scores: _Optional[bytes] = ...) -> None: ...

class ProductInfo(_message.Message):
    __slots__ = ("detector", "parameters")
    class ParametersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: _nouns_pb2.Value
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[_nouns_pb2.Value, _Mapping]] = ...) -> None: ...
    DETECTOR_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    detector: str
    parameters: _containers.MessageMap[str, _nouns_pb2.Value]
    def __init__(self, detector: _Optional[str] = ..., parameters: _Optional[_Mapping[str, _nouns_pb2.Value]] = ...) -> None: ...

class DetectProductRequest(_message.Message):
    __slots__ = ("info", "chunk")
    INFO_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    info: ProductInfo
    chunk: bytes
    def __init__(self, info: _Optional[_Union[ProductInfo, _Mapping]] = ..., chunk: _Optional[bytes] = ...) -> None: ...

class DetectProductResponse(_message.Message):
    __slots__ = ("finding",)
    FINDING_FIELD_NUMBER: _ClassVar[int]
    finding: Finding
    def __init__(self, finding: _Optional[_Union[Finding, _Mapping]] = ...) -> None: ...

class SubmitDetectionRequest(_message.Message):
    __slots__ = ("observation_id", "detector", "parameters")
    class ParametersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: _nouns_pb2.Value
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[_nouns_pb2.Value, _Mapping]] = ...) -> None: ...
    OBSERVATION_ID_FIELD_NUMBER: _ClassVar[int]
    DETECTOR_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    observation_id: str
    detector: str
    parameters: _containers.MessageMap[str, _nouns_pb2.Value]
    def __init__(self, observation_id: _Optional[str] = ..., detector: _Optional[str] = ..., parameters: _Optional[_Mapping[str, _nouns_pb2.Value]] = ...) -> None: ...

class SubmitDetectionResponse(_message.Message):
    __slots__ = ("job",)
    JOB_FIELD_NUMBER: _ClassVar[int]
    job: _nouns_pb2.Job
    def __init__(self, job: _Optional[_Union[_nouns_pb2.Job, _Mapping]] = ...) -> None: ...

class SubmitBackfillRequest(_message.Message):
    __slots__ = ("detector", "span", "parameters", "chunk", "in_flight", "shadow")
    class ParametersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: _nouns_pb2.Value
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[_nouns_pb2.Value, _Mapping]] = ...) -> None: ...
    DETECTOR_FIELD_NUMBER: _ClassVar[int]
    SPAN_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    IN_FLIGHT_FIELD_NUMBER: _ClassVar[int]
    SHADOW_FIELD_NUMBER: _ClassVar[int]
    detector: str
    span: _nouns_pb2.TimeRange
    parameters: _containers.MessageMap[str, _nouns_pb2.Value]
    chunk: int
    in_flight: int
    shadow: bool
    def __init__(self, detector: _Optional[str] = ..., span: _Optional[_Union[_nouns_pb2.TimeRange, _Mapping]] = ..., parameters: _Optional[_Mapping[str, _nouns_pb2.Value]] = ..., chunk: _Optional[int] = ..., in_flight: _Optional[int] = ..., shadow: _Optional[bool] = ...) -> None: ...

class SubmitBackfillResponse(_message.Message):
    __slots__ = ("job",)
    JOB_FIELD_NUMBER: _ClassVar[int]
    job: _nouns_pb2.Job
    def __init__(self, job: _Optional[_Union[_nouns_pb2.Job, _Mapping]] = ...) -> None: ...

class WatchJobRequest(_message.Message):
    __slots__ = ("job_id",)
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    def __init__(self, job_id: _Optional[str] = ...) -> None: ...

class WatchJobResponse(_message.Message):
    __slots__ = ("job",)
    JOB_FIELD_NUMBER: _ClassVar[int]
    job: _nouns_pb2.Job
    def __init__(self, job: _Optional[_Union[_nouns_pb2.Job, _Mapping]] = ...) -> None: ...

class CancelDetectionRequest(_message.Message):
    __slots__ = ("job_id",)
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    def __init__(self, job_id: _Optional[str] = ...) -> None: ...

class CancelDetectionResponse(_message.Message):
    __slots__ = ("job",)
    JOB_FIELD_NUMBER: _ClassVar[int]
    job: _nouns_pb2.Job
    def __init__(self, job: _Optional[_Union[_nouns_pb2.Job, _Mapping]] = ...) -> None: ...

class DetectManyRequest(_message.Message):
    __slots__ = ("observation_ids", "detector", "parameters", "formats", "dpi")
    class ParametersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: _nouns_pb2.Value
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[_nouns_pb2.Value, _Mapping]] = ...) -> None: ...
    OBSERVATION_IDS_FIELD_NUMBER: _ClassVar[int]
    DETECTOR_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    FORMATS_FIELD_NUMBER: _ClassVar[int]
    DPI_FIELD_NUMBER: _ClassVar[int]
    observation_ids: _containers.RepeatedScalarFieldContainer[str]
    detector: str
    parameters: _containers.MessageMap[str, _nouns_pb2.Value]
    formats: _containers.RepeatedScalarFieldContainer[str]
    dpi: int
    def __init__(self, observation_ids: _Optional[_Iterable[str]] = ..., detector: _Optional[str] = ..., parameters: _Optional[_Mapping[str, _nouns_pb2.Value]] = ..., formats: _Optional[_Iterable[str]] = ..., dpi: _Optional[int] = ...) -> None: ...

class DetectManyResponse(_message.Message):
    __slots__ = ("observation_id", "finding", "error", "outputs")
    OBSERVATION_ID_FIELD_NUMBER: _ClassVar[int]
    FINDING_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    observation_id: str
    finding: Finding
    error: _nouns_pb2.JobError
    outputs: _containers.RepeatedCompositeFieldContainer[_nouns_pb2.OutputFile]
    def __init__(self, observation_id: _Optional[str] = ..., finding: _Optional[_Union[Finding, _Mapping]] = ..., error: _Optional[_Union[_nouns_pb2.JobError, _Mapping]] = ..., outputs: _Optional[_Iterable[_Union[_nouns_pb2.OutputFile, _Mapping]]] = ...) -> None: ...

class GetOutputRequest(_message.Message):
    __slots__ = ("key",)
    KEY_FIELD_NUMBER: _ClassVar[int]
    key: str
    def __init__(self, key: _Optional[str] = ...) -> None: ...

class GetOutputResponse(_message.Message):
    __slots__ = ("chunk",)
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    chunk: bytes
    def __init__(self, chunk: _Optional[bytes] = ...) -> None: ...

class MakeFilmRequest(_message.Message):
    __slots__ = ("keys", "milliseconds")
    KEYS_FIELD_NUMBER: _ClassVar[int]
    MILLISECONDS_FIELD_NUMBER: _ClassVar[int]
    keys: _containers.RepeatedScalarFieldContainer[str]
    milliseconds: int
    def __init__(self, keys: _Optional[_Iterable[str]] = ..., milliseconds: _Optional[int] = ...) -> None: ...

class MakeFilmResponse(_message.Message):
    __slots__ = ("film",)
    FILM_FIELD_NUMBER: _ClassVar[int]
    film: _nouns_pb2.OutputFile
    def __init__(self, film: _Optional[_Union[_nouns_pb2.OutputFile, _Mapping]] = ...) -> None: ...
