"""Tables of jobs, models, embeddings and training logs."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, Double, Index, Integer, String, Table, UniqueConstraint, text

from helioscribe.db.tables.base import column, metadata
from helioscribe.db.types import PlainText, UtcTime, Vector

__all__ = [
    "UNTRIED",
    "alias_changes",
    "benchmarks",
    "embedding_spaces",
    "embeddings",
    "jobs",
    "measurements",
    "models",
    "run_entries",
]

UNTRIED = "state = 'queued' AND attempts = 0 AND not_before IS NULL"
"""Condition that a job waits for its first attempt, see `domain.lease.untried`."""

jobs = Table(
    "jobs",
    metadata,
    column("id", String, key=True),
    column("kind", String),
    column("payload", JSON),
    column("state", String),
    column("attempts", Integer),
    column("max_attempts", Integer),
    column("progress", Double),
    column("error_code", String, null=True),
    column("error_message", PlainText, null=True),
    column("result", JSON),
    column("worker", PlainText),
    column("lease_until", UtcTime, null=True),
    column("not_before", UtcTime, null=True),
    column("cancel_requested", Boolean),
    column("created", UtcTime),
    column("updated", UtcTime),
    column("priority", Integer),
    column("trace", String),
    column("published", UtcTime, null=True),  # when its last message was sent
    column("group", String),
    Index(None, "created", "id"),
    Index(None, "state", "updated"),
    # Finds waiting jobs of the same group.
    Index(
        "ix_jobs_untried", "group", "priority", "created", postgresql_where=text(UNTRIED), sqlite_where=text(UNTRIED)
    ),
)

models = Table(
    "models",
    metadata,
    column("name", String, key=True),
    column("version", String, key=True),
    column("sha256", String),
    column("created", UtcTime),
    column("card", JSON),
)

# The version that got a role last has it.
alias_changes = Table(
    "alias_changes",
    metadata,
    Column("id", Integer, primary_key=True),
    column("name", String),
    column("alias", String),
    column("version", String),
    column("previous", String),
    column("at", UtcTime),
    column("by", PlainText),
    column("reason", PlainText),
    column("rollback", Boolean),
    Index(None, "name", "id"),
)

# Benchmarks that versions are measured on before they may serve; the last one of a model counts.
benchmarks = Table(
    "benchmarks",
    metadata,
    Column("id", Integer, primary_key=True),
    column("name", String),
    column("dataset", String),
    column("metric", PlainText),
    column("loss", Double),
    column("at", UtcTime),
    column("by", PlainText),
    Index(None, "name", "id"),
)

measurements = Table(
    "measurements",
    metadata,
    column("name", String, key=True),
    column("version", String, key=True),
    column("benchmark", String, key=True),
    column("value", Double),
    column("at", UtcTime),
    column("by", PlainText),
)

# Embedding spaces. All vectors of a space have the same dimension.
embedding_spaces = Table(
    "embedding_spaces",
    metadata,
    column("space", String, key=True),
    column("dimension", Integer),
    column("changes", BigInteger),
)

# Vectors of observations (subjects). `change` is the number of the last change of the row within its space.
embeddings = Table(
    "embeddings",
    metadata,
    column("space", String, key=True),
    column("subject", String, key=True),
    column("change", BigInteger),
    column("vector", Vector),
    column("scores", JSON),
    Index("ix_embeddings_change", "space", "change"),
)

# The logs of training jobs.
run_entries = Table(
    "run_entries",
    metadata,
    column("job_id", String, key=True),
    column("number", Integer, key=True),
    column("kind", String),
    column("name", PlainText),
    column("step", Integer),
    column("values", JSON),
    column("key", String),
    column("at", UtcTime),
    UniqueConstraint("job_id", "kind", "name", "step"),
)
