"""What the inference service does: detectors run on observations and products, results are recorded."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from helioscribe.adapters.product_codec import decode_product, encode_product
from helioscribe.domain.detection import Parameters
from helioscribe.domain.errors import CancelledError, HelioscribeError, LeaseLostError, TransientError
from helioscribe.domain.identity import content_id, digest
from helioscribe.domain.job import TERMINAL, Job, JobKind, JobOrder, Priority
from helioscribe.domain.observation import Observation
from helioscribe.domain.output import OutputWish
from helioscribe.domain.product import Product
from helioscribe.domain.serving import PRIORITIES, USUAL
from helioscribe.inference.host import DetectorHost
from helioscribe.inference.hosted import HostedResult, Source
from helioscribe.inference.outputs import draw_outputs, stem_of
from helioscribe.inference.recording import Recorder
from helioscribe.ports.artifacts import ArtifactStore
from helioscribe.ports.catalogue import Catalogue
from helioscribe.ports.embeddings import EmbeddingStore
from helioscribe.ports.jobs import JobStore
from helioscribe.ports.models import ModelRegistry
from helioscribe.ports.queue import Queue
from helioscribe.runtime.backfills import Backfills
from helioscribe.runtime.detect_jobs import again, detection_order, resolved, serving, shadow_order
from helioscribe.runtime.job_context import JobContext
from helioscribe.runtime.ordering import order, place
from helioscribe.sdk.discovery import Plugin

__all__ = ["InferenceHandlers"]

_PRODUCT_LIMIT = 8 << 30
_LOOK_EVERY = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class InferenceHandlers:
    """Runs detectors, records what they find, and works on detection jobs."""

    artifacts: ArtifactStore
    """Where products and scores are."""

    catalogue: Catalogue
    """Where results go."""

    jobs: JobStore
    """Where work is recorded."""

    queue: Queue
    """How workers hear of it."""

    host: DetectorHost
    """Who runs the detectors."""

    models: ModelRegistry
    """The model registry that the host asks."""

    embeddings: EmbeddingStore
    """Where the vectors go by which results are alike."""

    @property
    def recorder(self) -> Recorder:
        """Who writes down what was found."""
        return Recorder(artifacts=self.artifacts, catalogue=self.catalogue, embeddings=self.embeddings)

    def list_detectors(self) -> list[Plugin]:
        """Return all detectors with their states."""
        return self.host.plugins()

    def detect_product(
        self, product: Product, detector: str, parameters: Parameters, *, check: Callable[[], None]
    ) -> HostedResult:
        """Run a detector on a product that came with the question; nothing is recorded."""
        source = Source(observation_ids=(), input_sha256=digest(encode_product(product)))
        return self.host.run(detector, product, source=source, parameters=parameters, check=check)

    def look(
        self, observation_id: str, detector: str, parameters: Parameters, *, check: Callable[[], None], priority: int
    ) -> HostedResult:
        """Run a detector on an observation; nothing is recorded. Raises `NotFoundError` as `detect_observation`."""
        return self._run(self.catalogue.observation(observation_id), detector, parameters, check, priority)

    def detect_observation(
        self, observation_id: str, detector: str, parameters: Parameters, *, check: Callable[[], None]
    ) -> HostedResult:
        """Run a detector on an observation, record the run, and have its detections associated.

        Parameters
        ----------
        observation_id, detector, parameters
            What to run on what.
        check
            Raises if the work shall stop.

        Raises
        ------
        NotFoundError
            For an unknown observation or detector.
        """
        hosted = self.examine(observation_id, detector, parameters, check=check, priority=USUAL)
        if hosted.result.detections:
            order(self.jobs, self.queue, _association(observation_id, hosted))
        return hosted

    def examine(
        self,
        observation_id: str,
        detector: str,
        parameters: Parameters,
        *,
        check: Callable[[], None],
        priority: int,
        shadow: str = "",
    ) -> HostedResult:
        """Run a detector on an observation and record the run.

        Parameters
        ----------
        observation_id, detector, parameters, check
            See `detect_observation`; raises as it does.
        priority
            Among the graphs that wait.
        shadow
            Version of the model that runs in the shadow: its run is recorded and does not count.
        """
        observation = self.catalogue.observation(observation_id)
        hosted = self._run(observation, detector, parameters, check, priority, shadow=shadow)
        self.recorder.record(observation, hosted, counts=not shadow)
        return hosted

    def shadow_of(self, payload: Mapping[str, Any]) -> str:
        """Return the version that a job wants to look in the shadow; empty if it has become champion meanwhile."""
        version = str(payload.get("shadow", ""))
        return version if version and version in self.models.sidelined().get(str(payload["detector"]), ()) else ""

    def asked_before(self, observation_id: str, detector: str) -> Parameters:
        """Return what the last run that no longer counts was asked otherwise than its model and plugin say."""
        gone = [run for run in self.catalogue.runs(observation_id=observation_id, detector=detector) if not run.counts]
        if not gone:
            return {}
        method, manifest = gone[-1].method, self.host.manifest(detector)
        usual = resolved(manifest, self.models.card(detector, method.model_version), {})
        known = {name: value for name, value in method.parameters.items() if name in usual}
        return {name: value for name, value in known.items() if value != usual[name]}

    def submit(
        self, observation_id: str, detector: str, parameters: Parameters, *, wish: OutputWish | None = None
    ) -> Job:
        """Queue a detector's run on an observation, with tables and pictures if they are wished for.

        Raises `NotFoundError` if either is unknown.
        """
        self.catalogue.observation(observation_id)
        return self.submit_all([observation_id], detector, parameters, wish=wish)[0]

    def submit_all(
        self, observation_ids: Sequence[str], detector: str, parameters: Parameters, *, wish: OutputWish | None = None
    ) -> list[Job]:
        """Do as `submit` with many observations, which are known, at the cost of about one."""
        manifest = self.host.manifest(detector)
        model = serving(self.models, manifest)
        orders = [detection_order(manifest, model, one, parameters, wish=wish) for one in observation_ids]
        # Whoever asks for a run again wants it done, also if it failed the last time.
        return [again(self.jobs, self.queue, job) for job in place(self.jobs, self.queue, orders)]

    def backfills(self) -> Backfills:
        """Return who takes orders of backfills."""
        shared = {name: getattr(self, name) for name in ("catalogue", "jobs", "queue", "models")}
        return Backfills(**shared, manifest=self.host.manifest)

    def job(self, job_id: str) -> Job:
        """Return a job. Raises `NotFoundError`."""
        return self.jobs.get(job_id)

    def cancel(self, job_id: str) -> Job:
        """Ask a job to stop. Raises `NotFoundError`."""
        return self.jobs.cancel(job_id)

    def watch(self, job_id: str, *, check: Callable[[], None]) -> Iterator[Job]:
        """Yield a job whenever it changes, until it has ended. Raises `NotFoundError`."""
        seen: Job | None = None
        while True:
            check()
            job = self.jobs.get(job_id)
            if job != seen:
                yield job
                seen = job
            if job.state in TERMINAL:
                return
            time.sleep(_LOOK_EVERY)

    def run(self, context: JobContext) -> Mapping[str, Any]:
        """Work on a detection job."""
        payload = context.job.payload
        observation_id, detector = str(payload["observation_id"]), str(payload["detector"])
        shadow = self.shadow_of(payload)
        try:
            hosted = self.examine(
                observation_id,
                detector,
                payload.get("parameters", {}),
                check=context.check,
                priority=USUAL if context.job.priority >= Priority.LIVE else PRIORITIES,
                shadow=shadow,
            )
        except (LeaseLostError, CancelledError, TransientError):
            raise
        except HelioscribeError as error:
            if not shadow:
                self.recorder.record_failure(observation_id, detector, error)
            raise
        told: dict[str, Any] = {"detections": len(hosted.result.detections), "method_id": hosted.method.id}
        if hosted.result.detections and not shadow:
            told["jobs"] = [context.follow(_association(observation_id, hosted))]
        if not shadow and (other := shadow_order(self.models, hosted.method, payload)):
            context.follow(other)
        return told | self._drawn(observation_id, hosted, payload)

    def _drawn(self, observation_id: str, hosted: HostedResult, payload: Mapping[str, Any]) -> dict[str, Any]:
        if "outputs" not in payload:
            return {}
        observation = self.catalogue.observation(observation_id)
        product = decode_product(self.artifacts.get(observation.product_key, limit=_PRODUCT_LIMIT))
        files = draw_outputs(
            self.artifacts,
            self.host.manifest(hosted.method.detector),
            product,
            hosted.result,
            stem=stem_of(observation),
            wish=OutputWish.of(payload["outputs"]),
        )
        return {"outputs": [asdict(file) for file in files]}

    def _run(
        self,
        observation: Observation,
        detector: str,
        parameters: Parameters,
        check: Callable[[], None],
        priority: int,
        *,
        shadow: str = "",
    ) -> HostedResult:
        data = self.artifacts.get(observation.product_key, limit=_PRODUCT_LIMIT)
        source = Source(
            observation_ids=(observation.id,), input_sha256=observation.product_sha256, channel=observation.channel
        )
        return self.host.run(
            detector,
            decode_product(data),
            source=source,
            parameters=parameters,
            model_version=shadow or None,
            priority=priority,
            check=check,
        )


def _association(observation_id: str, hosted: HostedResult) -> JobOrder:
    key = content_id("run", observation=observation_id, method=hosted.method.id)
    return JobOrder(kind=JobKind.ASSOCIATE, key=key)
