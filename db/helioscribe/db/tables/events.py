"""Tables of events (with HEK's column names), revisions, reviews and relations."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    false,
    text,
)

from helioscribe.db.tables.base import column, metadata
from helioscribe.db.types import PlainText, UtcTime

__all__ = ["event_observations", "events", "relations", "reviews", "revisions", "standings"]


def _where_known(name: str) -> Index:
    known = text(f"{name} IS NOT NULL")
    return Index(f"ix_events_{name}", name, postgresql_where=known, sqlite_where=known)


events = Table(
    "events",
    metadata,
    column("id", String, key=True),
    column("event_type", String),
    column("event_starttime", UtcTime),
    column("event_endtime", UtcTime),
    column("event_peaktime", UtcTime, null=True),
    column("event_coordsys", String),
    column("event_coordunit", String),
    column("event_coord1", Double),
    column("event_coord2", Double),
    column("event_c1error", Double),
    column("event_c2error", Double),
    column("boundbox_c1ll", Double),
    column("boundbox_c2ll", Double),
    column("boundbox_c1ur", Double),
    column("boundbox_c2ur", Double),
    column("noposition", Boolean),
    column("event_probability", Double, null=True),
    column("frm_name", PlainText),
    column("frm_identifier", PlainText),
    column("frm_institute", PlainText),
    column("frm_contact", PlainText),
    column("frm_url", PlainText),
    column("frm_paramset", PlainText),
    column("frm_versionnumber", Double, null=True),
    column("frm_specificid", PlainText),
    column("frm_daterun", UtcTime),
    column("frm_humanflag", Boolean),
    column("obs_observatory", PlainText),
    column("obs_instrument", PlainText),
    column("obs_channelid", PlainText),
    column("obs_meanwavel", Double, null=True),
    column("attributes", JSON),
    column("revision", Integer),
    column("status", String),
    column("detector", PlainText),
    column("detection_ids", JSON),
    column("observation_ids", JSON),
    # Whether reviews hide the event; updated whenever events or reviews are written.
    Column("hidden", Boolean, nullable=False, server_default=false()),
    # Derived columns for searches, see `search_columns`.
    column("reach", SmallInteger),
    column("goes_class", Double, null=True),
    column("noaa", Integer, null=True),
    column("hgs_meridian", Double),
    *(
        column(f"{frame}_{edge}", Double, null=True)
        for frame in ("hpc", "hgs")
        for edge in ("x", "y", "x1", "y1", "x2", "y2")
    ),
    # This has all columns that counts need, so that they read no events.
    Index("ix_events_type_start", "event_type", "reach", "event_starttime", "id", "event_endtime", "status", "hidden"),
    Index("ix_events_start", "reach", "event_starttime", "id", "event_endtime", "event_type", "status", "hidden"),
    Index("ix_events_run", "frm_daterun", "id"),
    _where_known("noaa"),
    _where_known("goes_class"),
)

# Observations that each event was found in.
event_observations = Table(
    "event_observations",
    metadata,
    column("observation_id", String, key=True),
    column("event_id", String, ForeignKey("events.id"), key=True),
    Index(None, "event_id"),
)

# All revisions of all events, in the order of their commits.
revisions = Table(
    "revisions",
    metadata,
    Column("cursor", BigInteger, primary_key=True, autoincrement=False),
    column("event_id", String, ForeignKey("events.id")),
    column("revision", Integer),
    column("at", UtcTime),
    column("reason", PlainText),
    column("event", JSON(none_as_null=True), null=True),  # null if it is the present one, in `events`
    UniqueConstraint("event_id", "revision"),
)

# All reviews of events, images and clusters.
reviews = Table(
    "reviews",
    metadata,
    column("id", String, key=True),
    column("kind", String),
    column("subject", String),
    column("version", Integer),
    column("verdict", String),
    column("by", PlainText),
    column("at", UtcTime),
    column("label", PlainText),
    column("rating", Double, null=True),
    column("comment", PlainText),
    column("revision", Integer),
    UniqueConstraint("kind", "subject", "version"),
)

# Decision that follows from the reviews, one row for each subject.
standings = Table(
    "standings",
    metadata,
    column("kind", String, key=True),
    column("subject", String, key=True),
    column("decision", String, null=True),
    column("label", PlainText),
    column("rating", Double, null=True),
    column("version", Integer),
    column("by", PlainText),
    column("at", UtcTime),
    Index(None, "kind", "decision", "subject"),
)

# All statements about relations of two events; for each relation the last one counts.
relations = Table(
    "relations",
    metadata,
    column("id", String, key=True),
    column("version", Integer, key=True),
    column("first", String, ForeignKey("events.id")),
    column("verb", String),
    column("second", String, ForeignKey("events.id")),
    column("by", PlainText),
    column("at", UtcTime),
    column("comment", PlainText),
    column("withdrawn", Boolean),
    Index(None, "first"),
    Index(None, "second"),
)
