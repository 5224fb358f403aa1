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
