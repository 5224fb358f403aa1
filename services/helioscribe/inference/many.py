"""One detector on many observations: each is a job of its own, and is told of as it ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from helioscribe.adapters.product_codec import decode_scores
from helioscribe.domain.detection import DetectionResult, Parameters
from helioscribe.domain.errors import HelioscribeError, InvalidInputError
from helioscribe.domain.job import TERMINAL, Job, JobError, JobState
from helioscribe.domain.output import OutputFile, OutputWish
from helioscribe.inference.handlers import InferenceHandlers
from helioscribe.inference.hosted import HostedResult

__all__ = ["MOST", "Looked", "detect_many"]

MOST = 1000
"""Observations of one question."""

_LOOK_EVERY = 0.2
_IN_VIEW = 32
"""Jobs that are looked at each time; workers take them about in the order of their coming."""

_SCORES_LIMIT = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Looked:
    """What became of one observation."""

    observation_id: str
    """Which one."""

    found: HostedResult | None = None
    """What was found; None if it could not be used."""

    error: JobError | None = None
    """Why not."""

    outputs: tuple[OutputFile, ...] = ()
    """Tables and pictures, the most telling one first."""


def detect_many(
    handlers: InferenceHandlers,
    observation_ids: Sequence[str],
    detector: str,
    parameters: Parameters,
    wish: OutputWish,
    *,
    check: Callable[[], None],
) -> Iterator[Looked]:
    """Queue a detector's run on observations and yield what becomes of each as it ends.

    One that cannot be used does not stop the others. The same question again gives the same answers; what failed is
    tried again.

    Raises
    ------
    InvalidInputError
        If there are more than 1000, or the detector does not take these parameters.
    NotFoundError
        If there is no such detector.
    """
    if len(observation_ids) > MOST:
        raise InvalidInputError(f"expected at most {MOST} observations in one question, got {len(observation_ids)}")
    handlers.host.manifest(detector).resolve_parameters(parameters)
    known: list[str] = []
    for observation_id in dict.fromkeys(observation_ids):
        check()
        try:
            known.append(handlers.catalogue.observation(observation_id).id)
        except HelioscribeError as error:
            yield Looked(observation_id=observation_id, error=JobError(code=error.code, message=error.message))
    submitted = handlers.submit_all(known, detector, parameters, wish=wish)
    waiting = {observation_id: job.id for observation_id, job in zip(known, submitted, strict=True)}
    while waiting:
        check()
        in_view = [(one, handlers.jobs.get(waiting[one])) for one in islice(waiting, _IN_VIEW)]
        ended = [(one, job) for one, job in in_view if job.state in TERMINAL]
        for observation_id, job in ended:
            del waiting[observation_id]
            yield _looked(handlers, observation_id, job)
        if not ended:
            time.sleep(_LOOK_EVERY)


def _looked(handlers: InferenceHandlers, observation_id: str, job: Job) -> Looked:
    if job.state is not JobState.DONE:
        error = job.error or JobError(code="cancelled", message=f"job {job.id} is {job.state}")
        return Looked(observation_id=observation_id, error=error)
    outputs = tuple(OutputFile(**one) for one in job.result.get("outputs", ()))
    found = _found(handlers, observation_id, str(job.payload["detector"]), str(job.result["method_id"]))
    return Looked(observation_id=observation_id, found=found, outputs=outputs)


def _found(handlers: InferenceHandlers, observation_id: str, detector: str, method_id: str) -> HostedResult:
    runs = handlers.catalogue.runs(observation_id=observation_id, detector=detector)
    run = [run for run in runs if run.method.id == method_id][-1]
    scores = decode_scores(handlers.artifacts.get(run.scores_key, limit=_SCORES_LIMIT)) if run.scores_key else None
    covered = tuple(coverage.span for coverage in run.coverage)
    return HostedResult(
        result=DetectionResult(detections=run.detections, covered=covered, scores=scores), method=run.method
    )
