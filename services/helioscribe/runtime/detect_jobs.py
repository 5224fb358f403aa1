"""Makes the orders of detection jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helioscribe.domain.detection import Method, Parameters
from helioscribe.domain.errors import NotFoundError
from helioscribe.domain.identity import canonical_json, digest
from helioscribe.domain.job import Job, JobKind, JobOrder, JobState, Priority
from helioscribe.domain.model import Alias, ModelCard
from helioscribe.domain.output import OutputWish
from helioscribe.ports.jobs import JobStore
from helioscribe.ports.models import ModelRegistry
from helioscribe.ports.queue import Queue
from helioscribe.sdk.manifest import DetectorManifest

__all__ = ["again", "detection_order", "resolved", "serving", "shadow_order"]


def resolved(manifest: DetectorManifest, card: ModelCard | None, parameters: Parameters) -> Parameters:
    """Return the parameters of a run: those of the caller, else the model's thresholds, else the plugin's defaults.

    Raises
    ------
    InvalidInputError
        If the detector does not take these parameters.
    """
    # A card may come from another version of the plugin, with thresholds that this one does not have.
    known = {name: value for name, value in (card.thresholds if card else {}).items() if name in manifest.parameters}
    return manifest.resolve_parameters(known, parameters)


def serving(models: ModelRegistry, manifest: DetectorManifest) -> str:
    """Return the digest of the champion's weights; empty if there are none yet."""
    try:
        return models.resolve(manifest.id).sha256 if manifest.models else ""
    except NotFoundError:
        return ""  # the worker that takes the job installs the weights that ship with the plugin


def detection_order(
    manifest: DetectorManifest,
    model: str,
    observation_id: str,
    parameters: Parameters,
    *,
    wish: OutputWish | None = None,
) -> JobOrder:
    """Return the order to run a detector on an observation. The same run again is the same job.

    Runs are the same if the version of the plugin, the weights and the parameters are.

    Raises
    ------
    InvalidInputError
        If the detector does not take these parameters.
    """
    manifest.resolve_parameters(parameters)
    payload: dict[str, Any] = {
        "observation_id": observation_id,
        "detector": manifest.id,
        "parameters": dict(parameters),
    }
    if wish is not None and wish.formats:
        payload["outputs"] = wish.payload()
    key = digest(canonical_json({**payload, "version": manifest.version, "model": model}).encode())
    return JobOrder(kind=JobKind.DETECT, key=key, payload=payload)


def again(jobs: JobStore, queue: Queue, job: Job) -> Job:
    """Queue a failed or cancelled job again; return any other unchanged."""
    if job.state not in (JobState.FAILED, JobState.CANCELLED):
        return job
    job = jobs.retry(job.id)
    queue.publish(job.kind, job.id, priority=job.priority)
    return job


def shadow_order(models: ModelRegistry, method: Method, payload: Mapping[str, Any]) -> JobOrder | None:
    """Return the order to repeat a run with the shadow version of the model; None if there is no shadow.

    Parameters
    ----------
    models
        The model registry.
    method
        Method of the run.
    payload
        Payload of the job of the run.
    """
    shadow = models.aliases(method.detector).get(Alias.SHADOW, "")
    if shadow in ("", method.model_version):
        return None
    asked = {**payload, "shadow": shadow}
    asked.pop("outputs", None)
    key = digest(canonical_json({**asked, "version": method.version}).encode())
    return JobOrder(kind=JobKind.DETECT, key=key, payload=asked, priority=Priority.BACKFILL)
