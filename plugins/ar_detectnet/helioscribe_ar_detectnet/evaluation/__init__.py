"""How good the detector is: on real disks with NOAA's regions, on real patches, and on simulated suns."""

from helioscribe_ar_detectnet.evaluation._evaluate import evaluate

__all__ = ["evaluate"]
