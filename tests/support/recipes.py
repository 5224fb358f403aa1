"""Complete settings of the tiny program."""

from __future__ import annotations

from typing import Any

from helioscribe.training.recipe import complete, resolve_options
from support.tiny_training import TinyProgram

__all__ = ["tiny_options"]


def tiny_options(**changes: Any) -> dict[str, Any]:
    """Defaults of host and program, with some changed."""
    return resolve_options(complete(TinyProgram().recipe()), changes)
