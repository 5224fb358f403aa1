"""A detector over everything that the catalogue has of a span of time, behind all live work."""

from helioscribe.runtime.backfills.handlers import Backfills
from helioscribe.runtime.backfills.walk import Backfill

__all__ = ["Backfill", "Backfills"]
