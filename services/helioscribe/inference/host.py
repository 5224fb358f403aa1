"""Holds the detectors and their models, and runs them on products."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version as installed_version

from helioscribe.domain.detection import DetectionResult, Method, Provenance, Value
from helioscribe.domain.errors import ConflictError, NotFoundError, PluginError
from helioscribe.domain.identity import digest
from helioscribe.domain.model import Alias, ModelCard, ModelFile
from helioscribe.domain.product import Product
from helioscribe.domain.serving import USUAL
from helioscribe.domain.times import utc_now
from helioscribe.inference.guard import check_result
from helioscribe.inference.options import Serving
from helioscribe.inference.pool import ModelPool
from helioscribe.inference.version import LoadedVersion
from helioscribe.ports.artifacts import ArtifactStore, artifact_key
from helioscribe.ports.models import ModelRegistry
from helioscribe.runtime.detect_jobs import resolved
from helioscribe.sdk.detector import DetectorFactory
from helioscribe.sdk.discovery import Plugin, PluginState, discover
from helioscribe.sdk.loading import load_reference, plugin_error
from helioscribe.sdk.manifest import DetectorManifest

__all__ = ["DetectorHost", "HostedResult", "Source", "code_version"]

_log = logging.getLogger(__name__)
_RUNNABLE = (PluginState.COMPATIBLE, PluginState.LOADED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a product comes from, for the provenance of what is found in it."""

    observation_ids: tuple[str, ...]
    """Empty for a product that was sent along with a question."""

    input_sha256: str
    """Digest of the product's bytes."""

    channel: str = ""
    """Of the observation."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HostedResult:
    """A result, and by what method it was made."""

    result: DetectionResult
    """With provenance on every detection."""

    method: Method
    """What ran."""


class DetectorHost:
    """Runs detectors. Code and models are loaded when they are first needed; many threads may call.

    Parameters
    ----------
    models
        Says which version serves.
    artifacts
        Where its files are.
    plugins
        The detectors; all that are installed by default.
    serving
        How models are held; in this process by default.
    """

    def __init__(
        self,
        *,
        models: ModelRegistry,
        artifacts: ArtifactStore,
        plugins: Sequence[Plugin] | None = None,
        serving: Serving | None = None,
    ) -> None:
        self._models, self._artifacts = models, artifacts
        self.pool = ModelPool(artifacts, serving or Serving())
        found = discover() if plugins is None else plugins
        self._plugins = {f"{plugin.name} {plugin.distribution}": plugin for plugin in found}
        self._lock = threading.RLock()

    def plugins(self) -> list[Plugin]:
        """Return all detectors with their states, the broken ones too."""
        with self._lock:
            return list(self._plugins.values())

    def manifests(self) -> list[DetectorManifest]:
        """Return the manifests of detectors that can run."""
        return [plugin.manifest for plugin in self.plugins() if plugin.manifest and plugin.state in _RUNNABLE]

    def manifest(self, detector: str) -> DetectorManifest:
        """Return the manifest of a detector that can run.

        Raises
        ------
        NotFoundError
            If no plugin has that name.
        PluginError
            If it has one, but it cannot run.
        """
        return self._manifest(self._plugin(detector))

    def install_models(self) -> None:
        """Put the weights that ship with plugins into the registry; they serve where nothing else does.

        A plugin whose weights cannot be installed is left behind with its error; what serves it already goes on.
        """
        for plugin in self.plugins():
            if plugin.manifest is None or plugin.state not in _RUNNABLE or not plugin.manifest.models:
                continue
            try:
                self._install(plugin, plugin.manifest)
            except ConflictError as error:
                _log.warning(
                    "%s: the weights that ship with it are not those registered: %s", plugin.name, error.message
                )
            except PluginError as error:
                self._set(plugin.into(PluginState.FAILED, error.message))

    def models_of(self, detector: str) -> LoadedVersion:
        """Return the graphs and arrays that serve a detector now. Raises as `run` does."""
        plugin = self._plugin(detector)
        manifest = self._manifest(plugin)
        return self._loaded(manifest, self._champion(plugin, manifest))

    def serving(self) -> dict[str, str]:
        """Return what each detector with a model would run now: version and where it runs, once loaded."""
        told = {}
        for manifest in self.manifests():
            if manifest.models:
                card = self._champion(self._plugin(manifest.id), manifest)
                loaded = self._loaded(manifest, card)
                told[manifest.id] = f"{card.version if card else ''} on {', '.join(loaded.providers) or 'numpy'}"
        return told

    def load(self, card: ModelCard) -> LoadedVersion:
        """Load a model version anew, beside the one that serves. Raises as `ModelPool.open` does."""
        return self.pool.reload(card, _lengths(self.manifest(card.name)))

    def run(
        self,
        detector: str,
        product: Product,
        *,
        source: Source,
        parameters: Mapping[str, Value] | None = None,
        model_version: str | None = None,
        priority: int = USUAL,
        check: Callable[[], None] = lambda: None,
    ) -> HostedResult:
        """Run a detector on a product.

        Parameters
        ----------
        detector
            Id of the detector.
        product
            What to look at.
        source
            Where it comes from.
        parameters
            What the caller wants otherwise than manifest and model card say.
        model_version
            Whose weights run; those that serve by default.
        priority
            Of its graphs among all that wait for a run: 1 first.
        check
            Called before every run of a graph and while it waits; raises if the work shall stop.

        Raises
        ------
        NotFoundError
            For an unknown detector or version of its model.
        InvalidInputError
            If product or parameters are not what the detector takes.
        PluginError
            If the detector breaks its contract.
        """
        plugin = self._plugin(detector)
        manifest = self._manifest(plugin)
        card = self._models.card(detector, model_version) if model_version else self._champion(plugin, manifest)
        chosen = resolved(manifest, card, parameters or {})
        make = self._load(plugin, manifest)
        models = self._loaded(manifest, card).asked(check, priority=priority)
        check()
        try:
            result = make(chosen).detect(product, models)
        except Exception as error:  # foreign code: it must take nothing else down
            raise plugin_error(error, doing=f"detector {detector}") from error
        check_result(result, manifest, product)
        method = _method(manifest, card, chosen)
        provenance = _provenance(method, product, source)
        stamped = tuple(detection.by(provenance) for detection in result.detections)
        return HostedResult(result=replace(result, detections=stamped), method=method)

    def _plugin(self, detector: str) -> Plugin:
        named = [plugin for plugin in self.plugins() if plugin.name == detector]
        if not named:
            known = ", ".join(manifest.id for manifest in self.manifests()) or "none"
            raise NotFoundError(f"no detector {detector!r}; there is: {known}")
        return named[0]

    @staticmethod
    def _manifest(plugin: Plugin) -> DetectorManifest:
        if plugin.manifest is None or plugin.state not in _RUNNABLE:
            raise PluginError(f"detector {plugin.name} cannot run: {plugin.error}")
        return plugin.manifest

    def _load(self, plugin: Plugin, manifest: DetectorManifest) -> DetectorFactory:
        try:
            make = load_reference(manifest.entry)
        except PluginError as error:
            self._set(plugin.into(PluginState.FAILED, error.message))
            raise
        if plugin.state is not PluginState.LOADED:
            self._set(plugin.into(PluginState.LOADED))
        return make  # type: ignore[no-any-return]

    def _set(self, plugin: Plugin) -> None:
        with self._lock:
            self._plugins[f"{plugin.name} {plugin.distribution}"] = plugin

    def _champion(self, plugin: Plugin, manifest: DetectorManifest) -> ModelCard | None:
        if not manifest.models:
            return None
        try:
            return self._models.resolve(manifest.id)
        except NotFoundError:
            self._install(plugin, manifest)
            return self._models.resolve(manifest.id)

    def _loaded(self, manifest: DetectorManifest, card: ModelCard | None) -> LoadedVersion:
        if card is None:
            return LoadedVersion.empty(manifest.id)
        found = self.pool.loaded(card)
        if found is None:
            # The new version is whole before the old one is let go.
            found = self.pool.open(card, _lengths(manifest))
            self._retire(manifest.id, card.version)
        return found

    def _retire(self, name: str, serving: str) -> None:
        kept = {serving, *self._models.aliases(name).values()}
        for other in self.pool.versions(name):
            if other.card.version not in kept:
                self.pool.drop(name, other.card.version)

    def _install(self, plugin: Plugin, manifest: DetectorManifest) -> None:
        files = {}
        for name, spec in manifest.models.items():
            key = artifact_key("models", spec.sha256, f".{spec.format}")
            if not self._artifacts.exists(key):
                self._artifacts.put(key, _shipped(plugin, spec.file, spec.sha256))
            files[name] = ModelFile(
                key=key, sha256=spec.sha256, format=spec.format, inputs=spec.inputs, outputs=spec.outputs
            )
        card = ModelCard(
            name=manifest.id,
            version=manifest.model_version,
            files=files,
            created=_created(self._models, manifest),
            notes=f"ships with {plugin.distribution} {plugin.version}",
            canvas=manifest.canvas,
        )
        self._register(card)
        if Alias.CHAMPION not in self._models.aliases(manifest.id):
            reason = f"ships with {plugin.distribution} {plugin.version}"
            self._models.promote(manifest.id, card.version, by="host", reason=reason)

    def _register(self, card: ModelCard) -> None:
        try:
            self._models.register(card)
        except ConflictError:
            # Another thread or process installed the same weights at the same moment.
            if self._models.card(card.name, card.version).sha256 != card.sha256:
                raise


def code_version() -> str:
    """Return the version of the platform that runs."""
    return installed_version("helioscribe")


def _shipped(plugin: Plugin, file: str, sha256: str) -> bytes:
    if plugin.root is None:
        raise PluginError(f"detector {plugin.name}: its package was not found")
    try:
        data = (plugin.root / file).read_bytes()
    except OSError as error:
        raise PluginError.wrap(error, doing=f"detector {plugin.name}: model file {file}") from error
    if digest(data) != sha256:
        raise PluginError(f"detector {plugin.name}: model file {file} is not the one that its manifest names")
    return data


def _lengths(manifest: DetectorManifest) -> Mapping[str, Mapping[str, int]]:
    return {name: spec.example for name, spec in manifest.models.items()}


def _created(models: ModelRegistry, manifest: DetectorManifest) -> datetime:
    try:
        return models.card(manifest.id, manifest.model_version).created
    except NotFoundError:
        return utc_now()


def _method(manifest: DetectorManifest, card: ModelCard | None, parameters: Mapping[str, Value]) -> Method:
    info = manifest.method
    return Method(
        detector=manifest.id,
        version=manifest.version,
        model_version=card.version if card else "",
        model_sha256=card.sha256 if card else "",
        parameters=parameters,
        name=info.name,
        institute=info.institute,
        contact=info.contact,
        url=info.url,
    )


def _provenance(method: Method, product: Product, source: Source) -> Provenance:
    return Provenance(
        method=method,
        observation_ids=source.observation_ids,
        input_sha256=source.input_sha256,
        observatory=product.observatory,
        instrument=product.instrument,
        channel=source.channel,
        observer=product.observer,
        light_travel_time=product.light_travel_time,
        code_version=code_version(),
    )
