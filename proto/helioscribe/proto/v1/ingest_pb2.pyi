from helioscribe.proto.v1 import nouns_pb2 as _nouns_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DetectorParameters(_message.Message):
    __slots__ = ("values",)
    class ValuesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: _nouns_pb2.Value
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[_nouns_pb2.Value, _Mapping]] = ...) -> None: ...
    VALUES_FIELD_NUMBER: _ClassVar[int]
    values: _containers.MessageMap[str, _nouns_pb2.Value]
    def __init__(self, values: _Optional[_Mapping[str, _nouns_pb2.Value]] = ...) -> None: ...

class FileInfo(_message.Message):
    __slots__ = ("name", "archive", "detectors", "no_detectors", "parameters")
    class ParametersEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: DetectorParameters
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[DetectorParameters, _Mapping]] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    ARCHIVE_FIELD_NUMBER: _ClassVar[int]
    DETECTORS_FIELD_NUMBER: _ClassVar[int]
    NO_DETECTORS_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    name: str
    archive: str
    detectors: _containers.RepeatedScalarFieldContainer[str]
    no_detectors: bool
    parameters: _containers.MessageMap[str, DetectorParameters]
    def __init__(self, name: _Optional[str] = ..., archive: _Optional[str] = ..., detectors: _Optional[_Iterable[str]] = ..., no_detectors: _Optional[bool] = ..., parameters: _Optional[_Mapping[str, DetectorParameters]] = ...) -> None: ...

class IngestRequest(_message.Message):
    __slots__ = ("info", "chunk")
    INFO_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    info: FileInfo
    chunk: bytes
    def __init__(self, info: _Optional[_Union[FileInfo, _Mapping]] = ..., chunk: _Optional[bytes] = ...) -> None: ...

class IngestResponse(_message.Message):
    __slots__ = ("job",)
    JOB_FIELD_NUMBER: _ClassVar[int]
    job: _nouns_pb2.Job
    def __init__(self, job: _Optional[_Union[_nouns_pb2.Job, _Mapping]] = ...) -> None: ...
