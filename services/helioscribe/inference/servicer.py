"""Detection over gRPC."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from helioscribe.adapters.product_codec import decode_product, encode_scores
from helioscribe.adapters.rpc.convert import from_values, put_values, to_message
from helioscribe.domain.errors import CancelledError, InvalidInputError
from helioscribe.inference.handlers import InferenceHandlers
from helioscribe.inference.host import HostedResult
from helioscribe.proto.v1 import detection_pb2, detection_pb2_grpc, nouns_pb2
from helioscribe.sdk.discovery import Plugin

__all__ = ["SCOPES", "SERVICES", "register"]

SERVICES = ("helioscribe.v1.DetectionService",)
"""Full names of what is served."""

SCOPES: Mapping[str, str] = {
    f"/{SERVICES[0]}/ListDetectors": "read",
    f"/{SERVICES[0]}/WatchJob": "read",
    f"/{SERVICES[0]}/DetectProduct": "read",
    f"/{SERVICES[0]}/Detect": "write",
    f"/{SERVICES[0]}/SubmitDetection": "write",
    f"/{SERVICES[0]}/CancelDetection": "jobs",
}
"""What each method needs."""

_PRODUCT_LIMIT = 1 << 30


def register(server: Any, handlers: InferenceHandlers) -> None:
    """Put the service on a gRPC server."""
    detection_pb2_grpc.add_DetectionServiceServicer_to_server(_Detection(handlers), server)  # type: ignore[no-untyped-call]


def _check(context: Any) -> Callable[[], None]:
    def check() -> None:
        if not context.is_active():
            raise CancelledError("the caller has gone, or its deadline has passed")

    return check


def _detector(plugin: Plugin) -> Any:
    manifest = plugin.manifest
    message = detection_pb2.Detector(
        name=plugin.name,
        distribution=plugin.distribution,
        version=plugin.version,
        state=plugin.state.value,
        error=plugin.error,
    )
    if manifest is not None:
        message.title, message.product = manifest.title, manifest.input.product
        message.event_types.extend(manifest.event_types)
        message.instruments.extend(manifest.input.instruments)
        put_values(message.parameters, {name: spec.default for name, spec in manifest.parameters.items()})
    return message


def _response(hosted: HostedResult) -> Any:
    result = hosted.result
    return detection_pb2.DetectResponse(
        detections=[to_message(detection, nouns_pb2.Detection()) for detection in result.detections],
        covered=[to_message(span, nouns_pb2.CoveredSpan()) for span in result.covered],
        method=to_message(hosted.method, nouns_pb2.Method()),
        scores=encode_scores(result.scores) if result.scores is not None else b"",
    )


def _collected(messages: Iterator[Any]) -> bytes:
    chunks, total = [], 0
    for message in messages:
        if message.WhichOneof("part") != "chunk":
            raise InvalidInputError("DetectProduct: expected chunks after the first message")
        total += len(message.chunk)
        if total > _PRODUCT_LIMIT:
            raise InvalidInputError(f"DetectProduct: the product is larger than {_PRODUCT_LIMIT} bytes")
        chunks.append(message.chunk)
    return b"".join(chunks)


class _Detection(detection_pb2_grpc.DetectionServiceServicer):
    def __init__(self, handlers: InferenceHandlers) -> None:
        self._handlers = handlers

    def ListDetectors(self, request: Any, context: Any) -> Any:
        found = [_detector(plugin) for plugin in self._handlers.list_detectors()]
        return detection_pb2.ListDetectorsResponse(detectors=found)

    def Detect(self, request: Any, context: Any) -> Any:
        parameters = from_values(request.parameters)
        check = _check(context)
        hosted = self._handlers.detect_observation(request.observation_id, request.detector, parameters, check=check)
        return _response(hosted)

    def DetectProduct(self, request_iterator: Iterator[Any], context: Any) -> Any:
        first = next(request_iterator, None)
        if first is None or first.WhichOneof("part") != "info":
            raise InvalidInputError("DetectProduct: expected the detector as the first message")
        info = first.info
        product = decode_product(_collected(request_iterator))
        check = _check(context)
        return _response(
            self._handlers.detect_product(product, info.detector, from_values(info.parameters), check=check)
        )

    def SubmitDetection(self, request: Any, context: Any) -> Any:
        parameters = from_values(request.parameters)
        job = self._handlers.submit(request.observation_id, request.detector, parameters)
        return detection_pb2.SubmitDetectionResponse(job=to_message(job, nouns_pb2.Job()))

    def WatchJob(self, request: Any, context: Any) -> Iterator[Any]:
        for job in self._handlers.watch(request.job_id, check=_check(context)):
            yield detection_pb2.WatchJobResponse(job=to_message(job, nouns_pb2.Job()))

    def CancelDetection(self, request: Any, context: Any) -> Any:
        job = self._handlers.cancel(request.job_id)
        return detection_pb2.CancelDetectionResponse(job=to_message(job, nouns_pb2.Job()))
