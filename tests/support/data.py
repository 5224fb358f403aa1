"""Real observations, which are not part of the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

__all__ = ["DATA", "real_file"]

DATA = Path(os.environ.get("HELIOSCRIBE_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
"""Folder of the observations: ``HELIOSCRIBE_DATA``, or beside the repository."""


def real_file(path: str) -> Path:
    """Path of a real file; the test is skipped where it is missing."""
    found = DATA / path
    if not found.is_file():
        pytest.skip(f"no real data: {found} is missing; HELIOSCRIBE_DATA names their folder")
    return found
