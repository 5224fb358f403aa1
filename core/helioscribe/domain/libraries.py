"""Thread-safe import of libraries that are imported only where they are used."""

from __future__ import annotations

from importlib import import_module
from threading import Lock

__all__ = ["load"]

_ONE_AT_A_TIME = Lock()


def load(name: str) -> None:
    """Import the top-level package of a library, one thread at a time; call it before importing a part of the library.

    In some libraries, such as sunpy and matplotlib, modules import each other in circles. If two threads begin with
    different modules, each waits for the other's import lock. Python resolves this by handing out an incomplete module,
    and from then on the import fails.

    Raises
    ------
    ImportError
        If the library is not installed.
    """
    with _ONE_AT_A_TIME:
        import_module(name)
