"""Jobs and leases on the other side of a wire."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from helioscribe.adapters.rpc.channel import Caller
from helioscribe.adapters.rpc.convert import to_message, to_noun
from helioscribe.adapters.rpc.values import put_values, to_text
from helioscribe.domain.job import Job, JobError, JobKind, JobOrder, JobState
from helioscribe.ports.job_verbs import SingleVerbs
from helioscribe.ports.jobs import ALONE
from helioscribe.proto.v1 import jobs_pb2 as pb
from helioscribe.proto.v1 import nouns_pb2 as nouns
from helioscribe.proto.v1.jobs_pb2_grpc import JobServiceStub

__all__ = ["RpcJobs"]


class RpcJobs(SingleVerbs):
    """`helioscribe.ports.jobs.JobStore` over gRPC."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._stub = JobServiceStub(caller.channel)

    def submit_all(self, orders: Sequence[JobOrder]) -> list[tuple[Job, bool]]:
        """See `JobStore.submit_all`."""
        if not orders:
            return []
        request = pb.SubmitJobsRequest(orders=[to_message(order, nouns.JobOrder()) for order in orders])
        answer = self._caller.call(self._stub.SubmitJobs, request)
        return [(to_noun(one.job, Job), bool(one.new)) for one in answer.jobs]

    def get(self, job_id: str) -> Job:
        """See `JobStore.get`."""
        return self._job(self._stub.GetJob, pb.GetJobRequest(job_id=to_text(job_id)))

    def find(self, *, kind: JobKind | None = None, states: tuple[JobState, ...] = (), limit: int = 1000) -> list[Job]:
        """See `JobStore.find`."""
        named = [state.value for state in states]
        request = pb.FindJobsRequest(kind=kind.value if kind else None, states=named, limit=limit)
        pages = self._caller.gather(self._stub.FindJobs, request)
        return [to_noun(message, Job) for page in pages for message in page.jobs]

    def claim_all(
        self, job_ids: Sequence[str], *, worker: str, lease: float, along: Mapping[str, int] = ALONE
    ) -> list[Job]:
        """See `JobStore.claim_all`."""
        request = pb.ClaimJobsRequest(job_ids=job_ids, worker=worker, lease=lease, along=along)
        return [to_noun(message, Job) for message in self._caller.call(self._stub.ClaimJobs, request).jobs]

    def renew(
        self,
        job_id: str,
        *,
        worker: str,
        lease: float,
        progress: float | None = None,
        so_far: Mapping[str, Any] | None = None,
    ) -> Job:
        """See `JobStore.renew`."""
        request = pb.RenewLeaseRequest(job_id=job_id, worker=worker, lease=lease, progress=progress)
        put_values(request.so_far, so_far or {})
        return self._job(self._stub.RenewLease, request)

    def finish_all(self, results: Mapping[str, Mapping[str, Any]], *, worker: str) -> Collection[str]:
        """See `JobStore.finish_all`."""
        request = pb.FinishJobsRequest(worker=worker)
        for job_id, result in results.items():
            put_values(request.results[job_id].values, result)
        return list(self._caller.call(self._stub.FinishJobs, request).job_ids)

    def fail(self, job_id: str, *, worker: str, error: JobError, retry_in: float | None) -> Job:
        """See `JobStore.fail`."""
        reason = to_message(error, nouns.JobError())
        request = pb.FailJobRequest(job_id=job_id, worker=worker, error=reason, retry_in=retry_in)
        return self._job(self._stub.FailJob, request)

    def cancel(self, job_id: str) -> Job:
        """See `JobStore.cancel`."""
        return self._job(self._stub.CancelJob, pb.CancelJobRequest(job_id=to_text(job_id)))

    def retry(self, job_id: str) -> Job:
        """See `JobStore.retry`."""
        return self._job(self._stub.RetryJob, pb.RetryJobRequest(job_id=to_text(job_id)))

    def reap(self, *, limit: int = 1000, published_before: float = 30.0) -> list[Job]:
        """See `JobStore.reap`."""
        request = pb.ReapJobsRequest(limit=limit, published_before=published_before)
        return [to_noun(message, Job) for message in self._caller.call(self._stub.ReapJobs, request).jobs]

    def _job(self, method: Any, request: Any) -> Job:
        return to_noun(self._caller.call(method, request).job, Job)
