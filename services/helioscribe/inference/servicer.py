"""Detection over gRPC."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from helioscribe.adapters.product_codec import decode_product, encode_scores
from helioscribe.adapters.rpc.chunks import ChunkReader, read_info
from helioscribe.adapters.rpc.convert import to_message, to_noun
from helioscribe.adapters.rpc.values import from_scalars
from helioscribe.domain.backfill import BackfillOrder
from helioscribe.domain.errors import CancelledError
from helioscribe.domain.output import OutputWish
from helioscribe.domain.times import TimeRange
from helioscribe.inference.handlers import InferenceHandlers
from helioscribe.inference.hosted import HostedResult
from helioscribe.inference.many import Looked, detect_many
from helioscribe.inference.outputs import make_film, read_output
from helioscribe.proto.v1 import detection_pb2, detection_pb2_grpc, nouns_pb2

__all__ = ["SCOPES", "SERVICES", "register"]

SERVICES = ("helioscribe.v1.DetectionService",)
"""Full names of what is served."""

SCOPES: Mapping[str, str] = {
    f"/{SERVICES[0]}/ListDetectors": "read",
    f"/{SERVICES[0]}/WatchJob": "read",
    f"/{SERVICES[0]}/DetectProduct": "read",
    f"/{SERVICES[0]}/Detect": "write",
    f"/{SERVICES[0]}/SubmitDetection": "write",
    f"/{SERVICES[0]}/SubmitBackfill": "write",
    f"/{SERVICES[0]}/CancelJob": "jobs",
    f"/{SERVICES[0]}/DetectMany": "write",
    f"/{SERVICES[0]}/GetOutput": "read",
    f"/{SERVICES[0]}/MakeFilm": "write",
}
"""What each method needs."""

_PRODUCT_LIMIT = 1 << 30


def register(server: Any, handlers: InferenceHandlers) -> None:
    """Put the service on a gRPC server."""
    detection_pb2_grpc.add_DetectionServiceServicer_to_server(_Detection(handlers), server)


def _check(context: Any) -> Callable[[], None]:
    def check() -> None:
        if not context.is_active():
            raise CancelledError("the caller has gone, or its deadline has passed")

    return check


def _finding(hosted: HostedResult) -> Any:
    result = hosted.result
    return detection_pb2.Finding(
        detections=[to_message(detection, nouns_pb2.Detection()) for detection in result.detections],
        covered=[to_message(span, nouns_pb2.CoveredSpan()) for span in result.covered],
        method=to_message(hosted.method, nouns_pb2.Method()),
        scores=encode_scores(result.scores) if result.scores is not None else b"",
    )


def _answer(looked: Looked) -> Any:
    return detection_pb2.DetectManyResponse(
        observation_id=looked.observation_id,
        finding=_finding(looked.found) if looked.found else None,
        error=to_message(looked.error, nouns_pb2.JobError()) if looked.error else None,
        outputs=[to_message(file, nouns_pb2.OutputFile()) for file in looked.outputs],
    )


class _Detection(detection_pb2_grpc.DetectionServiceServicer):
    def __init__(self, handlers: InferenceHandlers) -> None:
        self._handlers = handlers

    def ListDetectors(self, request: Any, context: Any) -> Any:
        found = [to_message(plugin, nouns_pb2.Plugin()) for plugin in self._handlers.list_detectors()]
        return detection_pb2.ListDetectorsResponse(detectors=found)

    def Detect(self, request: Any, context: Any) -> Any:
        hosted = self._handlers.detect_observation(
            request.observation_id, request.detector, from_scalars(request.parameters), check=_check(context)
        )
        return detection_pb2.DetectResponse(finding=_finding(hosted))

    def DetectProduct(self, request_iterator: Iterator[Any], context: Any) -> Any:
        info = read_info(request_iterator)
        data = ChunkReader(request_iterator, limit=_PRODUCT_LIMIT).readall()
        hosted = self._handlers.detect_product(
            decode_product(data), info.detector, from_scalars(info.parameters), check=_check(context)
        )
        return detection_pb2.DetectProductResponse(finding=_finding(hosted))

    def SubmitDetection(self, request: Any, context: Any) -> Any:
        parameters = from_scalars(request.parameters)
        job = self._handlers.submit(request.observation_id, request.detector, parameters)
        return detection_pb2.SubmitDetectionResponse(job=to_message(job, nouns_pb2.Job()))

    def SubmitBackfill(self, request: Any, context: Any) -> Any:
        given = {name: getattr(request, name) for name in ("chunk", "in_flight") if request.HasField(name)}
        span, parameters = to_noun(request.span, TimeRange), from_scalars(request.parameters)
        order = BackfillOrder(
            detector=request.detector, span=span, parameters=parameters, shadow=request.shadow, **given
        )
        job = self._handlers.backfills().submit(order)
        return detection_pb2.SubmitBackfillResponse(job=to_message(job, nouns_pb2.Job()))

    def WatchJob(self, request: Any, context: Any) -> Iterator[Any]:
        for job in self._handlers.watch(request.job_id, check=_check(context)):
            yield detection_pb2.WatchJobResponse(job=to_message(job, nouns_pb2.Job()))

    def CancelJob(self, request: Any, context: Any) -> Any:
        job = self._handlers.cancel(request.job_id)
        return detection_pb2.CancelDetectionResponse(job=to_message(job, nouns_pb2.Job()))

    def DetectMany(self, request: Any, context: Any) -> Iterator[Any]:
        wish = OutputWish(formats=tuple(request.formats), dpi=request.dpi or 150)
        parameters = from_scalars(request.parameters)
        ids = list(request.observation_ids)
        for looked in detect_many(self._handlers, ids, request.detector, parameters, wish, check=_check(context)):
            yield _answer(looked)

    def GetOutput(self, request: Any, context: Any) -> Iterator[Any]:
        for chunk in read_output(self._handlers.artifacts, request.key):
            yield detection_pb2.GetOutputResponse(chunk=chunk)

    def MakeFilm(self, request: Any, context: Any) -> Any:
        film = make_film(self._handlers.artifacts, list(request.keys), milliseconds=request.milliseconds or 250)
        return detection_pb2.MakeFilmResponse(film=to_message(film, nouns_pb2.OutputFile()))
