"""Recognises texts that are often given by mistake instead of observations, and says what to do with them."""

from __future__ import annotations

from codecs import BOM_UTF8

from helioscribe.runtime.catalogues.noaa import is_noaa_report

__all__ = ["what_it_is"]

_START = 2048
_IMPORTED = "not an observation; import its records with `helioscribe events import`"


def what_it_is(data: bytes) -> str:
    """Return what a text is instead of an observation, and what to do with it; empty if it is not recognised."""
    start = data[:_START].removeprefix(BOM_UTF8).decode("latin-1").lstrip().lower()
    if start.startswith(("<!doctype html", "<html")):
        return "a web page instead of data; servers send one if a file is missing or needs a login"
    if is_noaa_report(start):
        return f"a report of NOAA is {_IMPORTED}"
    if start.startswith("<") and "voevent" in start:
        return f"a VOEvent is {_IMPORTED}"
    if start.startswith(("{", "[")):
        return "JSON, not an observation; import an answer of HEK or a list of events with `helioscribe events import`"
    return ""
