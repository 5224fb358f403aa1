"""A training run from its recipe to its card in the registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from helioscribe.domain.dataset import DatasetVersion
from helioscribe.domain.errors import InvalidInputError, PluginError
from helioscribe.domain.model import ModelCard
from helioscribe.domain.product import Product
from helioscribe.ports.artifacts import ArtifactStore
from helioscribe.ports.models import ModelRegistry
from helioscribe.sdk.discovery import Plugin, PluginState, find_plugin
from helioscribe.sdk.loading import load_reference, plugin_error
from helioscribe.sdk.manifest import DetectorManifest
from helioscribe.sdk.training import Keeping, TrainingProgram
from helioscribe.training.checkpoint import CheckpointStore, FolderCheckpoints
from helioscribe.training.datasets.checks import check_dataset
from helioscribe.training.fit import Observer, fit
from helioscribe.training.outcome import canvas_of, exported, find_out, named_after, notes_of
from helioscribe.training.recipe import complete, resolve_options
from helioscribe.training.register import register
from helioscribe.training.reports.files import write_report
from helioscribe.training.torch_state import import_torch

__all__ = ["resolved_options", "train"]


def resolved_options(plugin: Plugin, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return all settings of a run, those that are not given with their defaults.

    Raises
    ------
    InvalidInputError
        If the detector cannot be trained, or a setting is unknown or of another type.
    PluginError
        If the plugin cannot be used.
    """
    return _resolved(_program(plugin), options)


def train(
    detector: str | Plugin,
    options: Mapping[str, Any],
    *,
    data: Path | None,
    read: Callable[[Path], Product],
    registry: ModelRegistry,
    artifacts: ArtifactStore,
    folder: Path,
    checkpoints: CheckpointStore | None = None,
    observer: Observer | None = None,
    device: str = "auto",
    version: DatasetVersion | None = None,
) -> ModelCard:
    """Train the model of a detector, check it and register it. It serves nowhere until it is promoted.

    Parameters
    ----------
    detector
        Id of an installed detector, or its plugin.
    options
        Settings that differ from the program's defaults.
    data
        Folder of training data; None if the program can do without.
    read
        The platform's reader of files.
    registry, artifacts
        Where card and weights go.
    folder
        Of this run: curves, metrics and model card.
    checkpoints
        Where a run that was interrupted goes on from; by default in the folder.
    observer
        Told how far the run is; may stop it.
    device
        ``cpu``, ``cuda``, or ``auto`` for a GPU if there is one.
    version
        Of the dataset whose files lie in `data`, for the card; None if they are of no version.

    Raises
    ------
    NotFoundError
        For an unknown detector.
    InvalidInputError
        If recipe or data cannot be used, or the detector cannot be trained.
    PluginError
        If the plugin breaks its contract, or the exported graph is not what torch computes.
    PermanentError
        If the loss is no number any more.
    """
    plugin = find_plugin(detector) if isinstance(detector, str) else detector
    manifest = _trainable(plugin)
    import_torch()
    watch, store = observer or Observer(), checkpoints or FolderCheckpoints(folder)
    try:
        program = _program(plugin)
        chosen = _resolved(program, options)
        watch.check()
        watch.step("data", 0.0)
        prepared = named_after(version, program.prepare(chosen, data=data, read=read))
        checked = check_dataset(prepared)
        folder.mkdir(parents=True, exist_ok=True)
        found = fit(program, prepared, chosen, checkpoints=store, observer=watch, device=device)
        watch.check()
        watch.step("export", 0.0)
        findings = find_out(program, found, prepared, chosen)
        trained = exported(program, found, prepared, chosen, findings, checked=checked)
        card = register(
            trained,
            manifest=manifest,
            registry=registry,
            artifacts=artifacts,
            kept=_kept(program, plugin, chosen),
            notes=notes_of(found),
            canvas=canvas_of(manifest.canvas, found, trained),
        )
        write_report(folder, card, found.history, findings)
    except Exception as error:  # foreign code: whatever it raises, the user reads one line
        raise plugin_error(error, doing=f"training of {manifest.id}") from error
    watch.step("done", 1.0)
    return card


def _program(plugin: Plugin) -> TrainingProgram:
    program: TrainingProgram = load_reference(_trainable(plugin).training)()
    return program


def _kept(program: TrainingProgram, plugin: Plugin, options: Mapping[str, Any]) -> dict[str, bytes]:
    names = program.kept(options) if isinstance(program, Keeping) else ()
    return {name: plugin.read_model(_trainable(plugin).models[name]) for name in names}


def _resolved(program: TrainingProgram, options: Mapping[str, Any]) -> dict[str, Any]:
    return resolve_options(complete(program.recipe()), options)


def _trainable(plugin: Plugin) -> DetectorManifest:
    if plugin.manifest is None or plugin.state not in (PluginState.COMPATIBLE, PluginState.LOADED):
        raise PluginError(f"detector {plugin.name} cannot be used: {plugin.error}")
    if not plugin.manifest.training:
        raise InvalidInputError(f"detector {plugin.name} cannot be trained: its manifest names no training program")
    return plugin.manifest
