"""What a finished fit becomes: graphs and arrays that were checked, thresholds, metrics, and what it gets wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from helioscribe.domain.dataset import DatasetVersion
from helioscribe.domain.model import CANVAS
from helioscribe.sdk.scoring import Deciding, Scoring
from helioscribe.sdk.training import GraphExport, TrainingData, TrainingProgram
from helioscribe.training.arrays import count_samples, dataset_digest
from helioscribe.training.export import export_graph
from helioscribe.training.fit import Fit
from helioscribe.training.parity import OnnxModels, check_parity
from helioscribe.training.register import Trained
from helioscribe.training.reports.diagnostics import Diagnostics
from helioscribe.training.reports.gallery import gallery, mistakes
from helioscribe.training.reports.page import Findings
from helioscribe.training.scoring import Scores
from helioscribe.training.settings import FitOptions
from helioscribe.training.torch_state import import_torch

__all__ = ["canvas_of", "cost", "exported", "find_out", "named_after", "notes_of"]

_WATTS_A_CORE = 12.0
"""Assumed of a busy core with its share of memory and board; for the estimate of energy."""


def named_after(version: DatasetVersion | None, data: TrainingData) -> TrainingData:
    """Return data whose description says of which version of a dataset they are, and where that comes from."""
    if version is None:
        return data
    origin = {"version": version.id, "name": version.name, "files": len(version.files), "from": dict(version.lineage)}
    return replace(data, description={"dataset": origin, **data.description})


def find_out(program: TrainingProgram, found: Fit, data: TrainingData, options: Mapping[str, Any]) -> Findings:
    """Return what the best network's scores on the validation part say."""
    if not isinstance(program, Scoring):
        return Findings(best_epoch=found.best_epoch)
    chosen = FitOptions.of(options)
    scores = Scores.of(program, found.network, data.validation, batch_size=chosen.batch_size)
    diagnostics = Diagnostics.of(*scores.known(), chosen)
    wrong = []
    if diagnostics is not None:
        wrong = gallery(program, data.validation, mistakes(scores.labels, scores.scores, diagnostics.threshold))
    return Findings(best_epoch=found.best_epoch, diagnostics=diagnostics, mistakes=wrong)


def exported(
    program: TrainingProgram,
    found: Fit,
    data: TrainingData,
    options: Mapping[str, Any],
    findings: Findings,
    *,
    checked: Mapping[str, Any],
) -> Trained:
    """Export, check parity, and take thresholds and metrics.

    Raises
    ------
    PluginError
        If a graph is not what torch computes.
    """
    graphs: Mapping[str, GraphExport] = program.graphs(found.network, options)
    made = {name: export_graph(name, graph) for name, graph in graphs.items()}
    real, seed = data.validation.arrays, int(options["seed"])
    parity = {name: check_parity(made[name], graph, real, seed=seed) for name, graph in graphs.items()}
    arrays = program.arrays(found.network, data, options)
    thresholds, measured = program.thresholds(OnnxModels(made, arrays), data, options)
    metrics: dict[str, Any] = {"validation": dict(measured), "training": _training(found), "parity": parity}
    if findings.diagnostics is not None:
        metrics["scores"] = findings.diagnostics.summary()
        if isinstance(program, Deciding):
            thresholds = {**thresholds, program.decides: findings.diagnostics.threshold}
    return Trained(
        graphs=made,
        arrays=arrays,
        thresholds=thresholds,
        metrics={**metrics, "cost": cost(found)},
        recipe=options,
        dataset={
            **data.description,
            "train_samples": count_samples(data.train.arrays),
            "validation_samples": count_samples(data.validation.arrays),
            "checks": dict(checked),
            "digest": dataset_digest(data),
        },
    )


def _training(found: Fit) -> dict[str, Any]:
    best = found.history[found.best_epoch - 1]
    measured = {name: value for name, value in best.items() if name not in ("epoch", "seconds", "cpu_seconds")}
    return {"epochs": len(found.history), "best_epoch": found.best_epoch, **measured}


def cost(found: Fit) -> dict[str, Any]:
    """Return time and energy of all epochs, those of interrupted workers too; a GPU's energy is not counted."""
    cpu = sum(row.get("cpu_seconds", 0.0) for row in found.history)
    return {
        "seconds": sum(row["seconds"] for row in found.history),
        "cpu_seconds": cpu,
        "energy_wh_estimate": cpu * _WATTS_A_CORE / 3600,
        "assumed_watts_a_core": _WATTS_A_CORE,
        "device": found.device,
    }


def canvas_of(said: Mapping[str, str], found: Fit, trained: Trained) -> dict[str, str]:
    """Return the ethics canvas: what the manifest says, what the run itself knows, and what nobody has said."""
    spent = cost(found)
    known = {
        "Sustainability": f"This training took {spent['seconds']:.0f} s and {spent['cpu_seconds']:.0f} s of processor "
        f"time on {found.device}: about {spent['energy_wh_estimate']:.2g} Wh at an assumed {_WATTS_A_CORE:g} W a core.",
        "Empowerment": f"Thresholds ({', '.join(sorted(trained.thresholds)) or 'none'}) are the user's to change; "
        "recipe, data digests and code are open, and every event names the weights that it rests on.",
    }
    texts = {title: " ".join(filter(None, (said.get(title), known.get(title)))) for title in CANVAS}
    return {title: text or "Nobody has said yet." for title, text in texts.items()}


def notes_of(found: Fit) -> str:
    """Return what else a card says."""
    return f"trained with torch {import_torch().__version__} on {found.device}"
