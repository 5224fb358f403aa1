"""The tables. Events carry HEK's column names."""

from helioscribe.db.tables.base import metadata
from helioscribe.db.tables.events import event_observations, events, relations, reviews, revisions, standings
from helioscribe.db.tables.observed import coverage, detections, failures, observations, runs
from helioscribe.db.tables.subscriptions import dead_letters, subscriptions
from helioscribe.db.tables.work import (
    alias_changes,
    benchmarks,
    embedding_spaces,
    embeddings,
    jobs,
    measurements,
    models,
    run_entries,
)

__all__ = [
    "alias_changes",
    "benchmarks",
    "coverage",
    "dead_letters",
    "detections",
    "embedding_spaces",
    "embeddings",
    "event_observations",
    "events",
    "failures",
    "jobs",
    "measurements",
    "metadata",
    "models",
    "observations",
    "relations",
    "reviews",
    "revisions",
    "run_entries",
    "runs",
    "standings",
    "subscriptions",
]
