import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from helioscribe.proto.v1 import catalogue_pb2 as _catalogue_pb2
from helioscribe.proto.v1 import nouns_pb2 as _nouns_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SubmitTrainingRequest(_message.Message):
    __slots__ = ("order",)
    ORDER_FIELD_NUMBER: _ClassVar[int]
    order: _nouns_pb2.TrainingOrder
    def __init__(self, order: _Optional[_Union[_nouns_pb2.TrainingOrder, _Mapping]] = ...) -> None: ...

class SubmitTrainingResponse(_message.Message):
    __slots__ = ("job",)
    JOB_FIELD_NUMBER: _ClassVar[int]
    job: _nouns_pb2.Job
    def __init__(self, job: _Optional[_Union[_nouns_pb2.Job, _Mapping]] = ...) -> None: ...

class WatchTrainingRequest(_message.Message):
    __slots__ = ("job_id", "after")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    after: int
    def __init__(self, job_id: _Optional[str] = ..., after: _Optional[int] = ...) -> None: ...

class WatchTrainingResponse(_message.Message):
    __slots__ = ("status",)
    STATUS_FIELD_NUMBER: _ClassVar[int]
    status: _nouns_pb2.TrainingStatus
    def __init__(self, status: _Optional[_Union[_nouns_pb2.TrainingStatus, _Mapping]] = ...) -> None: ...

class GetTrainingRequest(_message.Message):
    __slots__ = ("job_id",)
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    def __init__(self, job_id: _Optional[str] = ...) -> None: ...

class GetTrainingResponse(_message.Message):
    __slots__ = ("status",)
    STATUS_FIELD_NUMBER: _ClassVar[int]
    status: _nouns_pb2.TrainingStatus
    def __init__(self, status: _Optional[_Union[_nouns_pb2.TrainingStatus, _Mapping]] = ...) -> None: ...

class ListTrainingsRequest(_message.Message):
    __slots__ = ("limit",)
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    limit: int
    def __init__(self, limit: _Optional[int] = ...) -> None: ...

class ListTrainingsResponse(_message.Message):
    __slots__ = ("jobs",)
    JOBS_FIELD_NUMBER: _ClassVar[int]
    jobs: _containers.RepeatedCompositeFieldContainer[_nouns_pb2.Job]
    def __init__(self, jobs: _Optional[_Iterable[_Union[_nouns_pb2.Job, _Mapping]]] = ...) -> None: ...

class CancelTrainingRequest(_message.Message):
    __slots__ = ("job_id",)
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    def __init__(self, job_id: _Optional[str] = ...) -> None: ...

class CancelTrainingResponse(_message.Message):
    __slots__ = ("job",)
    JOB_FIELD_NUMBER: _ClassVar[int]
    job: _nouns_pb2.Job
    def __init__(self, job: _Optional[_Union[_nouns_pb2.Job, _Mapping]] = ...) -> None: ...

class ResumeTrainingRequest(_message.Message):
    __slots__ = ("job_id",)
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    def __init__(self, job_id: _Optional[str] = ...) -> None: ...

class ResumeTrainingResponse(_message.Message):
    __slots__ = ("job",)
    JOB_FIELD_NUMBER: _ClassVar[int]
    job: _nouns_pb2.Job
    def __init__(self, job: _Optional[_Union[_nouns_pb2.Job, _Mapping]] = ...) -> None: ...

class GetTrainingFileRequest(_message.Message):
    __slots__ = ("job_id", "name")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    name: str
    def __init__(self, job_id: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class GetTrainingFileResponse(_message.Message):
    __slots__ = ("chunk",)
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    chunk: bytes
    def __init__(self, chunk: _Optional[bytes] = ...) -> None: ...

class SubmitSearchRequest(_message.Message):
    __slots__ = ("plan",)
    PLAN_FIELD_NUMBER: _ClassVar[int]
    plan: _nouns_pb2.SearchPlan
    def __init__(self, plan: _Optional[_Union[_nouns_pb2.SearchPlan, _Mapping]] = ...) -> None: ...

class SubmitSearchResponse(_message.Message):
    __slots__ = ("plan",)
    PLAN_FIELD_NUMBER: _ClassVar[int]
    plan: _nouns_pb2.SearchPlan
    def __init__(self, plan: _Optional[_Union[_nouns_pb2.SearchPlan, _Mapping]] = ...) -> None: ...

class GetSearchRequest(_message.Message):
    __slots__ = ("search_id",)
    SEARCH_ID_FIELD_NUMBER: _ClassVar[int]
    search_id: str
    def __init__(self, search_id: _Optional[str] = ...) -> None: ...

class GetSearchResponse(_message.Message):
    __slots__ = ("plan",)
    PLAN_FIELD_NUMBER: _ClassVar[int]
    plan: _nouns_pb2.SearchPlan
    def __init__(self, plan: _Optional[_Union[_nouns_pb2.SearchPlan, _Mapping]] = ...) -> None: ...

class PutFileRequest(_message.Message):
    __slots__ = ("info", "chunk")
    INFO_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    info: PutFileInfo
    chunk: bytes
    def __init__(self, info: _Optional[_Union[PutFileInfo, _Mapping]] = ..., chunk: _Optional[bytes] = ...) -> None: ...

class PutFileInfo(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class PutFileResponse(_message.Message):
    __slots__ = ("sha256", "size")
    SHA256_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    sha256: str
    size: int
    def __init__(self, sha256: _Optional[str] = ..., size: _Optional[int] = ...) -> None: ...

class AddDatasetRequest(_message.Message):
    __slots__ = ("dataset",)
    DATASET_FIELD_NUMBER: _ClassVar[int]
    dataset: _nouns_pb2.DatasetVersion
    def __init__(self, dataset: _Optional[_Union[_nouns_pb2.DatasetVersion, _Mapping]] = ...) -> None: ...

class AddDatasetResponse(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class BuildDatasetRequest(_message.Message):
    __slots__ = ("name", "detector", "query", "as_of", "quiet", "split", "shares", "gap", "seed")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DETECTOR_FIELD_NUMBER: _ClassVar[int]
    QUERY_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    QUIET_FIELD_NUMBER: _ClassVar[int]
    SPLIT_FIELD_NUMBER: _ClassVar[int]
    SHARES_FIELD_NUMBER: _ClassVar[int]
    GAP_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    name: str
    detector: str
    query: _catalogue_pb2.EventQuery
    as_of: _timestamp_pb2.Timestamp
    quiet: int
    split: str
    shares: _containers.RepeatedScalarFieldContainer[float]
    gap: float
    seed: int
    def __init__(self, name: _Optional[str] = ..., detector: _Optional[str] = ..., query: _Optional[_Union[_catalogue_pb2.EventQuery, _Mapping]] = ..., as_of: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., quiet: _Optional[int] = ..., split: _Optional[str] = ..., shares: _Optional[_Iterable[float]] = ..., gap: _Optional[float] = ..., seed: _Optional[int] = ...) -> None: ...

class BuildDatasetResponse(_message.Message):
    __slots__ = ("dataset",)
    DATASET_FIELD_NUMBER: _ClassVar[int]
    dataset: _nouns_pb2.DatasetVersion
    def __init__(self, dataset: _Optional[_Union[_nouns_pb2.DatasetVersion, _Mapping]] = ...) -> None: ...

class ListDatasetsRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListDatasetsResponse(_message.Message):
    __slots__ = ("datasets",)
    DATASETS_FIELD_NUMBER: _ClassVar[int]
    datasets: _containers.RepeatedCompositeFieldContainer[_nouns_pb2.DatasetVersion]
    def __init__(self, datasets: _Optional[_Iterable[_Union[_nouns_pb2.DatasetVersion, _Mapping]]] = ...) -> None: ...

class AppendEntriesRequest(_message.Message):
    __slots__ = ("job_id", "entries")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    entries: _containers.RepeatedCompositeFieldContainer[_nouns_pb2.RunEntry]
    def __init__(self, job_id: _Optional[str] = ..., entries: _Optional[_Iterable[_Union[_nouns_pb2.RunEntry, _Mapping]]] = ...) -> None: ...

class AppendEntriesResponse(_message.Message):
    __slots__ = ("new",)
    NEW_FIELD_NUMBER: _ClassVar[int]
    new: int
    def __init__(self, new: _Optional[int] = ...) -> None: ...

class ReadEntriesRequest(_message.Message):
    __slots__ = ("job_id", "after")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    after: int
    def __init__(self, job_id: _Optional[str] = ..., after: _Optional[int] = ...) -> None: ...

class ReadEntriesResponse(_message.Message):
    __slots__ = ("entries",)
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[_nouns_pb2.RunEntry]
    def __init__(self, entries: _Optional[_Iterable[_Union[_nouns_pb2.RunEntry, _Mapping]]] = ...) -> None: ...
