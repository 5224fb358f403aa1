"""Settings of a training run: the program's defaults, then a recipe file, then single settings."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from helioscribe.domain.errors import InvalidInputError

__all__ = ["Recipe", "parse_setting", "read_recipe", "resolve_options"]

_LARGEST = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A recipe file."""

    detector: str = ""
    """Whose model it trains; empty if the file does not say."""

    options: Mapping[str, Any] = field(default_factory=dict)
    """What it sets."""


def read_recipe(path: Path) -> Recipe:
    """Read a TOML file of settings, in which ``detector`` may name the detector.

    Raises
    ------
    InvalidInputError
        If there is no such file, or it is no TOML.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            raise InvalidInputError(f"recipe {path.name}: larger than {_LARGEST} bytes")
        options = tomllib.loads(data.decode())
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidInputError.wrap(error, doing=f"recipe {path.name}") from None
    detector = options.pop("detector", "")
    if not isinstance(detector, str):
        raise InvalidInputError(f"recipe {path.name}: detector: expected a name, got {detector!r}")
    return Recipe(detector=detector, options=options)


def parse_setting(text: str) -> tuple[str, Any]:
    """Read ``key=value``; the value is TOML, and text without quotes is text.

    Raises
    ------
    InvalidInputError
        If there is no ``=``.
    """
    name, mark, value = text.partition("=")
    if not mark or not name.strip():
        raise InvalidInputError(f"--set {text!r}: expected key=value")
    try:
        return name.strip(), tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return name.strip(), value.strip()


def resolve_options(defaults: Mapping[str, Any], *overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Return all settings: defaults, then each of `overrides` in turn.

    Raises
    ------
    InvalidInputError
        For a setting that the program does not have, or a value of another type than its default.
    """
    options = dict(defaults)
    for override in overrides:
        for name, value in override.items():
            if name not in defaults:
                raise InvalidInputError(f"recipe: no setting {name!r}; there is: {', '.join(sorted(defaults))}")
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
