"""Versions of one archive file, recognised by their names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from helioscribe.domain.observation import Observation

__all__ = ["version_notes"]

_VERSIONED = re.compile(r"(?P<stem>.+)_V(?P<number>\d{2,})(?P<unfinished>U?)(?=[._]|$)")


def version_notes(name: str, others: Sequence[Observation]) -> tuple[str, ...]:
    """Return notes such as ``supersedes NAME (ID)``, which link the observations of several versions of one file.

    Parameters
    ----------
    name
        Name such as ``solo_L1_stix-ql-lightcurve_20240520_V02.fits``; ``U`` after the number marks an incomplete file.
    others
        Other observations of the same time and instrument.
    """
    mine = _ranked(name)
    if mine is None:
        return ()
    notes = []
    for other in sorted(others, key=lambda observation: observation.name):
        its = _ranked(other.name)
        if its is not None and its[0] == mine[0] and its[1] != mine[1]:
            notes.append(f"{'supersedes' if its[1] < mine[1] else 'superseded by'} {other.name} ({other.id})")
    return tuple(notes)


def _ranked(name: str) -> tuple[str, tuple[bool, int]] | None:
    """Return the name without its version, and the version: a complete file outranks every incomplete one."""
    found = _VERSIONED.match(name)
    return (found["stem"], (not found["unfinished"], int(found["number"]))) if found else None
