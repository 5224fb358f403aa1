"""Ingest and detection on the other side of a wire."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from helioscribe.adapters.rpc.channel import Caller
from helioscribe.adapters.rpc.convert import from_values, put_values, to_noun
from helioscribe.domain.coverage import CoveredSpan
from helioscribe.domain.detection import Detection, Method, Value
from helioscribe.domain.job import Job
from helioscribe.proto.v1 import detection_pb2, ingest_pb2
from helioscribe.proto.v1.detection_pb2_grpc import DetectionServiceStub
from helioscribe.proto.v1.ingest_pb2_grpc import IngestServiceStub

__all__ = ["RpcDetection", "RpcIngest"]

_CHUNK = 1 << 20
_LONG = 3600.0


class RpcIngest:
    """The ingest service."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._stub = IngestServiceStub(caller.channel)  # type: ignore[no-untyped-call]

    def ingest(self, data: BinaryIO, *, name: str, detectors: Sequence[str] | None = None) -> Job:
        """Send a file in pieces and return its job."""
        info = ingest_pb2.FileInfo(name=name, detectors=detectors or (), no_detectors=detectors is not None)

        def messages() -> Iterator[Any]:
            yield ingest_pb2.IngestRequest(info=info)
            while chunk := data.read(_CHUNK):
                yield ingest_pb2.IngestRequest(chunk=chunk)

        return to_noun(self._caller.call(self._stub.Ingest, messages(), timeout=_LONG).job, Job)


class RpcDetection:
    """The detection service."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._stub = DetectionServiceStub(caller.channel)  # type: ignore[no-untyped-call]

    def list_detectors(self) -> list[dict[str, Any]]:
        """Return what the server says of its detectors."""
        answer = self._caller.call(self._stub.ListDetectors, detection_pb2.ListDetectorsRequest())
        plain = ("name", "version", "state", "error", "title", "product")
        return [
            {name: getattr(row, name) for name in plain}
            | {"event_types": tuple(row.event_types), "instruments": tuple(row.instruments)}
            | {"parameters": from_values(row.parameters)}
            for row in answer.detectors
        ]

    def detect(self, observation_id: str, detector: str, parameters: Mapping[str, Value]) -> dict[str, Any]:
        """Run a detector on an observation."""
        request = detection_pb2.DetectRequest(observation_id=observation_id, detector=detector)
        put_values(request.parameters, parameters)
        return _found(self._caller.call(self._stub.Detect, request, timeout=_LONG))

    def detect_product(self, product: bytes, detector: str, parameters: Mapping[str, Value]) -> dict[str, Any]:
        """Run a detector on an encoded product, sent in pieces."""
        info = detection_pb2.ProductInfo(detector=detector)
        put_values(info.parameters, parameters)

        def messages() -> Iterator[Any]:
            yield detection_pb2.DetectProductRequest(info=info)
            for offset in range(0, len(product), _CHUNK):
                yield detection_pb2.DetectProductRequest(chunk=product[offset : offset + _CHUNK])

        return _found(self._caller.call(self._stub.DetectProduct, messages(), timeout=_LONG))

    def submit(self, observation_id: str, detector: str, parameters: Mapping[str, Value]) -> Job:
        """Queue a detector's run on an observation."""
        request = detection_pb2.SubmitDetectionRequest(observation_id=observation_id, detector=detector)
        put_values(request.parameters, parameters)
        return to_noun(self._caller.call(self._stub.SubmitDetection, request).job, Job)

    def watch(self, job_id: str) -> Iterator[Job]:
        """Yield a job whenever it changes, until it has ended."""
        request = detection_pb2.WatchJobRequest(job_id=job_id)
        for answer in self._caller.stream(self._stub.WatchJob, request):
            yield to_noun(answer.job, Job)

    def cancel(self, job_id: str) -> Job:
        """Ask a job to stop."""
        request = detection_pb2.CancelDetectionRequest(job_id=job_id)
        return to_noun(self._caller.call(self._stub.CancelDetection, request).job, Job)


def _found(answer: Any) -> dict[str, Any]:
    return {
        "detections": tuple(to_noun(message, Detection) for message in answer.detections),
        "covered": tuple(to_noun(message, CoveredSpan) for message in answer.covered),
        "method": to_noun(answer.method, Method),
        "scores": answer.scores,
    }
