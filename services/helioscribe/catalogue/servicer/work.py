"""`JobService` and `RunLogService` over gRPC."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from helioscribe.adapters.rpc.convert import to_message, to_noun
from helioscribe.adapters.rpc.queries import limit_of
from helioscribe.adapters.rpc.values import from_values
from helioscribe.catalogue.servicer.replies import given, pages
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.job import JobError, JobKind, JobOrder, JobState
from helioscribe.domain.members import member_of
from helioscribe.domain.training_run import RunEntry
from helioscribe.ports.jobs import JobStore
from helioscribe.ports.run_log import RunLog
from helioscribe.proto.v1 import jobs_pb2, jobs_pb2_grpc, nouns_pb2, training_pb2, training_pb2_grpc

__all__ = ["JobsServicer", "RunLogServicer"]


class JobsServicer(jobs_pb2_grpc.JobServiceServicer):
    """See `JobService` in its ``.proto``; every method converts, calls one port, converts back."""

    def __init__(self, jobs: JobStore) -> None:
        self._jobs = jobs

    def GetJob(self, request: Any, context: Any) -> Any:
        job = self._jobs.get(request.job_id)
        return jobs_pb2.GetJobResponse(job=to_message(job, nouns_pb2.Job()))

    def FindJobs(self, request: Any, context: Any) -> Iterator[Any]:
        found = self._jobs.find(
            kind=member_of(JobKind, request.kind) if request.HasField("kind") else None,
            states=tuple(member_of(JobState, state) for state in request.states),
            limit=limit_of(request),
        )
        yield from pages(found, jobs_pb2.FindJobsResponse, "jobs")

    def CancelJob(self, request: Any, context: Any) -> Any:
        job = self._jobs.cancel(request.job_id)
        return jobs_pb2.CancelJobResponse(job=to_message(job, nouns_pb2.Job()))

    def RetryJob(self, request: Any, context: Any) -> Any:
        job = self._jobs.retry(request.job_id)
        return jobs_pb2.RetryJobResponse(job=to_message(job, nouns_pb2.Job()))

    def SubmitJobs(self, request: Any, context: Any) -> Any:
        submitted = self._jobs.submit_all([_order(message) for message in request.orders])
        answers = (jobs_pb2.SubmittedJob(job=to_message(job, nouns_pb2.Job()), new=new) for job, new in submitted)
        return jobs_pb2.SubmitJobsResponse(jobs=answers)

    def ClaimJobs(self, request: Any, context: Any) -> Any:
        if not request.job_ids:
            raise InvalidInputError("job_ids: expected at least one")
        taken = self._jobs.claim_all(
            request.job_ids, worker=request.worker, lease=request.lease, along=dict(request.along)
        )
        return jobs_pb2.ClaimJobsResponse(jobs=[to_message(job, nouns_pb2.Job()) for job in taken])

    def RenewLease(self, request: Any, context: Any) -> Any:
        told = {"progress": given(request, "progress"), "so_far": from_values(request.so_far) or None}
        job = self._jobs.renew(request.job_id, worker=request.worker, lease=request.lease, **told)
        return jobs_pb2.RenewLeaseResponse(job=to_message(job, nouns_pb2.Job()))

    def FinishJobs(self, request: Any, context: Any) -> Any:
        results = {job_id: from_values(result.values) for job_id, result in request.results.items()}
        return jobs_pb2.FinishJobsResponse(job_ids=self._jobs.finish_all(results, worker=request.worker))

    def FailJob(self, request: Any, context: Any) -> Any:
        error, retry_in = to_noun(request.error, JobError), given(request, "retry_in")
        job = self._jobs.fail(request.job_id, worker=request.worker, error=error, retry_in=retry_in)
        return jobs_pb2.FailJobResponse(job=to_message(job, nouns_pb2.Job()))

    def ReapJobs(self, request: Any, context: Any) -> Any:
        found = self._jobs.reap(limit=limit_of(request), published_before=request.published_before)
        return jobs_pb2.ReapJobsResponse(jobs=[to_message(job, nouns_pb2.Job()) for job in found])


def _order(message: Any) -> JobOrder:
    """Return the order in a message, with defaults for fields that are not set."""
    usual = {name: given(message, name) for name in ("max_attempts", "priority") if message.HasField(name)}
    kind, payload = member_of(JobKind, message.kind), from_values(message.payload)
    return JobOrder(kind=kind, key=message.key, payload=payload, trace=message.trace, **usual)


class RunLogServicer(training_pb2_grpc.RunLogServiceServicer):
    """See `RunLogService` in its ``.proto``; every method converts, calls one port, converts back."""

    def __init__(self, run_log: RunLog) -> None:
        self._run_log = run_log

    def AppendEntries(self, request: Any, context: Any) -> Any:
        entries = [to_noun(entry, RunEntry) for entry in request.entries]
        return training_pb2.AppendEntriesResponse(new=self._run_log.append(request.job_id, entries))

    def ReadEntries(self, request: Any, context: Any) -> Iterator[Any]:
        yield from pages(
            self._run_log.read(request.job_id, after=request.after), training_pb2.ReadEntriesResponse, "entries"
        )
