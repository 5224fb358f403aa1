"""A detector is measured on labelled data by its own evaluation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from helioscribe.domain.detection import DetectionResult, Parameters
from helioscribe.domain.errors import InvalidInputError, PluginError
from helioscribe.domain.identity import plain_json
from helioscribe.domain.product import Product
from helioscribe.sdk.detector import Evaluation
from helioscribe.sdk.discovery import Plugin, find_plugin
from helioscribe.sdk.loading import load_reference, plugin_error
from helioscribe.training.reports.files import write_json

__all__ = ["evaluate", "metric_of"]


def evaluate(
    detector: str | Plugin,
    data: Path,
    *,
    read: Callable[[Path], Product],
    detect: Callable[[Product, Parameters], DetectionResult],
    folder: Path | None,
) -> dict[str, Any]:
    """Measure a detector with the model that serves.

    Parameters
    ----------
    detector
        Id of an installed detector, or its plugin.
    data
        Folder of labelled data.
    read
        The platform's reader of files.
    detect
        Runs the detector on a product with some parameters changed; nothing is recorded.
    folder
        Where ``metrics.json`` and plots go; None for none.

    Returns
    -------
    dict
        Metrics by the name of the data that they were measured on; JSON values.

    Raises
    ------
    NotFoundError
        For an unknown detector.
    InvalidInputError
        If the detector has no evaluation, or the folder holds nothing that can be used.
    PluginError
        If the evaluation breaks, or returns what JSON cannot hold.
    """
    plugin = find_plugin(detector) if isinstance(detector, str) else detector
    if plugin.manifest is None:
        raise PluginError(f"detector {plugin.name} cannot be used: {plugin.error}")
    if not plugin.manifest.evaluation:
        raise InvalidInputError(f"detector {plugin.name} has no evaluation: its manifest names none")
    if not data.is_dir():
        raise InvalidInputError(f"evaluation data: no such folder: {data}")
    measure: Evaluation = load_reference(plugin.manifest.evaluation)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    try:
        metrics = measure(data, read=read, detect=detect, folder=folder)
    except Exception as error:  # foreign code: whatever it raises, the user reads one line
        raise plugin_error(error, doing=f"evaluation of {plugin.name}") from error
    return _stored(metrics, plugin.name, folder)


def metric_of(metrics: Mapping[str, Any], path: str) -> float:
    """Return the number at a place such as ``real disks/f1``. Raises `InvalidInputError` if there is none."""
    found: Any = metrics
    for name in path.split("/"):
        found = found.get(name) if isinstance(found, Mapping) else None
    if not isinstance(found, (int, float)):
        raise InvalidInputError(f"no metric {path!r}, expected A/B with A one of {', '.join(metrics)}")
    return float(found)


def _stored(metrics: Any, name: str, folder: Path | None) -> dict[str, Any]:
    try:
        plain = plain_json(metrics)
    except (InvalidInputError, TypeError, ValueError) as error:
        raise PluginError.wrap(error, doing=f"evaluation of {name}") from None
    if folder is not None:
        write_json(folder / "metrics.json", plain)
    return plain
