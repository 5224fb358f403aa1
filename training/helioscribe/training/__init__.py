"""From a recipe to a registered model; importing this costs nothing, torch is imported when a function needs it."""

from helioscribe.training.evaluate import evaluate
from helioscribe.training.recipe import complete, parse_setting, resolve_options
from helioscribe.training.train import train

__all__ = ["complete", "evaluate", "parse_setting", "resolve_options", "train"]
