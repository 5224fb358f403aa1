"""Measures the detector on labelled data, beside a plain threshold and other settings of itself."""

from helioscribe_stix_lstm.evaluation._evaluate import evaluate

__all__ = ["evaluate"]
