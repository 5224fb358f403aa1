"""A worker's part of training: a job becomes a model, a measurement, or what a script made."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helioscribe.domain.job import Job
from helioscribe.domain.model import ModelCard
from helioscribe.domain.training_run import EntryKind, RunEntry
from helioscribe.runtime.job_context import JobContext
from helioscribe.training.datasets import versions as datasets
from helioscribe.training.job_log import JobObserver, LoggedCheckpoints, keep_files
from helioscribe.training.measure import Measuring
from helioscribe.training.orders import check_scripts
from helioscribe.training.scripts.job import ScriptJob
from helioscribe.training.scripts.order import SCRIPT
from helioscribe.training.train import train
from helioscribe.training.workshop import Workshop

__all__ = ["Work"]


@dataclass(frozen=True, slots=True)
class Work:
    """Does training jobs."""

    shop: Workshop

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
            models=self.shop.models,
            artifacts=self.shop.artifacts,
            find=self.shop.find,
            read=self.shop.read,
            folder_of=self.shop.data,
            by=by,
        )

    def _trained(self, context: JobContext) -> ModelCard:
        job = context.job
        dataset = str(job.payload["dataset"])
        version = datasets.get_version(dataset, self.shop.artifacts) if dataset else None
        with tempfile.TemporaryDirectory(prefix="run-", dir=self.shop.scratch()) as folder:
            card = train(
                self.shop.find(str(job.payload["detector"])),
                job.payload["options"],
                data=self.shop.data(dataset),
                version=version,
                read=self.shop.read,
                registry=self.shop.models,
                artifacts=self.shop.artifacts,
                folder=Path(folder),
                checkpoints=LoggedCheckpoints(job, run_log=self.shop.run_log, artifacts=self.shop.artifacts),
                observer=self._observer(context),
                device=str(job.payload["device"]),
            )
            made = Path(folder)
            keep_files(job, made, made.iterdir(), run_log=self.shop.run_log, artifacts=self.shop.artifacts)
        return card

    def _measured(self, context: JobContext, name: str, version: str) -> dict[str, float]:
        return self.measuring(context.job.worker).for_promotion(name, version, self._observer(context).check)

    def _script(self, context: JobContext) -> Mapping[str, Any]:
        check_scripts(allowed=self.shop.scripts)
        self._begin(context.job)
        return ScriptJob(job=context.job, shop=self.shop).run(self._observer(context).check)

    def _observer(self, context: JobContext) -> JobObserver:
        return JobObserver(context, self.shop.stopping.is_set)

    def _begin(self, job: Job) -> None:
        begun = [entry for entry in self.shop.run_log.read(job.id) if entry.kind is EntryKind.BEGIN]
        values = {"worker": job.worker, "attempt": job.attempts}
        self.shop.run_log.append(job.id, [RunEntry(kind=EntryKind.BEGIN, step=len(begun) + 1, values=values)])
