"""What plugin authors test with: a synthetic Sun, and the promises that every detector must keep."""

from helioscribe.sdk.testing.conformance import Report, check_plugin
from helioscribe.sdk.testing.shipped import ShippedModels
from helioscribe.sdk.testing.sun import synthetic_image, synthetic_light_curve, synthetic_sequence

__all__ = ["Report", "ShippedModels", "check_plugin", "synthetic_image", "synthetic_light_curve", "synthetic_sequence"]
