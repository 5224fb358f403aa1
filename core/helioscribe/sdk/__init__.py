"""All that a plugin may import beside `helioscribe.domain`."""

from helioscribe.sdk.detector import Detector, DetectorFactory, Evaluation, Model, Models, OutputWriter
from helioscribe.sdk.manifest import HOST_API, DetectorManifest
from helioscribe.sdk.manifest_file import parse_manifest

__all__ = [
    "HOST_API",
    "Detector",
    "DetectorFactory",
    "DetectorManifest",
    "Evaluation",
    "Model",
    "Models",
    "OutputWriter",
    "parse_manifest",
]
