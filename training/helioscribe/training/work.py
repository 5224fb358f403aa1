"""A worker's part of training: a job becomes a model, a measurement, or what a script made."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from helioscribe.domain.job import Job
from helioscribe.domain.model import ModelCard
from helioscribe.domain.product import Product
from helioscribe.domain.training_run import EntryKind, RunEntry
from helioscribe.ports.artifacts import ArtifactStore
from helioscribe.ports.models import ModelRegistry
from helioscribe.ports.run_log import RunLog
from helioscribe.runtime.job_context import JobContext
from helioscribe.sdk.discovery import Plugin
from helioscribe.training.datasets import versions as datasets
from helioscribe.training.job_log import JobObserver, LoggedCheckpoints, keep_files
from helioscribe.training.measure import Measuring
from helioscribe.training.orders import check_scripts
from helioscribe.training.scripts.job import ScriptJob
from helioscribe.training.scripts.order import SCRIPT
from helioscribe.training.train import train

__all__ = ["Work"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Does training jobs. Fields are those of `TrainingHandlers`."""

    artifacts: ArtifactStore
    models: ModelRegistry
    run_log: RunLog
    read: Callable[[Path], Product]
    folder: Path
    scripts: bool
    find: Callable[[str], Plugin]
    stopping: Event

    def run(self, context: JobContext) -> Mapping[str, Any]:
        """Do a job, from its last checkpoint if there is one, and return what came of it."""
        job = context.job
        if job.payload["detector"] == SCRIPT:
            return self._script(context)
        self._begin(job)
        if measure := str(job.payload.get("measure", "")):
            return {"measured": self._measured(context, str(job.payload["detector"]), measure)}
        card = self._trained(context)
        done = {"model": card.name, "version": card.version, "sha256": card.sha256, "metrics": dict(card.metrics)}
        return done | {"measured": self._measured(context, card.name, card.version)}

    def measuring(self, by: str) -> Measuring:
        """Return who measures versions on the benchmarks of their models, in somebody's name."""
        return Measuring(
            models=self.models, artifacts=self.artifacts, find=self.find, read=self.read, folder_of=self._data, by=by
        )

    def _trained(self, context: JobContext) -> ModelCard:
        job = context.job
        dataset = str(job.payload["dataset"])
        version = datasets.get_version(dataset, self.artifacts) if dataset else None
        with tempfile.TemporaryDirectory(prefix="run-", dir=self._scratch()) as folder:
            card = train(
                self.find(str(job.payload["detector"])),
                job.payload["options"],
                data=self._data(dataset),
                version=version,
                read=self.read,
                registry=self.models,
                artifacts=self.artifacts,
                folder=Path(folder),
                checkpoints=LoggedCheckpoints(job, run_log=self.run_log, artifacts=self.artifacts),
                observer=self._observer(context),
                device=str(job.payload["device"]),
            )
            made = Path(folder)
            keep_files(job, made, made.iterdir(), run_log=self.run_log, artifacts=self.artifacts)
        return card

    def _measured(self, context: JobContext, name: str, version: str) -> dict[str, float]:
        return self.measuring(context.job.worker).for_promotion(name, version, self._observer(context).check)

    def _script(self, context: JobContext) -> Mapping[str, Any]:
        check_scripts(allowed=self.scripts)
        self._begin(context.job)
        running = ScriptJob(
            job=context.job, run_log=self.run_log, artifacts=self.artifacts, dataset=self._data, folder=self._scratch()
        )
        return running.run(self._observer(context).check)

    def _observer(self, context: JobContext) -> JobObserver:
        return JobObserver(context, self.stopping.is_set)

    def _begin(self, job: Job) -> None:
        begun = [entry for entry in self.run_log.read(job.id) if entry.kind is EntryKind.BEGIN]
        values = {"worker": job.worker, "attempt": job.attempts}
        self.run_log.append(job.id, [RunEntry(kind=EntryKind.BEGIN, step=len(begun) + 1, values=values)])

    def _data(self, dataset_id: str) -> Path | None:
        if not dataset_id:
            return None
        version = datasets.get_version(dataset_id, self.artifacts)
        return datasets.folder_of(version, self.artifacts, cache=self.folder / "datasets")

    def _scratch(self) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder
