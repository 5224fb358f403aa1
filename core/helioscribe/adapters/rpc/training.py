"""The training service on the other side of a wire."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from helioscribe.adapters.rpc.channel import LONG, Caller
from helioscribe.adapters.rpc.chunks import send
from helioscribe.adapters.rpc.convert import to_message, to_noun, to_time
from helioscribe.adapters.rpc.queries import query_to_message
from helioscribe.adapters.rpc.values import to_text
from helioscribe.domain.dataset import DatasetFile, DatasetVersion, DatasetWish
from helioscribe.domain.job import Job
from helioscribe.domain.training_run import TrainingOrder, TrainingStatus
from helioscribe.domain.training_search import SearchPlan
from helioscribe.proto.v1 import nouns_pb2 as nouns
from helioscribe.proto.v1 import training_pb2 as pb
from helioscribe.proto.v1.training_pb2_grpc import TrainingServiceStub

__all__ = ["RpcTraining"]


class RpcTraining:
    """`helioscribe.ports.training.Training` over gRPC."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._stub = TrainingServiceStub(caller.channel)

    def submit(self, order: TrainingOrder) -> Job:
        """See `Training.submit`."""
        request = pb.SubmitTrainingRequest(order=to_message(order, nouns.TrainingOrder()))
        return to_noun(self._caller.call(self._stub.SubmitTraining, request).job, Job)

    def watch(self, job_id: str, *, after: int = 0) -> Iterator[TrainingStatus]:
        """See `Training.watch`."""
        request = pb.WatchTrainingRequest(job_id=to_text(job_id), after=after)
        for answer in self._caller.stream(self._stub.WatchTraining, request, timeout=None):
            yield to_noun(answer.status, TrainingStatus)

    def get(self, job_id: str) -> TrainingStatus:
        """See `Training.get`."""
        request = pb.GetTrainingRequest(job_id=to_text(job_id))
        return to_noun(self._caller.call(self._stub.GetTraining, request).status, TrainingStatus)

    def list_jobs(self, *, limit: int = 1000) -> list[Job]:
        """See `Training.list_jobs`."""
        pages = self._caller.gather(self._stub.ListTrainings, pb.ListTrainingsRequest(limit=limit))
        return [to_noun(message, Job) for page in pages for message in page.jobs]

    def cancel(self, job_id: str) -> Job:
        """See `Training.cancel`."""
        request = pb.CancelTrainingRequest(job_id=to_text(job_id))
        return to_noun(self._caller.call(self._stub.CancelTraining, request).job, Job)

    def resume(self, job_id: str) -> Job:
        """See `Training.resume`."""
        request = pb.ResumeTrainingRequest(job_id=to_text(job_id))
        return to_noun(self._caller.call(self._stub.ResumeTraining, request).job, Job)

    def file(self, job_id: str, name: str) -> bytes:
        """See `Training.file`."""
        request = pb.GetTrainingFileRequest(job_id=to_text(job_id), name=to_text(name))
        return b"".join(part.chunk for part in self._caller.gather(self._stub.GetTrainingFile, request))

    def submit_search(self, plan: SearchPlan) -> SearchPlan:
        """See `Training.submit_search`."""
        request = pb.SubmitSearchRequest(plan=to_message(plan, nouns.SearchPlan()))
        return to_noun(self._caller.call(self._stub.SubmitSearch, request, timeout=LONG).plan, SearchPlan)

    def search(self, search_id: str) -> SearchPlan:
        """See `Training.search`."""
        request = pb.GetSearchRequest(search_id=to_text(search_id))
        return to_noun(self._caller.call(self._stub.GetSearch, request).plan, SearchPlan)

    def put_file(self, data: BinaryIO, *, path: str) -> DatasetFile:
        """See `Training.put_file`."""
        messages = send(data, pb.PutFileRequest, pb.PutFileInfo(), lambda _: None)
        answer = self._caller.call(self._stub.PutFile, messages, timeout=LONG)
        return DatasetFile(path=path, sha256=answer.sha256, size=answer.size)

    def add_dataset(self, dataset: DatasetVersion) -> str:
        """See `Training.add_dataset`."""
        request = pb.AddDatasetRequest(dataset=to_message(dataset, nouns.DatasetVersion()))
        return str(self._caller.call(self._stub.AddDataset, request).id)

    def build_dataset(self, wish: DatasetWish) -> DatasetVersion:
        """See `Training.build_dataset`."""
        request = pb.BuildDatasetRequest(
            name=to_text(wish.name),
            detector=to_text(wish.detector),
            query=query_to_message(wish.query),
            as_of=to_time(wish.as_of) if wish.as_of else None,
            quiet=wish.quiet,
            split=wish.split.value,
            shares=wish.shares,
            gap=wish.gap,
            seed=wish.seed,
        )
        answer = self._caller.call(self._stub.BuildDataset, request, timeout=LONG)
        return to_noun(answer.dataset, DatasetVersion)

    def datasets(self, name: str | None = None) -> list[DatasetVersion]:
        """See `Training.datasets`."""
        answer = self._caller.call(self._stub.ListDatasets, pb.ListDatasetsRequest(name=name))
        return [to_noun(message, DatasetVersion) for message in answer.datasets]
