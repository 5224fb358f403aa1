"""An input of the command line: a name, and a way to open it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

__all__ = ["Input"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One file, local or remote."""

    name: str
    """Name to show to people."""

    open: Callable[[], BinaryIO]
    """Opens the file; raises a `HelioscribeError`."""

    archive: str = "file"
    """Name of the archive that it comes from."""

    lost: bool = True
    """Whether to record a failure if it cannot be opened; not for a path that does not exist, a typing mistake."""
