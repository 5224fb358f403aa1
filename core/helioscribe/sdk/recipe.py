"""Reads recipes: TOML files with the settings of a training."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from helioscribe.domain.errors import InvalidInputError

__all__ = ["HOST_SETTINGS", "Recipe", "read_recipe"]

HOST_SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "training": {"epochs": 20, "batch_size": 32, "accumulate": 1, "seed": 1, "precision": "float32", "clip_norm": 0.0},
    "optimizer": {"optimizer": "adam", "learning_rate": 0.001, "momentum": 0.9, "weight_decay": 0.0},
    "scheduler": {"scheduler": "none", "gamma": 0.9, "factor": 0.75, "plateau_patience": 3, "lowest_rate": 0.0},
    "early_stopping": {"monitor": "validation_loss", "direction": "lower", "patience": 0, "min_delta": 0.0},
    "threshold": {"objective": "f1", "beta": 1.0, "least_recall": 0.9, "most_false_alarms": 0.1},
}
"""Settings of the host and their defaults, by the table of the recipe to which they belong; see docs/training.md."""

_OF_PROGRAMS = ("dataset", "network", "loss", "augmentation", "metrics", "export")
_ABOUT = ("detector", "title")
_LARGEST = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """The content of a recipe file."""

    detector: str = ""
    """Id of the detector whose model is trained; empty if the file does not say."""

    title: str = ""
    """What the recipe is for, in words."""

    options: Mapping[str, Any] = field(default_factory=dict)
    """All settings by name, whichever table they are in."""

    search: Mapping[str, Any] = field(default_factory=dict)
    """The table ``[search]``, which `helioscribe train search` reads."""


def read_recipe(path: Path) -> Recipe:
    """Read a recipe.

    Tables only group the settings: each setting has a name of its own and may be in one table only. The key ``name`` of
    a table sets the setting that is called like the table, so that ``[optimizer] name = "adamw"`` sets ``optimizer``.
    The tables of the host and their settings are in `HOST_SETTINGS`. The tables ``[dataset]``, ``[network]``,
    ``[loss]``, ``[augmentation]``, ``[metrics]`` and ``[export]`` hold settings of the training program.

    Raises
    ------
    InvalidInputError
        If the file cannot be read or is not TOML, a table is unknown, or a setting is in the wrong table or set twice.
    """
    content = _parsed(path)
    about = {name: content.pop(name, "") for name in _ABOUT}
    for name, text in about.items():
        if not isinstance(text, str):
            raise InvalidInputError(f"recipe {path.name}: {name}: expected text, got {text!r}")
    search = content.pop("search", {})
    if not isinstance(search, dict):
        raise InvalidInputError(f"recipe {path.name}: search: expected a table, got {search!r}")
    return Recipe(**about, options=_flat(content, path.name), search=search)


def _parsed(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as stream:
            data = stream.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            raise InvalidInputError(f"recipe {path.name}: larger than {_LARGEST} bytes")
        return tomllib.loads(data.decode())
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidInputError.wrap(error, doing=f"recipe {path.name}") from None


def _flat(content: Mapping[str, Any], file: str) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for name, value in content.items():
        found = _table(name, value, file) if isinstance(value, dict) else {name: value}
        if twice := sorted(set(found) & set(options)):
            raise InvalidInputError(f"recipe {file}: {twice[0]} is set twice")
        options |= found
    return options


def _table(table: str, values: Mapping[str, Any], file: str) -> dict[str, Any]:
    if table not in HOST_SETTINGS and table not in _OF_PROGRAMS:
        known = ", ".join((*HOST_SETTINGS, *_OF_PROGRAMS))
        raise InvalidInputError(f"recipe {file}: no table [{table}]; available: {known}")
    found = {table if name == "name" else name: value for name, value in values.items()}
    if wrong := sorted(set(found) - set(HOST_SETTINGS.get(table, found))):
        known = ", ".join("name" if name == table else name for name in HOST_SETTINGS[table])
        raise InvalidInputError(f"recipe {file}: [{table}] has no setting {wrong[0]!r}; available: {known}")
    return found
