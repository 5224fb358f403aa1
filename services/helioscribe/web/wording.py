"""How events are told to people, on pages and in terminals alike."""

from __future__ import annotations

from datetime import datetime

from helioscribe.domain.event import Event
from helioscribe.domain.times import format_utc

__all__ = ["counted", "moment", "strength"]


def moment(time: datetime | None) -> str:
    """Return a time to the second, such as ``2020-11-17 21:54:24``; empty for none."""
    return "" if time is None else format_utc(time)[:19].replace("T", " ")


def strength(event: Event) -> str:
    """Return the GOES class of a flare or its peak flux with its unit; empty if neither is known."""
    attributes = event.attributes
    if name := attributes.get("fl_goescls"):
        return str(name)
    if isinstance(flux := attributes.get("fl_peakflux"), int | float):
        return f"{flux:.4g} {attributes.get('fl_peakfluxunit', '')}".strip()
    return ""


def counted(number: int, noun: str) -> str:
    """Return such as ``1 event`` or ``37 events``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
