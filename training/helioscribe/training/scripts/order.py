"""What a script's order must say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from helioscribe.domain.errors import InvalidInputError

__all__ = ["SCRIPT", "ScriptOrder"]

SCRIPT = "script"
"""Stands in an order where else the id of a detector does."""

_MOST_ARGUMENTS = 200
_LONGEST = 4096
_MOST_HOURS = 24 * 14


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptOrder:
    """A script to run."""

    code: str
    """Id of the dataset version that holds the script's folder."""

    entry: str
    """Path of the script in that folder."""

    arguments: tuple[str, ...] = ()
    """What follows it on its command line."""

    hours: float = 24.0
    """How long it may run."""

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> ScriptOrder:
        """Read the options of an order. Raises `InvalidInputError`."""
        if unknown := sorted(set(options) - {"code", "entry", "arguments", "hours"}):
            raise InvalidInputError(f"script: no setting {unknown[0]!r:.40}; there are code, entry, arguments, hours")
        code, entry, hours = options.get("code"), options.get("entry"), options.get("hours", 24.0)
        if not isinstance(code, str) or not isinstance(entry, str) or not _inside(entry):
            raise InvalidInputError("script: expected code, a dataset's id, and entry, the path of a .py file in it")
        if isinstance(hours, bool) or not isinstance(hours, (int, float)) or not 0 < hours <= _MOST_HOURS:
            raise InvalidInputError(f"script: hours: expected more than 0 and at most {_MOST_HOURS}, got {hours!r:.20}")
        return cls(code=code, entry=entry, arguments=_arguments(options.get("arguments", ())), hours=float(hours))


def _inside(entry: str) -> bool:
    path = PurePosixPath(entry)
    return entry.endswith(".py") and not path.is_absolute() and ".." not in path.parts and "\0" not in entry


def _arguments(given: Any) -> tuple[str, ...]:
    if not isinstance(given, (list, tuple)) or len(given) > _MOST_ARGUMENTS:
        raise InvalidInputError(f"script: arguments: expected a list of at most {_MOST_ARGUMENTS}")
    texts = tuple(str(one) for one in given)
    if any(len(text) > _LONGEST or "\0" in text for text in texts):
        raise InvalidInputError(f"script: an argument is longer than {_LONGEST} characters, or holds a zero byte")
    return texts
