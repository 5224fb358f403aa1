"""Ingest and detection on the other side of a wire."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from helioscribe.adapters.product_codec import decode_scores, encode_product
from helioscribe.adapters.rpc.channel import LONG, Caller
from helioscribe.adapters.rpc.chunks import send
from helioscribe.adapters.rpc.convert import to_message, to_noun
from helioscribe.adapters.rpc.values import put_values, to_text
from helioscribe.domain.backfill import BackfillOrder
from helioscribe.domain.coverage import CoveredSpan
from helioscribe.domain.detection import Detection, Method, Parameters, ScoreSeries, Value
from helioscribe.domain.job import Job, JobError
from helioscribe.domain.output import OutputFile, OutputWish
from helioscribe.domain.product import Product
from helioscribe.proto.v1 import detection_pb2, ingest_pb2, nouns_pb2
from helioscribe.proto.v1.detection_pb2_grpc import DetectionServiceStub
from helioscribe.proto.v1.ingest_pb2_grpc import IngestServiceStub
from helioscribe.sdk.discovery import Plugin

__all__ = ["Finding", "Looked", "RpcDetection", "RpcIngest"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Finding:
    """What one run of a detector found."""

    detections: tuple[Detection, ...]
    """In order of time, with provenance."""

    covered: tuple[CoveredSpan, ...]
    """What was looked at and what was not."""

    method: Method
    """What ran."""

    scores: ScoreSeries | None
    """The series that the detections were cut from; None if the detector has none."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Looked:
    """What became of one of many observations."""

    name: str
    """Of the file; empty if only the observation was named."""

    observation_id: str
    """Empty if the file could not be read."""

    finding: Finding | None
    """What was found; None if it could not be used."""

    error: JobError | None
    """Why not."""

    outputs: tuple[OutputFile, ...]
    """Tables and pictures, the most telling one first."""


class RpcIngest:
    """The ingest service."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._stub = IngestServiceStub(caller.channel)

    def ingest(
        self,
        data: BinaryIO,
        *,
        name: str,
        archive: str = "file",
        detectors: Sequence[str] | None = None,
        parameters: Mapping[str, Parameters] | None = None,
        progress: Callable[[int], None] = lambda _: None,
    ) -> Job:
        """Send a file in pieces and return its job."""
        info = ingest_pb2.FileInfo(
            name=to_text(name),
            archive=to_text(archive),
            detectors=[to_text(detector) for detector in detectors or ()],
            no_detectors=detectors is not None and not detectors,
        )
        for detector, values in (parameters or {}).items():
            put_values(info.parameters[to_text(detector)].values, values)
        messages = send(data, ingest_pb2.IngestRequest, info, progress)
        return to_noun(self._caller.call(self._stub.Ingest, messages, timeout=LONG).job, Job)


class RpcDetection:
    """The detection service."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._stub = DetectionServiceStub(caller.channel)

    def list_detectors(self) -> list[Plugin]:
        """Return the server's detectors, the broken ones too; their folders are the server's affair."""
        answer = self._caller.call(self._stub.ListDetectors, detection_pb2.ListDetectorsRequest())
        return [to_noun(message, Plugin) for message in answer.detectors]

    def detect(
        self, observation_id: str, detector: str, parameters: Mapping[str, Value], *, timeout: float = LONG
    ) -> Finding:
        """Run a detector on an observation and record what it finds."""
        request = detection_pb2.DetectRequest(observation_id=to_text(observation_id), detector=to_text(detector))
        put_values(request.parameters, parameters)
        return _found(self._caller.call(self._stub.Detect, request, timeout=timeout).finding)

    def detect_product(
        self, product: Product, detector: str, parameters: Mapping[str, Value], *, timeout: float = LONG
    ) -> Finding:
        """Run a detector on a product, sent in pieces."""
        info = detection_pb2.ProductInfo(detector=to_text(detector))
        put_values(info.parameters, parameters)
        data = io.BytesIO(encode_product(product))
        messages = send(data, detection_pb2.DetectProductRequest, info, lambda _: None)
        return _found(self._caller.call(self._stub.DetectProduct, messages, timeout=timeout).finding)

    def submit(self, observation_id: str, detector: str, parameters: Mapping[str, Value]) -> Job:
        """Queue a detector's run on an observation."""
        request = detection_pb2.SubmitDetectionRequest(
            observation_id=to_text(observation_id), detector=to_text(detector)
        )
        put_values(request.parameters, parameters)
        return to_noun(self._caller.call(self._stub.SubmitDetection, request).job, Job)

    def backfill(self, order: BackfillOrder) -> Job:
        """Queue a detector's run on everything of a span of time."""
        request = detection_pb2.SubmitBackfillRequest(
            detector=to_text(order.detector),
            span=to_message(order.span, nouns_pb2.TimeRange()),
            chunk=order.chunk,
            in_flight=order.in_flight,
            shadow=order.shadow,
        )
        put_values(request.parameters, order.parameters)
        return to_noun(self._caller.call(self._stub.SubmitBackfill, request).job, Job)

    def watch(self, job_id: str) -> Iterator[Job]:
        """Yield a job whenever it changes, until it has ended."""
        request = detection_pb2.WatchJobRequest(job_id=to_text(job_id))
        for answer in self._caller.stream(self._stub.WatchJob, request, timeout=None):
            yield to_noun(answer.job, Job)

    def cancel(self, job_id: str) -> Job:
        """Ask a job to stop."""
        request = detection_pb2.CancelDetectionRequest(job_id=to_text(job_id))
        return to_noun(self._caller.call(self._stub.CancelJob, request).job, Job)

    def detect_many(
        self, names: Mapping[str, str], detector: str, parameters: Mapping[str, Value], wish: OutputWish
    ) -> Iterator[Looked]:
        """Queue a detector's run on observations, given with the names of their files, and yield each as it ends."""
        ids = [to_text(one) for one in names]
        request = detection_pb2.DetectManyRequest(
            observation_ids=ids, detector=to_text(detector), formats=wish.formats, dpi=wish.dpi
        )
        put_values(request.parameters, parameters)
        for answer in self._caller.stream(self._stub.DetectMany, request, timeout=None):
            yield Looked(
                name=names.get(answer.observation_id, ""),
                observation_id=answer.observation_id,
                finding=_found(answer.finding) if answer.HasField("finding") else None,
                error=to_noun(answer.error, JobError) if answer.HasField("error") else None,
                outputs=tuple(to_noun(file, OutputFile) for file in answer.outputs),
            )

    def output(self, key: str) -> Iterator[bytes]:
        """Yield the bytes of a table or picture in pieces."""
        request = detection_pb2.GetOutputRequest(key=to_text(key))
        for answer in self._caller.stream(self._stub.GetOutput, request, timeout=LONG):
            yield answer.chunk

    def film(self, keys: Sequence[str], *, milliseconds: int) -> OutputFile:
        """Join pictures into an animated GIF."""
        request = detection_pb2.MakeFilmRequest(keys=[to_text(key) for key in keys], milliseconds=milliseconds)
        return to_noun(self._caller.call(self._stub.MakeFilm, request, timeout=LONG).film, OutputFile)


def _found(message: Any) -> Finding:
    return Finding(
        detections=tuple(to_noun(detection, Detection) for detection in message.detections),
        covered=tuple(to_noun(span, CoveredSpan) for span in message.covered),
        method=to_noun(message.method, Method),
        scores=decode_scores(message.scores) if message.scores else None,
    )
