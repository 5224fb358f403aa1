"""Detections become events: pure functions that match, extend, open and close."""

from __future__ import annotations

from dataclasses import dataclass

from helioscribe.domain.event import Event

__all__ = ["EventChange"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventChange:
    """A new revision of an event, and why."""

    event: Event
    """As it is from now on; revision 1 opens it."""

    reason: str
    """In words, for the log."""
