"""Everything that a detector imports.

The types of `helioscribe.domain` that most detectors need are repeated here, so that one import line is enough. Each is
described where it is defined. Tools for tests are in `helioscribe.sdk.testing`, for training in
`helioscribe.sdk.training`.
"""

from helioscribe.domain.coordinates import Box, Position
from helioscribe.domain.coverage import CoverageState, CoveredSpan
from helioscribe.domain.detection import Detection, DetectionResult, Parameters, ScoreSeries
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import ImageSequence, LightCurve, Product, SolarImage
from helioscribe.domain.times import TimeRange, from_datetime64
from helioscribe.sdk.coverage import cover_light_curve, runs_of
from helioscribe.sdk.detector import Detector, DetectorFactory, Evaluation, Model, Models, OutputWriter
from helioscribe.sdk.manifest import HOST_API, DetectorManifest
from helioscribe.sdk.manifest_file import parse_manifest

__all__ = [
    "HOST_API",
    "Box",
    "CoverageState",
    "CoveredSpan",
    "Detection",
    "DetectionResult",
    "Detector",
    "DetectorFactory",
    "DetectorManifest",
    "Evaluation",
    "ImageSequence",
    "InvalidInputError",
    "LightCurve",
    "Model",
    "Models",
    "OutputWriter",
    "Parameters",
    "Position",
    "Product",
    "ScoreSeries",
    "SolarImage",
    "TimeRange",
    "cover_light_curve",
    "from_datetime64",
    "parse_manifest",
    "runs_of",
]
