"""Backfills: runs of a detector on all observations of a span of time, with the lowest priority."""

from helioscribe.runtime.backfills.handlers import Backfills
from helioscribe.runtime.backfills.walk import Backfill

__all__ = ["Backfill", "Backfills"]
