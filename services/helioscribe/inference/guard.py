"""What stands between the host and a plugin: the wish to stop on the way in, a sound result on the way out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from numpy.typing import NDArray

from helioscribe.domain.detection import Detection, DetectionResult
from helioscribe.domain.errors import PluginError
from helioscribe.domain.product import Product
from helioscribe.sdk import Model, Models
from helioscribe.sdk.manifest import DetectorManifest

__all__ = ["CheckedModels", "check_result"]

_MOST = 100_000
_SLACK = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _CheckedModel:
    model: Model
    check: Callable[[], None]

    def __call__(self, **tensors: NDArray[Any]) -> dict[str, NDArray[Any]]:
        self.check()
        return self.model(**tensors)


@dataclass(frozen=True, slots=True)
class CheckedModels:
    """Models that ask before every run whether the work shall go on."""

    models: Models
    """The real ones."""

    check: Callable[[], None]
    """Raises if the work shall stop."""

    def __getitem__(self, name: str) -> Model:
        """Return a graph."""
        return _CheckedModel(self.models[name], self.check)

    def arrays(self, name: str) -> Mapping[str, NDArray[Any]]:
        """Return fitted arrays."""
        return self.models.arrays(name)


def check_result(result: object, manifest: DetectorManifest, product: Product) -> None:
    """Raise `PluginError` unless a result keeps the detector's promises.

    Classes must be declared in the manifest and times must lie in the product, give or take a minute.
    """
    if not isinstance(result, DetectionResult):
        raise PluginError(f"detector {manifest.id} returned {type(result).__name__}, expected a DetectionResult")
    if len(result.detections) > _MOST:
        raise PluginError(f"detector {manifest.id} returned {len(result.detections)} detections; {_MOST} at most")
    for detection in result.detections:
        _check_detection(detection, manifest, product)


def _check_detection(detection: Detection, manifest: DetectorManifest, product: Product) -> None:
    if detection.event_type not in manifest.event_types:
        declared = ", ".join(manifest.event_types)
        raise PluginError(f"detector {manifest.id} claims {detection.event_type}, but declares {declared}")
    span = product.time_range
    if detection.time_range.start < span.start - _SLACK or detection.time_range.end > span.end + _SLACK:
        raise PluginError(
            f"detector {manifest.id} claims an event {detection.time_range.start} to {detection.time_range.end}, "
            f"outside of its input {span.start} to {span.end}"
        )
