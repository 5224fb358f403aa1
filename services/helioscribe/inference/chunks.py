"""Many observations as one detection job: what a backfill is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helioscribe.domain.detection import Parameters
from helioscribe.domain.errors import CancelledError, HelioscribeError, LeaseLostError, TransientError
from helioscribe.domain.failure import Failure
from helioscribe.domain.job import Job, JobKind, JobOrder
from helioscribe.domain.serving import PRIORITIES
from helioscribe.domain.times import utc_now
from helioscribe.inference.handlers import InferenceHandlers
from helioscribe.runtime.job_context import JobContext
from helioscribe.runtime.logs import about

__all__ = ["run_chunk", "work"]


def work(handlers: InferenceHandlers, context: JobContext) -> Mapping[str, Any]:
    """Work on a detection job: of one observation, or of many."""
    return run_chunk(handlers, context) if "observation_ids" in context.job.payload else handlers.run(context)


def run_chunk(handlers: InferenceHandlers, context: JobContext) -> Mapping[str, Any]:
    """Run a detector on each observation of a job; one that cannot be used is no reason to leave out the others.

    Done twice it does no harm: what an earlier attempt has recorded is not done again.

    Raises
    ------
    TransientError
        If something that is needed does not answer.
    """
    job = context.job
    ids, detector = list(job.payload["observation_ids"]), str(job.payload["detector"])
    counted = {"observations": 0, "detections": 0, "failed": 0}
    for number, observation_id in enumerate(ids, start=1):
        context.check()
        with about(observation=str(observation_id)):
            found = _look(handlers, context, str(observation_id), detector)
        counted["observations"] += found is not None
        counted["failed"] += found is None
        counted["detections"] += found or 0
        context.report(number / len(ids))
    if counted["detections"] and not handlers.shadow_of(job.payload):
        context.follow(JobOrder(kind=JobKind.ASSOCIATE, key=f"chunk {job.id}", priority=job.priority))
    return counted


def _look(handlers: InferenceHandlers, context: JobContext, observation_id: str, detector: str) -> int | None:
    job, shadow = context.job, handlers.shadow_of(context.job.payload)
    if job.attempts > 1 and (found := _found_before(handlers, job, observation_id, detector, shadow)) is not None:
        return found
    parameters: Parameters = job.payload.get("parameters", {})
    if job.payload.get("again"):
        parameters = handlers.asked_before(observation_id, detector)
    try:
        hosted = handlers.examine(
            observation_id, detector, parameters, check=context.check, priority=PRIORITIES, shadow=shadow
        )
    except (LeaseLostError, CancelledError, TransientError):
        raise
    except HelioscribeError as error:
        if not shadow:
            handlers.recorder.record_failure(observation_id, detector, error)
        handlers.catalogue.add_failure(_entry(job, f"{observation_id} {detector} {shadow}".strip(), error))
        return None
    return len(hosted.result.detections)


def _found_before(handlers: InferenceHandlers, job: Job, observation_id: str, detector: str, shadow: str) -> int | None:
    for run in handlers.catalogue.runs(observation_id=observation_id, detector=detector):
        if job.created is not None and run.at >= job.created and shadow in ("", run.method.model_version):
            return len(run.detections)
    return None


def _entry(job: Job, subject: str, error: HelioscribeError) -> Failure:
    return Failure(
        stage=job.kind.value,
        subject=subject,
        sha256="",
        code=error.code,
        message=error.message,
        at=utc_now(),
        job_id=job.id,
    )
