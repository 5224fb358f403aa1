from helioscribe.proto.v1 import nouns_pb2 as _nouns_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetJobRequest(_message.Message):
    __slots__ = ("job_id",)
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    def __init__(self, job_id: _Optional[str] = ...) -> None: ...

class GetJobResponse(_message.Message):
    __slots__ = ("job",)
    JOB_FIELD_NUMBER: _ClassVar[int]
    job: _nouns_pb2.Job
    def __init__(self, job: _Optional[_Union[_nouns_pb2.Job, _Mapping]] = ...) -> None: ...

class FindJobsRequest(_message.Message):
    __slots__ = ("kind", "states", "limit")
    KIND_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    kind: str
    states: _containers.RepeatedScalarFieldContainer[str]
    limit: int
    def __init__(self, kind: _Optional[str] = ..., states: _Optional[_Iterable[str]] = ..., limit: _Optional[int] = ...) -> None: ...

class FindJobsResponse(_message.Message):
    __slots__ = ("jobs",)
    JOBS_FIELD_NUMBER: _ClassVar[int]
    jobs: _containers.RepeatedCompositeFieldContainer[_nouns_pb2.Job]
    def __init__(self, jobs: _Optional[_Iterable[_Union[_nouns_pb2.Job, _Mapping]]] = ...) -> None: ...

class CancelJobRequest(_message.Message):
    __slots__ = ("job_id",)
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    def __init__(self, job_id: _Optional[str] = ...) -> None: ...

class CancelJobResponse(_message.Message):
    __slots__ = ("job",)
    JOB_FIELD_NUMBER: _ClassVar[int]
    job: _nouns_pb2.Job
    def __init__(self, job: _Optional[_Union[_nouns_pb2.Job, _Mapping]] = ...) -> None: ...

class RetryJobRequest(_message.Message):
    __slots__ = ("job_id",)
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    def __init__(self, job_id: _Optional[str] = ...) -> None: ...

class RetryJobResponse(_message.Message):
    __slots__ = ("job",)
    JOB_FIELD_NUMBER: _ClassVar[int]
    job: _nouns_pb2.Job
    def __init__(self, job: _Optional[_Union[_nouns_pb2.Job, _Mapping]] = ...) -> None: ...

class SubmitJobsRequest(_message.Message):
    __slots__ = ("orders",)
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    orders: _containers.RepeatedCompositeFieldContainer[_nouns_pb2.JobOrder]
    def __init__(self, orders: _Optional[_Iterable[_Union[_nouns_pb2.JobOrder, _Mapping]]] = ...) -> None: ...

class SubmitJobsResponse(_message.Message):
    __slots__ = ("jobs",)
    JOBS_FIELD_NUMBER: _ClassVar[int]
    jobs: _containers.RepeatedCompositeFieldContainer[SubmittedJob]
    def __init__(self, jobs: _Optional[_Iterable[_Union[SubmittedJob, _Mapping]]] = ...) -> None: ...

class SubmittedJob(_message.Message):
    __slots__ = ("job", "new")
    JOB_FIELD_NUMBER: _ClassVar[int]
    NEW_FIELD_NUMBER: _ClassVar[int]
    job: _nouns_pb2.Job
    new: bool
    def __init__(self, job: _Optional[_Union[_nouns_pb2.Job, _Mapping]] = ..., new: _Optional[bool] = ...) -> None: ...

class ClaimJobsRequest(_message.Message):
    __slots__ = ("job_ids", "worker", "lease", "along")
    class AlongEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    JOB_IDS_FIELD_NUMBER: _ClassVar[int]
    WORKER_FIELD_NUMBER: _ClassVar[int]
    LEASE_FIELD_NUMBER: _ClassVar[int]
    ALONG_FIELD_NUMBER: _ClassVar[int]
    job_ids: _containers.RepeatedScalarFieldContainer[str]
    worker: str
    lease: float
    along: _containers.ScalarMap[str, int]
    def __init__(self, job_ids: _Optional[_Iterable[str]] = ..., worker: _Optional[str] = ..., lease: _Optional[float] = ..., along: _Optional[_Mapping[str, int]] = ...) -> None: ...

class ClaimJobsResponse(_message.Message):
    __slots__ = ("jobs",)
    JOBS_FIELD_NUMBER: _ClassVar[int]
    jobs: _containers.RepeatedCompositeFieldContainer[_nouns_pb2.Job]
    def __init__(self, jobs: _Optional[_Iterable[_Union[_nouns_pb2.Job, _Mapping]]] = ...) -> None: ...

class RenewLeaseRequest(_message.Message):
    __slots__ = ("job_id", "worker", "lease", "progress", "so_far")
    class SoFarEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: _nouns_pb2.Value
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[_nouns_pb2.Value, _Mapping]] = ...) -> None: ...
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    WORKER_FIELD_NUMBER: _ClassVar[int]
    LEASE_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    SO_FAR_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    worker: str
    lease: float
    progress: float
    so_far: _containers.MessageMap[str, _nouns_pb2.Value]
    def __init__(self, job_id: _Optional[str] = ..., worker: _Optional[str] = ..., lease: _Optional[float] = ..., progress: _Optional[float] = ..., so_far: _Optional[_Mapping[str, _nouns_pb2.Value]] = ...) -> None: ...

class RenewLeaseResponse(_message.Message):
    __slots__ = ("job",)
    JOB_FIELD_NUMBER: _ClassVar[int]
    job: _nouns_pb2.Job
    def __init__(self, job: _Optional[_Union[_nouns_pb2.Job, _Mapping]] = ...) -> None: ...

class FinishJobsRequest(_message.Message):
    __slots__ = ("worker", "results")
    class ResultsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: JobResult
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[JobResult, _Mapping]] = ...) -> None: ...
    WORKER_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    worker: str
    results: _containers.MessageMap[str, JobResult]
    def __init__(self, worker: _Optional[str] = ..., results: _Optional[_Mapping[str, JobResult]] = ...) -> None: ...

class JobResult(_message.Message):
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

class FinishJobsResponse(_message.Message):
    __slots__ = ("job_ids",)
    JOB_IDS_FIELD_NUMBER: _ClassVar[int]
    job_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, job_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class FailJobRequest(_message.Message):
    __slots__ = ("job_id", "worker", "error", "retry_in")
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    WORKER_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    RETRY_IN_FIELD_NUMBER: _ClassVar[int]
    job_id: str
    worker: str
    error: _nouns_pb2.JobError
    retry_in: float
    def __init__(self, job_id: _Optional[str] = ..., worker: _Optional[str] = ..., error: _Optional[_Union[_nouns_pb2.JobError, _Mapping]] = ..., retry_in: _Optional[float] = ...) -> None: ...

class FailJobResponse(_message.Message):
    __slots__ = ("job",)
    JOB_FIELD_NUMBER: _ClassVar[int]
    job: _nouns_pb2.Job
    def __init__(self, job: _Optional[_Union[_nouns_pb2.Job, _Mapping]] = ...) -> None: ...

class ReapJobsRequest(_message.Message):
    __slots__ = ("limit", "published_before")
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_BEFORE_FIELD_NUMBER: _ClassVar[int]
    limit: int
    published_before: float
    def __init__(self, limit: _Optional[int] = ..., published_before: _Optional[float] = ...) -> None: ...

class ReapJobsResponse(_message.Message):
    __slots__ = ("jobs",)
    JOBS_FIELD_NUMBER: _ClassVar[int]
    jobs: _containers.RepeatedCompositeFieldContainer[_nouns_pb2.Job]
    def __init__(self, jobs: _Optional[_Iterable[_Union[_nouns_pb2.Job, _Mapping]]] = ...) -> None: ...
