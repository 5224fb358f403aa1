"""What stands between the host and a plugin's result: it must be sound."""

from __future__ import annotations

from datetime import timedelta

from helioscribe.domain.detection import Detection, DetectionResult
from helioscribe.domain.errors import PluginError
from helioscribe.domain.product import Product
from helioscribe.sdk.manifest import DetectorManifest

__all__ = ["check_result"]

_MOST = 100_000
_SLACK = timedelta(minutes=1)


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
