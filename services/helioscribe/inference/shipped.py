"""The weights that ship with a plugin become a version in the model registry."""

from __future__ import annotations

from datetime import datetime

from helioscribe.domain.errors import ConflictError, NotFoundError
from helioscribe.domain.model import Alias, ModelCard, ModelFile
from helioscribe.domain.times import utc_now
from helioscribe.ports.artifacts import ArtifactStore, artifact_key
from helioscribe.ports.models import ModelRegistry
from helioscribe.sdk.discovery import Plugin
from helioscribe.sdk.manifest import DetectorManifest, ModelSpec

__all__ = ["install"]


def install(plugin: Plugin, manifest: DetectorManifest, models: ModelRegistry, artifacts: ArtifactStore) -> None:
    """Register them, and let them serve where nothing else does. Done twice it does no harm.

    Raises
    ------
    PluginError
        If a file is not what the manifest says.
    ConflictError
        If other weights are registered under the version's name.
    """
    notes = f"ships with {plugin.distribution} {plugin.version}"
    card = ModelCard(
        name=manifest.id,
        version=manifest.model_version,
        files={name: _stored(plugin, spec, artifacts) for name, spec in manifest.models.items()},
        created=_created(models, manifest),
        notes=notes,
        canvas=manifest.canvas,
    )
    _register(card, models)
    if Alias.CHAMPION not in models.aliases(manifest.id):
        models.promote(manifest.id, card.version, by="host", reason=notes)


def _stored(plugin: Plugin, spec: ModelSpec, artifacts: ArtifactStore) -> ModelFile:
    key = artifact_key("models", spec.sha256, f".{spec.format}")
    if not artifacts.exists(key):
        artifacts.put(key, plugin.read_model(spec))
    return ModelFile(key=key, sha256=spec.sha256, format=spec.format, inputs=spec.inputs, outputs=spec.outputs)


def _created(models: ModelRegistry, manifest: DetectorManifest) -> datetime:
    try:
        return models.card(manifest.id, manifest.model_version).created
    except NotFoundError:
        return utc_now()


def _register(card: ModelCard, models: ModelRegistry) -> None:
    try:
        models.register(card)
    except ConflictError:
        # Another thread or process installed the same weights at the same moment.
        if models.card(card.name, card.version).sha256 != card.sha256:
            raise
