"""What detectors found is written down: runs with coverage, scores, and the vectors by which results are alike."""

from __future__ import annotations

import math
from dataclasses import dataclass

from helioscribe.adapters.product_codec import encode_scores
from helioscribe.domain.coverage import Coverage, CoverageState, CoveredSpan
from helioscribe.domain.detection import ScoreSeries
from helioscribe.domain.embedding import Embedding, embedding_space
from helioscribe.domain.errors import HelioscribeError
from helioscribe.domain.identity import digest
from helioscribe.domain.observation import Observation
from helioscribe.domain.times import utc_now
from helioscribe.inference.hosted import HostedResult, code_version
from helioscribe.ports.artifacts import ArtifactStore, artifact_key
from helioscribe.ports.catalogue import Catalogue, RecordedRun
from helioscribe.ports.embeddings import EmbeddingStore

__all__ = ["Recorder"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """Writes down what came of looking at observations."""

    artifacts: ArtifactStore
    """Where scores go."""

    catalogue: Catalogue
    """Where runs go."""

    embeddings: EmbeddingStore
    """Where vectors go."""

    def record(self, observation: Observation, hosted: HostedResult, *, counts: bool) -> None:
        """Record a run; one in the shadow does not count."""
        result, method = hosted.result, hosted.method
        coverage = (_coverage(observation, method.detector, span, method_id=method.id) for span in result.covered)
        run = RecordedRun(
            observation_id=observation.id,
            method=method,
            detections=result.detections,
            coverage=tuple(coverage),
            scores_key=self._keep(result.scores),
            code_version=code_version(),
            at=utc_now(),
            counts=counts,
        )
        self.catalogue.record_run(run)
        if found := _embeddings(observation, hosted):
            self.embeddings.put(found)

    def record_failure(self, observation_id: str, detector: str, error: HelioscribeError) -> None:
        """Let coverage say that an observation could not be used, and why. Raises `NotFoundError` if it is unknown."""
        observation = self.catalogue.observation(observation_id)
        span = CoveredSpan(time_range=observation.time_range, state=CoverageState.FAILED, reason=error.message)
        self.catalogue.add_coverage([_coverage(observation, detector, span)])

    def _keep(self, scores: ScoreSeries | None) -> str:
        if scores is None:
            return ""
        encoded = encode_scores(scores)
        key = artifact_key("scores", digest(encoded), ".safetensors")
        self.artifacts.put(key, encoded)
        return key


def _coverage(observation: Observation, detector: str, span: CoveredSpan, *, method_id: str = "") -> Coverage:
    return Coverage(
        detector=detector,
        method_id=method_id,
        observation_id=observation.id,
        instrument=observation.instrument,
        span=span,
    )


def _embeddings(observation: Observation, hosted: HostedResult) -> list[Embedding]:
    method, said = hosted.method, _whole(hosted.result.scores)
    version = method.model_version or method.version
    return [
        Embedding(
            space=embedding_space(method.detector, version, name), subject=observation.id, vector=vector, scores=said
        )
        for name, vector in hosted.result.embeddings.items()
    ]


def _whole(scores: ScoreSeries | None) -> dict[str, float]:
    """Return the scores of a product that has one moment only, such as an image; what is no number is left out."""
    if scores is None or len(scores.values) != 1:
        return {}
    named = zip(scores.names, map(float, scores.values[0]), strict=True)
    return {name: value for name, value in named if math.isfinite(value)}
