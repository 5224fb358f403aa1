"""An order is checked and becomes a job; the same order again is the same job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.identity import canonical_json, digest, plain_json
from helioscribe.domain.job import Job, JobKind
from helioscribe.domain.training_run import TrainingOrder
from helioscribe.sdk.discovery import Plugin
from helioscribe.training.datasets import versions as datasets
from helioscribe.training.scripts.order import SCRIPT, ScriptOrder
from helioscribe.training.settings import FitOptions
from helioscribe.training.train import resolved_options
from helioscribe.training.workshop import Workshop

__all__ = ["Orders", "check_scripts"]

_ATTEMPTS = 20  # long jobs meet restarts of their workers


@dataclass(frozen=True, slots=True)
class Orders:
    """Takes orders of three kinds: a training, a measurement of a version, a script."""

    shop: Workshop

    def enter(self, order: TrainingOrder) -> Job:
        """Return the job of an order. Raises `InvalidInputError` and `NotFoundError` for what cannot be done."""
        if order.detector == SCRIPT:
            return self._script(order)
        return self._measurement(order) if order.measure else self._training(order)

    def check(self, order: TrainingOrder) -> tuple[Plugin, Mapping[str, Any]]:
        """Return the detector and the complete settings of a training. Raises as `enter` does."""
        plugin = self.shop.find(order.detector)
        options = resolved_options(plugin, order.options)
        FitOptions.of(options)
        self._check_datasets(order.dataset)
        return plugin, options

    def _training(self, order: TrainingOrder) -> Job:
        plugin, options = self.check(order)
        payload = {
            "detector": order.detector,
            "options": plain_json(order.options),
            "dataset": order.dataset,
            "device": order.device,
            "title": order.title,
            "epochs": FitOptions.of(options).epochs,
        }
        same = {"options": plain_json(options), "dataset": order.dataset, "device": order.device}
        return self._entered(payload, same | {"detector": order.detector, "version": plugin.version})

    def _measurement(self, order: TrainingOrder) -> Job:
        self.shop.models.card(order.detector, order.measure)
        benchmark = self.shop.models.benchmark(order.detector)
        if benchmark is None:
            raise InvalidInputError(f"model {order.detector} has no benchmark; helioscribe models gate fixes one")
        payload = {
            "detector": order.detector,
            "measure": order.measure,
            "dataset": benchmark.dataset,
            "epochs": 0,
            "title": order.title or f"{order.measure} on {benchmark.metric}",
        }
        return self._entered(payload, {**payload, "benchmark": benchmark.id, "title": ""})

    def _script(self, order: TrainingOrder) -> Job:
        check_scripts(allowed=self.shop.scripts)
        script = ScriptOrder.of(order.options)
        self._check_datasets(script.code, order.dataset)
        options = {"code": script.code, "entry": script.entry, "arguments": [*script.arguments], "hours": script.hours}
        payload = {
            "detector": SCRIPT,
            "options": options,
            "dataset": order.dataset,
            "device": order.device,
            "title": order.title or script.entry,
            "epochs": 0,
        }
        return self._entered(payload, {"script": options, "dataset": order.dataset})

    def _check_datasets(self, *ids: str) -> None:
        for dataset in filter(None, ids):
            datasets.get_version(dataset, self.shop.artifacts)

    def _entered(self, payload: Mapping[str, Any], same: Mapping[str, Any]) -> Job:
        key = digest(canonical_json(same).encode())
        return self.shop.jobs.submit(JobKind.TRAIN, key, payload, max_attempts=_ATTEMPTS)[0]


def check_scripts(*, allowed: bool) -> None:
    """Raise `InvalidInputError` unless this service runs scripts."""
    if not allowed:
        raise InvalidInputError("this training service runs no scripts; HELIOSCRIBE_SCRIPTS=1 lets it")
