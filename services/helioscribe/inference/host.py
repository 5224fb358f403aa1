"""Holds the detectors and their models, and runs them on products."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from helioscribe.domain.detection import Value
from helioscribe.domain.errors import ConflictError, NotFoundError, PluginError
from helioscribe.domain.model import ModelCard
from helioscribe.domain.product import Product
from helioscribe.domain.serving import USUAL
from helioscribe.inference.guard import check_result
from helioscribe.inference.hosted import HostedResult, Source, method_of, stamped
from helioscribe.inference.installed import InstalledDetectors
from helioscribe.inference.options import Serving
from helioscribe.inference.pool import ModelPool
from helioscribe.inference.shipped import install
from helioscribe.inference.version import LoadedVersion
from helioscribe.ports.artifacts import ArtifactStore
from helioscribe.ports.models import ModelRegistry
from helioscribe.runtime.detect_jobs import resolved
from helioscribe.sdk.discovery import Plugin, discover
from helioscribe.sdk.loading import plugin_error
from helioscribe.sdk.manifest import DetectorManifest

__all__ = ["DetectorHost"]

_log = logging.getLogger(__name__)


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
        self._detectors = InstalledDetectors(discover() if plugins is None else plugins)
        self.pool = ModelPool(artifacts, serving or Serving())

    def plugins(self) -> list[Plugin]:
        """Return all detectors with their states, the broken ones too."""
        return self._detectors.all()

    def manifests(self) -> list[DetectorManifest]:
        """Return the manifests of detectors that can run."""
        return [manifest for _, manifest in self._detectors.runnable()]

    def manifest(self, detector: str) -> DetectorManifest:
        """Return the manifest of a detector that can run. Raises as `InstalledDetectors.find` does."""
        return self._detectors.find(detector)[1]

    def install_models(self) -> None:
        """Put the weights that ship with plugins into the registry; they serve where nothing else does.

        A plugin whose weights cannot be installed is left behind with its error; what serves it already goes on.
        """
        for plugin, manifest in self._detectors.runnable():
            try:
                if manifest.models:
                    install(plugin, manifest, self._models, self._artifacts)
            except ConflictError as error:
                _log.warning(
                    "%s: the weights that ship with it are not those registered: %s", plugin.name, error.message
                )
            except PluginError as error:
                self._detectors.failed(plugin, error)

    def models_of(self, detector: str) -> LoadedVersion:
        """Return the graphs and arrays that serve a detector now. Raises as `run` does."""
        plugin, manifest = self._detectors.find(detector)
        return self._loaded(manifest, self._champion(plugin, manifest))

    def serving(self, detector: str) -> str:
        """Return what a detector with a model would run now: version and where it runs. Raises if it cannot run."""
        loaded = self.models_of(detector)
        return f"{loaded.card.version} on {', '.join(loaded.providers) or 'numpy'}"

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
        plugin, manifest = self._detectors.find(detector)
        make = self._detectors.load(plugin, manifest)
        with self._held(plugin, manifest, model_version) as (card, models):
            chosen = resolved(manifest, card, parameters or {})
            check()
            try:
                result = make(chosen).detect(product, models.asked(check, priority=priority))
            except Exception as error:  # foreign code: it must take nothing else down
                raise plugin_error(error, doing=f"detector {detector}") from error
        check_result(result, manifest, product)
        return stamped(result, method_of(manifest, card, chosen), product, source)

    @contextmanager
    def _held(
        self, plugin: Plugin, manifest: DetectorManifest, version: str | None
    ) -> Iterator[tuple[ModelCard | None, LoadedVersion]]:
        """Yield a version, the one that serves by default, which stays loaded meanwhile."""
        while True:
            card = self._models.card(manifest.id, version) if version else self._champion(plugin, manifest)
            found = self._loaded(manifest, card)
            if found.hold():  # else it was retired since, and is not in the pool any more
                break
        try:
            yield card, found
        finally:
            found.release()

    def _champion(self, plugin: Plugin, manifest: DetectorManifest) -> ModelCard | None:
        if not manifest.models:
            return None
        try:
            return self._models.resolve(manifest.id)
        except NotFoundError:
            install(plugin, manifest, self._models, self._artifacts)
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


def _lengths(manifest: DetectorManifest) -> Mapping[str, Mapping[str, int]]:
    return {name: spec.example for name, spec in manifest.models.items()}
