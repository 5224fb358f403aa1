"""Libraries that are loaded where they are used, by whichever thread comes first."""

from __future__ import annotations

from importlib import import_module
from threading import Lock

__all__ = ["load"]

_ONE_AT_A_TIME = Lock()


def load(name: str) -> None:
    """Load the beginning of a library before a part of it is imported.

    Threads that begin with different parts of a library whose parts import each other, such as sunpy and matplotlib,
    wait for each other's locks; Python then lets one of them go on with a module that is not complete, which fails,
    and goes on failing. Raises `ImportError` if the library is not installed.
    """
    with _ONE_AT_A_TIME:
        import_module(name)
