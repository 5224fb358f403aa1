"""For scripts that run as training jobs: where data lies, where files go, and how to report a number.

Lies on the path of every script, needs nothing but Python, and may be left alone: a line of standard output such as
``{"metric": "loss", "value": 0.1, "step": 3}`` reports a number as well.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

__all__ = ["data", "metric", "outputs"]


def data() -> Path:
    """Return the folder of the dataset; an empty one if the job has none."""
    return Path(os.environ["HELIOSCRIBE_SCRIPT_DATA"])


def outputs() -> Path:
    """Return the folder whose files are kept when the script ends."""
    return Path(os.environ["HELIOSCRIBE_SCRIPT_OUTPUTS"])


def metric(name: str, value: float, *, step: int = 0) -> None:
    """Report a number; each name has one a step."""
    print(json.dumps({"metric": name, "value": float(value), "step": step}), flush=True)  # noqa: T201
