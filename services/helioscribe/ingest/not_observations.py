"""Texts that are often given for observations and are none: what they are, and who takes them."""

from __future__ import annotations

from codecs import BOM_UTF8

from helioscribe.runtime.catalogues.noaa import is_noaa_report

__all__ = ["what_it_is"]

_START = 2048
_IMPORTED = "no observation; `helioscribe events import` takes its records"


def what_it_is(data: bytes) -> str:
    """Return what a text is instead of an observation, and what to do with it; empty if that cannot be told."""
    start = data[:_START].removeprefix(BOM_UTF8).decode("latin-1").lstrip().lower()
    if start.startswith(("<!doctype html", "<html")):
        return "a web page instead of data; servers answer so when they have no such file or want a login"
    if is_noaa_report(start):
        return f"a report of NOAA is {_IMPORTED}"
    if start.startswith("<") and "voevent" in start:
        return f"a VOEvent is {_IMPORTED}"
    if start.startswith(("{", "[")):
        return "JSON holds no observation; a reply of HEK or a list of events is for `helioscribe events import`"
    return ""
