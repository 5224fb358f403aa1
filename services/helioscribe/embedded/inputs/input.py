"""One input of the platform: a name, and how to open it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

__all__ = ["Input"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One file, here or elsewhere."""

    name: str
    """For people."""

    open: Callable[[], BinaryIO]
    """Opens it; raises a `HelioscribeError` in one clear line."""

    archive: str = "file"
    """Where it comes from."""

    lost: bool = True
    """Whether it is a lost observation if it cannot be opened, for the ledger; a path that nobody has is a slip."""
