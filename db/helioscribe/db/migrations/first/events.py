"""The first tables of events, revisions, reviews and relations."""

import sqlalchemy as sa
from alembic import op

__all__ = ["create"]


def create() -> None:
    """Make the tables."""
    _events()
    _event_observations()
    _revisions()
    _reviews()
    _standings()
    _relations()


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("event_type", sa.String(), nullable=False),
        sa.Column("event_starttime", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_endtime", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_peaktime", sa.DateTime(timezone=True), nullable=True),
        sa.Column("event_coordsys", sa.String(), nullable=False),
        sa.Column("event_coordunit", sa.String(), nullable=False),
        sa.Column("event_coord1", sa.Double(), nullable=False),
        sa.Column("event_coord2", sa.Double(), nullable=False),
        sa.Column("event_c1error", sa.Double(), nullable=False),
        sa.Column("event_c2error", sa.Double(), nullable=False),
        sa.Column("boundbox_c1ll", sa.Double(), nullable=False),
        sa.Column("boundbox_c2ll", sa.Double(), nullable=False),
        sa.Column("boundbox_c1ur", sa.Double(), nullable=False),
        sa.Column("boundbox_c2ur", sa.Double(), nullable=False),
        sa.Column("noposition", sa.Boolean(), nullable=False),
        sa.Column("event_probability", sa.Double(), nullable=True),
        sa.Column("frm_name", sa.Text(), nullable=False),
        sa.Column("frm_identifier", sa.Text(), nullable=False),
        sa.Column("frm_institute", sa.Text(), nullable=False),
        sa.Column("frm_contact", sa.Text(), nullable=False),
        sa.Column("frm_url", sa.Text(), nullable=False),
        sa.Column("frm_paramset", sa.Text(), nullable=False),
        sa.Column("frm_versionnumber", sa.Double(), nullable=True),
        sa.Column("frm_specificid", sa.Text(), nullable=False),
        sa.Column("frm_daterun", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frm_humanflag", sa.Boolean(), nullable=False),
        sa.Column("obs_observatory", sa.Text(), nullable=False),
        sa.Column("obs_instrument", sa.Text(), nullable=False),
        sa.Column("obs_channelid", sa.Text(), nullable=False),
        sa.Column("obs_meanwavel", sa.Double(), nullable=True),
        sa.Column("attributes", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("detector", sa.Text(), nullable=False),
        sa.Column("detection_ids", sa.JSON(), nullable=False),
        sa.Column("observation_ids", sa.JSON(), nullable=False),
        sa.Column("hidden", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("reach", sa.SmallInteger(), nullable=False),
        sa.Column("goes_class", sa.Double(), nullable=True),
        sa.Column("noaa", sa.Integer(), nullable=True),
        sa.Column("hgs_meridian", sa.Double(), nullable=False),
        *(
            sa.Column(f"{frame}_{edge}", sa.Double(), nullable=True)
            for frame in ("hpc", "hgs")
            for edge in ("x", "y", "x1", "y1", "x2", "y2")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
    )
    when, how = ["reach", "event_starttime", "id", "event_endtime"], ["status", "hidden"]
    op.create_index("ix_events_type_start", "events", ["event_type", *when, *how])
    op.create_index("ix_events_start", "events", [*when, "event_type", *how])
    op.create_index("ix_events_run", "events", ["frm_daterun", "id"])
    for name in ("noaa", "goes_class"):
        known = sa.text(f"{name} IS NOT NULL")
        op.create_index(f"ix_events_{name}", "events", [name], postgresql_where=known, sqlite_where=known)


def _event_observations() -> None:
    op.create_table(
        "event_observations",
        sa.Column("observation_id", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_event_observations_event_id"),
        sa.PrimaryKeyConstraint("observation_id", "event_id", name="pk_event_observations"),
    )
    op.create_index("ix_event_observations_event_id", "event_observations", ["event_id"])


def _revisions() -> None:
    op.create_table(
        "revisions",
        sa.Column("cursor", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("event", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_revisions_event_id"),
        sa.PrimaryKeyConstraint("cursor", name="pk_revisions"),
        sa.UniqueConstraint("event_id", "revision", name="uq_revisions_event_id_revision"),
    )


def _reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("rating", sa.Double(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
        sa.UniqueConstraint("kind", "subject", "version", name="uq_reviews_kind_subject_version"),
    )


def _standings() -> None:
    op.create_table(
        "standings",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("rating", sa.Double(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject", name="pk_standings"),
    )
    op.create_index("ix_standings_kind_decision_subject", "standings", ["kind", "decision", "subject"])


def _relations() -> None:
    op.create_table(
        "relations",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("first", sa.String(), nullable=False),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("second", sa.String(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["first"], ["events.id"], name="fk_relations_first"),
        sa.ForeignKeyConstraint(["second"], ["events.id"], name="fk_relations_second"),
        sa.PrimaryKeyConstraint("id", "version", name="pk_relations"),
    )
    op.create_index("ix_relations_first", "relations", ["first"])
    op.create_index("ix_relations_second", "relations", ["second"])
