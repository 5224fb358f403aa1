"""For the tests of plugins: a check of everything that a detector must do, and synthetic products."""

from helioscribe.sdk.testing.conformance import Report, check_plugin
from helioscribe.sdk.testing.shipped import ShippedModels
from helioscribe.sdk.testing.sun import synthetic_image, synthetic_light_curve, synthetic_sequence

__all__ = ["Report", "ShippedModels", "check_plugin", "synthetic_image", "synthetic_light_curve", "synthetic_sequence"]
