"""Imports the code of plugins, and turns whatever it raises into errors of the platform."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from helioscribe.domain.errors import HelioscribeError, PluginError

__all__ = ["load_reference", "plugin_error"]


def plugin_error(error: BaseException, *, doing: str) -> HelioscribeError:
    """Return what to raise for an exception in a plugin: a `PluginError`, or the platform's own error as it is."""
    if isinstance(error, HelioscribeError):
        return error
    text = " ".join(str(error).split())
    return PluginError(f"{doing}: {type(error).__name__}{': ' + text if text else ''}")


def load_reference(reference: str) -> Any:
    """Import the function that a manifest names as ``module:function``.

    Raises
    ------
    PluginError
        If the module cannot be imported, or holds no such function.
    """
    module, _, name = reference.partition(":")
    try:
        found = getattr(import_module(module), name)
    except (Exception, SystemExit) as error:  # foreign code: it must take nothing else down
        raise plugin_error(error, doing=f"importing {reference}") from error
    if not callable(found):
        raise PluginError(f"importing {reference}: expected a function, got {type(found).__name__}")
    return found
