"""Training over gRPC."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from helioscribe.adapters.rpc.chunks import CHUNK, ChunkReader, read_info
from helioscribe.adapters.rpc.convert import from_time, to_message, to_noun
from helioscribe.adapters.rpc.queries import limit_of, query_from_message
from helioscribe.domain.dataset import DatasetVersion, DatasetWish, SplitBy
from helioscribe.domain.errors import CancelledError
from helioscribe.domain.members import member_of
from helioscribe.domain.training_run import TrainingOrder, TrainingStatus
from helioscribe.domain.training_search import SearchPlan
from helioscribe.proto.v1 import nouns_pb2, training_pb2, training_pb2_grpc
from helioscribe.training.handlers import TrainingHandlers

__all__ = ["SCOPES", "SERVICES", "register"]

SERVICES = ("helioscribe.v1.TrainingService",)
"""Full names of what is served."""

_READ = ("WatchTraining", "GetTraining", "ListTrainings", "GetTrainingFile", "GetSearch", "ListDatasets")
_TRAIN = ("SubmitTraining", "SubmitSearch", "CancelTraining", "ResumeTraining", "PutFile", "AddDataset", "BuildDataset")

SCOPES: Mapping[str, str] = {
    **{f"/{SERVICES[0]}/{name}": "read" for name in _READ},
    **{f"/{SERVICES[0]}/{name}": "train" for name in _TRAIN},
}
"""What each method needs."""

_PAGE = 200
_LARGEST = 16 << 30


def register(server: Any, handlers: TrainingHandlers) -> None:
    """Put the service on a gRPC server."""
    training_pb2_grpc.add_TrainingServiceServicer_to_server(_Training(handlers), server)


def _check(context: Any) -> Callable[[], None]:
    def check() -> None:
        if not context.is_active():
            raise CancelledError("the caller has gone, or its deadline has passed")

    return check


def _status(status: TrainingStatus) -> Any:
    return to_message(status, nouns_pb2.TrainingStatus())


def _wish(request: Any) -> DatasetWish:
    usual = DatasetWish(name=request.name, detector=request.detector)
    return DatasetWish(
        name=request.name,
        detector=request.detector,
        query=query_from_message(request.query),
        as_of=from_time(request.as_of) if request.HasField("as_of") else None,
        quiet=request.quiet,
        split=member_of(SplitBy, request.split or usual.split.value),
        shares=tuple(request.shares) or usual.shares,
        gap=request.gap if request.HasField("gap") else usual.gap,
        seed=request.seed if request.HasField("seed") else usual.seed,
    )


class _Training(training_pb2_grpc.TrainingServiceServicer):
    def __init__(self, handlers: TrainingHandlers) -> None:
        self._handlers = handlers

    def SubmitTraining(self, request: Any, context: Any) -> Any:
        job = self._handlers.submit(to_noun(request.order, TrainingOrder))
        return training_pb2.SubmitTrainingResponse(job=to_message(job, nouns_pb2.Job()))

    def WatchTraining(self, request: Any, context: Any) -> Iterator[Any]:
        for status in self._handlers.watch(request.job_id, after=request.after, check=_check(context)):
            yield training_pb2.WatchTrainingResponse(status=_status(status))

    def GetTraining(self, request: Any, context: Any) -> Any:
        return training_pb2.GetTrainingResponse(status=_status(self._handlers.get(request.job_id)))

    def ListTrainings(self, request: Any, context: Any) -> Iterator[Any]:
        found = self._handlers.list_jobs(limit=limit_of(request))
        for first in range(0, len(found), _PAGE):
            page = [to_message(job, nouns_pb2.Job()) for job in found[first : first + _PAGE]]
            yield training_pb2.ListTrainingsResponse(jobs=page)

    def CancelTraining(self, request: Any, context: Any) -> Any:
        job = self._handlers.cancel(request.job_id)
        return training_pb2.CancelTrainingResponse(job=to_message(job, nouns_pb2.Job()))

    def ResumeTraining(self, request: Any, context: Any) -> Any:
        job = self._handlers.resume(request.job_id)
        return training_pb2.ResumeTrainingResponse(job=to_message(job, nouns_pb2.Job()))

    def GetTrainingFile(self, request: Any, context: Any) -> Iterator[Any]:
        data = self._handlers.file(request.job_id, request.name)
        for first in range(0, len(data), CHUNK):
            yield training_pb2.GetTrainingFileResponse(chunk=data[first : first + CHUNK])

    def SubmitSearch(self, request: Any, context: Any) -> Any:
        plan = self._handlers.submit_search(to_noun(request.plan, SearchPlan))
        return training_pb2.SubmitSearchResponse(plan=to_message(plan, nouns_pb2.SearchPlan()))

    def GetSearch(self, request: Any, context: Any) -> Any:
        plan = self._handlers.search(request.search_id)
        return training_pb2.GetSearchResponse(plan=to_message(plan, nouns_pb2.SearchPlan()))

    def PutFile(self, request_iterator: Iterator[Any], context: Any) -> Any:
        read_info(request_iterator)
        stream = io.BufferedReader(ChunkReader(request_iterator, limit=_LARGEST), CHUNK)
        file = self._handlers.put_file(stream, path="file")
        return training_pb2.PutFileResponse(sha256=file.sha256, size=file.size)

    def AddDataset(self, request: Any, context: Any) -> Any:
        dataset_id = self._handlers.add_dataset(to_noun(request.dataset, DatasetVersion))
        return training_pb2.AddDatasetResponse(id=dataset_id)

    def BuildDataset(self, request: Any, context: Any) -> Any:
        made = self._handlers.build_dataset(_wish(request))
        return training_pb2.BuildDatasetResponse(dataset=to_message(made, nouns_pb2.DatasetVersion()))

    def ListDatasets(self, request: Any, context: Any) -> Any:
        found = self._handlers.datasets(request.name if request.HasField("name") else None)
        messages = [to_message(one, nouns_pb2.DatasetVersion()) for one in found]
        return training_pb2.ListDatasetsResponse(datasets=messages)
