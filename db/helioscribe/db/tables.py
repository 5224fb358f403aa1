"""The tables. Events carry HEK's column names."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    false,
    text,
)

from helioscribe.db.types import PlainText, UtcTime, Vector

__all__ = [
    "alias_changes",
    "benchmarks",
    "coverage",
    "dead_letters",
    "detections",
    "embeddings",
    "event_observations",
    "events",
    "failures",
    "jobs",
    "measurements",
    "metadata",
    "models",
    "observations",
    "reviews",
    "revisions",
    "run_entries",
    "runs",
    "standings",
    "subscriptions",
]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _column(name: str, kind: Any, *args: Any, null: bool = False, key: bool = False) -> Column[Any]:
    return Column(name, kind, *args, nullable=null, primary_key=key)


observations = Table(
    "observations",
    metadata,
    _column("id", String, key=True),
    _column("sha256", String),
    _column("size", BigInteger),
    _column("name", PlainText),
    _column("archive", PlainText),
    _column("observatory", PlainText),
    _column("instrument", PlainText),
    _column("channel", PlainText),
    _column("product_kind", String),
    _column("start", UtcTime),
    _column("end", UtcTime),
    _column("level", PlainText),
    _column("version", PlainText),
    _column("complete", Boolean),
    _column("quality", JSON),
    _column("observer", JSON(none_as_null=True), null=True),
    _column("light_travel_time", Double, null=True),
    _column("raw_key", String),
    _column("product_key", String),
    _column("product_sha256", String),
    Index(None, "start", "id"),
    Index(None, "instrument", "start"),
)

runs = Table(
    "runs",
    metadata,
    _column("observation_id", String, ForeignKey("observations.id"), key=True),
    _column("method_id", String, key=True),
    _column("detector", PlainText),
    _column("model_version", PlainText),
    _column("counts", Boolean),
    _column("method", JSON),
    _column("detection_ids", JSON),
    _column("coverage", JSON),
    _column("scores_key", String),
    _column("code_version", PlainText),
    _column("at", UtcTime),
    Index("ix_runs_sidelined", "method_id", postgresql_where=text("NOT counts"), sqlite_where=text("NOT counts")),
)

detections = Table(
    "detections",
    metadata,
    _column("id", String, key=True),
    _column("event_type", String),
    _column("start", UtcTime),
    _column("end", UtcTime),
    _column("peak", UtcTime, null=True),
    _column("probability", Double, null=True),
    _column("detector", PlainText),
    _column("method_id", String),
    _column("model_sha256", String),
    _column("input_sha256", String),
    _column("observatory", PlainText),
    _column("instrument", PlainText),
    _column("claim", JSON),  # the detection without its provenance
    _column("provenance", JSON),
    _column("pending", Boolean),
    Index(None, "event_type", "start", "end"),
    Index("ix_detections_pending", "start", "id", postgresql_where=text("pending"), sqlite_where=text("pending")),
)

events = Table(
    "events",
    metadata,
    _column("id", String, key=True),
    _column("event_type", String),
    _column("event_starttime", UtcTime),
    _column("event_endtime", UtcTime),
    _column("event_peaktime", UtcTime, null=True),
    _column("event_coordsys", String),
    _column("event_coordunit", String),
    _column("event_coord1", Double),
    _column("event_coord2", Double),
    _column("event_c1error", Double),
    _column("event_c2error", Double),
    _column("boundbox_c1ll", Double),
    _column("boundbox_c2ll", Double),
    _column("boundbox_c1ur", Double),
    _column("boundbox_c2ur", Double),
    _column("noposition", Boolean),
    _column("event_probability", Double, null=True),
    _column("frm_name", PlainText),
    _column("frm_identifier", PlainText),
    _column("frm_institute", PlainText),
    _column("frm_contact", PlainText),
    _column("frm_url", PlainText),
    _column("frm_paramset", PlainText),
    _column("frm_versionnumber", Double, null=True),
    _column("frm_specificid", PlainText),
    _column("frm_daterun", UtcTime),
    _column("frm_humanflag", Boolean),
    _column("obs_observatory", PlainText),
    _column("obs_instrument", PlainText),
    _column("obs_channelid", PlainText),
    _column("obs_meanwavel", Double, null=True),
    _column("attributes", JSON),
    _column("revision", Integer),
    _column("status", String),
    _column("detector", PlainText),
    _column("detection_ids", JSON),
    _column("observation_ids", JSON),
    # Whether reviews take it out of sight; kept right by whoever writes events or reviews.
    Column("hidden", Boolean, nullable=False, server_default=false()),
    # What follows is derived, to be searched: see `search_columns`.
    _column("reach", SmallInteger),
    _column("goes_class", Double, null=True),
    _column("noaa", Integer, null=True),
    _column("hgs_meridian", Double),
    *(
        _column(f"{frame}_{edge}", Double, null=True)
        for frame in ("hpc", "hgs")
        for edge in ("x", "y", "x1", "y1", "x2", "y2")
    ),
    Index("ix_events_type_start", "event_type", "reach", "event_starttime", "id", "event_endtime"),
    Index("ix_events_start", "reach", "event_starttime", "id", "event_endtime"),
    Index("ix_events_noaa", "noaa", postgresql_where=text("noaa IS NOT NULL"), sqlite_where=text("noaa IS NOT NULL")),
)

# Which events rest on an observation.
event_observations = Table(
    "event_observations",
    metadata,
    _column("observation_id", String, key=True),
    _column("event_id", String, ForeignKey("events.id"), key=True),
    Index(None, "event_id"),
)

# Every revision of every event, in the order in which they were committed.
revisions = Table(
    "revisions",
    metadata,
    Column("cursor", BigInteger, primary_key=True, autoincrement=False),
    _column("event_id", String, ForeignKey("events.id")),
    _column("revision", Integer),
    _column("at", UtcTime),
    _column("reason", PlainText),
    _column("event", JSON(none_as_null=True), null=True),  # none where it is the one in `events`
    UniqueConstraint("event_id", "revision"),
)

# Every word that was said of an event, an image or a cluster.
reviews = Table(
    "reviews",
    metadata,
    _column("id", String, key=True),
    _column("kind", String),
    _column("subject", String),
    _column("version", Integer),
    _column("verdict", String),
    _column("by", PlainText),
    _column("at", UtcTime),
    _column("label", PlainText),
    _column("rating", Double, null=True),
    _column("comment", PlainText),
    _column("revision", Integer),
    UniqueConstraint("kind", "subject", "version"),
)

# What follows from them, a row for each subject.
standings = Table(
    "standings",
    metadata,
    _column("kind", String, key=True),
    _column("subject", String, key=True),
    _column("decision", String, null=True),
    _column("label", PlainText),
    _column("rating", Double, null=True),
    _column("version", Integer),
    _column("by", PlainText),
    _column("at", UtcTime),
    Index(None, "kind", "decision", "subject"),
)

coverage = Table(
    "coverage",
    metadata,
    _column("id", String, key=True),
    _column("detector", PlainText),
    _column("method_id", String),
    _column("observation_id", String),
    _column("instrument", PlainText),
    _column("start", UtcTime),
    _column("end", UtcTime),
    _column("state", String),
    _column("reason", PlainText),
    Index(None, "detector", "start"),
    Index(None, "observation_id"),
)

failures = Table(
    "failures",
    metadata,
    _column("id", String, key=True),
    _column("stage", String),
    _column("subject", PlainText),
    _column("sha256", String),
    _column("code", String),
    _column("message", PlainText),
    _column("at", UtcTime),
    _column("job_id", String),
    Index(None, "at", "id"),
    Index(None, "stage", "subject"),
)

jobs = Table(
    "jobs",
    metadata,
    _column("id", String, key=True),
    _column("kind", String),
    _column("payload", JSON),
    _column("state", String),
    _column("attempts", Integer),
    _column("max_attempts", Integer),
    _column("progress", Double),
    _column("error_code", String, null=True),
    _column("error_message", PlainText, null=True),
    _column("result", JSON),
    _column("worker", PlainText),
    _column("lease_until", UtcTime, null=True),
    _column("not_before", UtcTime, null=True),
    _column("cancel_requested", Boolean),
    _column("created", UtcTime),
    _column("updated", UtcTime),
    _column("priority", Integer),
    _column("trace", String),
    _column("published", UtcTime, null=True),  # when its last message was sent
    Index(None, "created", "id"),
    Index(None, "state", "updated"),
)

models = Table(
    "models",
    metadata,
    _column("name", String, key=True),
    _column("version", String, key=True),
    _column("sha256", String),
    _column("created", UtcTime),
    _column("card", JSON),
)

# Who has a role is who got it last.
alias_changes = Table(
    "alias_changes",
    metadata,
    Column("id", Integer, primary_key=True),
    _column("name", String),
    _column("alias", String),
    _column("version", String),
    _column("previous", String),
    _column("at", UtcTime),
    _column("by", PlainText),
    _column("reason", PlainText),
    _column("rollback", Boolean),
    Index(None, "name", "id"),
)

# What versions are measured on before they may serve; the last one of a model counts.
benchmarks = Table(
    "benchmarks",
    metadata,
    Column("id", Integer, primary_key=True),
    _column("name", String),
    _column("dataset", String),
    _column("metric", PlainText),
    _column("loss", Double),
    _column("at", UtcTime),
    _column("by", PlainText),
    Index(None, "name", "id"),
)

measurements = Table(
    "measurements",
    metadata,
    _column("name", String, key=True),
    _column("version", String, key=True),
    _column("benchmark", String, key=True),
    _column("value", Double),
    _column("at", UtcTime),
    _column("by", PlainText),
)

# Vectors of one space may be compared; a subject is an observation.
embeddings = Table(
    "embeddings",
    metadata,
    _column("space", String, key=True),
    _column("subject", String, key=True),
    _column("dimension", Integer),
    _column("vector", Vector),
    _column("scores", JSON),
)

# The logs of training jobs.
run_entries = Table(
    "run_entries",
    metadata,
    _column("job_id", String, key=True),
    _column("number", Integer, key=True),
    _column("kind", String),
    _column("name", PlainText),
    _column("step", Integer),
    _column("values", JSON),
    _column("key", String),
    _column("at", UtcTime),
    UniqueConstraint("job_id", "kind", "name", "step"),
)

# Who is told of changes, and how far.
subscriptions = Table(
    "subscriptions",
    metadata,
    _column("id", String, key=True),
    _column("name", PlainText),
    _column("url", PlainText),
    _column("secret", PlainText),
    _column("query", JSON),
    _column("cursor", BigInteger),
    _column("attempts", Integer),
    _column("not_before", UtcTime, null=True),
    _column("error", PlainText),
    _column("active", Boolean),
)

# Changes that could not be told.
dead_letters = Table(
    "dead_letters",
    metadata,
    _column("subscription_id", String, ForeignKey("subscriptions.id"), key=True),
    Column("cursor", BigInteger, primary_key=True, autoincrement=False),
    _column("event_id", String),
    _column("error", PlainText),
    _column("at", UtcTime),
)
