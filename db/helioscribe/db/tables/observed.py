"""Tables of observations, runs, detections, coverage and failures."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Double, ForeignKey, Index, String, Table, text

from helioscribe.db.tables.base import column, metadata
from helioscribe.db.types import PlainText, UtcTime

__all__ = ["coverage", "detections", "failures", "observations", "runs"]

observations = Table(
    "observations",
    metadata,
    column("id", String, key=True),
    column("sha256", String),
    column("size", BigInteger),
    column("name", PlainText),
    column("archive", PlainText),
    column("observatory", PlainText),
    column("instrument", PlainText),
    column("channel", PlainText),
    column("product_kind", String),
    column("start", UtcTime),
    column("end", UtcTime),
    column("level", PlainText),
    column("version", PlainText),
    column("complete", Boolean),
    column("quality", JSON),
    column("observer", JSON(none_as_null=True), null=True),
    column("light_travel_time", Double, null=True),
    column("raw_key", String),
    column("product_key", String),
    column("product_sha256", String),
    Index(None, "start", "id"),
    Index(None, "instrument", "start"),
)

runs = Table(
    "runs",
    metadata,
    column("observation_id", String, ForeignKey("observations.id"), key=True),
    column("method_id", String, key=True),
    column("detector", PlainText),
    column("model_version", PlainText),
    column("counts", Boolean),
    column("method", JSON),
    column("detection_ids", JSON),
    column("coverage", JSON),
    column("scores_key", String),
    column("code_version", PlainText),
    column("at", UtcTime),
    Index(
        "ix_runs_sidelined",
        "detector",
        "observation_id",
        postgresql_where=text("NOT counts"),
        sqlite_where=text("NOT counts"),
    ),
)

detections = Table(
    "detections",
    metadata,
    column("id", String, key=True),
    column("event_type", String),
    column("start", UtcTime),
    column("end", UtcTime),
    column("peak", UtcTime, null=True),
    column("probability", Double, null=True),
    column("detector", PlainText),
    column("method_id", String),
    column("model_sha256", String),
    column("input_sha256", String),
    column("observatory", PlainText),
    column("instrument", PlainText),
    column("claim", JSON),  # the detection without its provenance
    column("provenance", JSON),
    column("pending", Boolean),
    Index(None, "event_type", "start", "end"),
    Index("ix_detections_pending", "start", "id", postgresql_where=text("pending"), sqlite_where=text("pending")),
)

coverage = Table(
    "coverage",
    metadata,
    column("id", String, key=True),
    column("detector", PlainText),
    column("method_id", String),
    column("observation_id", String),
    column("instrument", PlainText),
    column("start", UtcTime),
    column("end", UtcTime),
    column("state", String),
    column("reason", PlainText),
    Index(None, "detector", "start"),
    Index(None, "observation_id"),
)

failures = Table(
    "failures",
    metadata,
    column("id", String, key=True),
    column("stage", String),
    column("subject", PlainText),
    column("sha256", String),
    column("code", String),
    column("message", PlainText),
    column("at", UtcTime),
    column("job_id", String),
    Index(None, "at", "id"),
    Index(None, "stage", "subject"),
)
