"""Settings of a training run: the host's defaults, then the program's, then a recipe file, then single settings."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from helioscribe.domain.errors import InvalidInputError
from helioscribe.sdk.recipe import HOST_SETTINGS

__all__ = ["complete", "parse_setting", "recipe_file", "resolve_options"]


def complete(defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Return the program's defaults with the host's settings that it does not give.

    Raises
    ------
    InvalidInputError
        If the program gives one of the host's settings another type.
    """
    host = {name: value for table in HOST_SETTINGS.values() for name, value in table.items()}
    own = {name: _like(name, value, host[name]) if name in host else value for name, value in defaults.items()}
    return host | own


def recipe_file(name: str) -> Path:
    """Return the file that is named, or else the recipe of that name that comes with the platform."""
    path = Path(name)
    shipped = Path(__file__).parent / "recipes" / path.name
    return shipped if name == path.name and not path.exists() and shipped.is_file() else path


def parse_setting(text: str, *, option: str = "--set") -> tuple[str, Any]:
    """Read ``key=value``, given with an option; the value is TOML, and text without quotes is text.

    Raises
    ------
    InvalidInputError
        If there is no ``=``.
    """
    name, mark, value = text.partition("=")
    if not mark or not name.strip():
        raise InvalidInputError(f"{option} {text!r}: expected key=value")
    try:
        return name.strip(), tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return name.strip(), value.strip()


def resolve_options(defaults: Mapping[str, Any], *overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Return all settings: defaults, then each of `overrides` in turn.

    Raises
    ------
    InvalidInputError
        For a setting that there is not, or a value of another type than its default.
    """
    options = dict(defaults)
    for override in overrides:
        for name, value in override.items():
            if name not in defaults:
                raise InvalidInputError(f"recipe: no setting {name!r}; available: {', '.join(sorted(defaults))}")
            options[name] = _like(name, value, defaults[name])
    return options


def _like(name: str, value: Any, default: Any) -> Any:
    if default is None:
        return value
    if type(default) is float and type(value) is int:
        value = float(value)
    if type(value) is not type(default):
        raise InvalidInputError(f"recipe: {name}: expected {type(default).__name__}, got {value!r}")
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidInputError(f"recipe: {name}: expected a finite number, got {value}")
    return value
