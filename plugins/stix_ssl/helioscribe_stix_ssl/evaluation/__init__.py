"""How good the detector is: on planted oddities, on real maps, and against simple baselines."""

from helioscribe_stix_ssl.evaluation._evaluate import evaluate

__all__ = ["evaluate"]
