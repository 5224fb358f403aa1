"""How good the detector is, on events that its network has never seen."""

from helioscribe_jet_rcnn.evaluation._evaluate import evaluate

__all__ = ["evaluate"]
