"""The first tables.

Revision 0001.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

__all__ = ["upgrade"]

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables."""
    _observations()
    _runs()
    _detections()
    _events()
    _event_observations()
    _revisions()
    _reviews()
    _standings()
    _relations()
    _coverage()
    _failures()
    _jobs()
    _models()
    _alias_changes()
    _benchmarks()
    _embeddings()
    _subscriptions()
    _dead_letters()
    _run_entries()


def _observations() -> None:
    op.create_table(
        "observations",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("archive", sa.Text(), nullable=False),
        sa.Column("observatory", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("product_kind", sa.String(), nullable=False),
        sa.Column("start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("quality", sa.JSON(), nullable=False),
        sa.Column("observer", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("light_travel_time", sa.Double(), nullable=True),
        sa.Column("raw_key", sa.String(), nullable=False),
        sa.Column("product_key", sa.String(), nullable=False),
        sa.Column("product_sha256", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_observations"),
    )
    op.create_index("ix_observations_instrument_start", "observations", ["instrument", "start"])
    op.create_index("ix_observations_start_id", "observations", ["start", "id"])


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("observation_id", sa.String(), nullable=False),
        sa.Column("method_id", sa.String(), nullable=False),
        sa.Column("detector", sa.Text(), nullable=False),
        sa.Column("model_version", sa.Text(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("method", sa.JSON(), nullable=False),
        sa.Column("detection_ids", sa.JSON(), nullable=False),
        sa.Column("coverage", sa.JSON(), nullable=False),
        sa.Column("scores_key", sa.String(), nullable=False),
        sa.Column("code_version", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["observation_id"], ["observations.id"], name="fk_runs_observation_id"),
        sa.PrimaryKeyConstraint("observation_id", "method_id", name="pk_runs"),
    )
    out = sa.text("NOT counts")
    sidelined = ["detector", "observation_id"]
    op.create_index("ix_runs_sidelined", "runs", sidelined, postgresql_where=out, sqlite_where=out)


def _detections() -> None:
    op.create_table(
        "detections",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("event_type", sa.String(), nullable=False),
        sa.Column("start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("peak", sa.DateTime(timezone=True), nullable=True),
        sa.Column("probability", sa.Double(), nullable=True),
        sa.Column("detector", sa.Text(), nullable=False),
        sa.Column("method_id", sa.String(), nullable=False),
        sa.Column("model_sha256", sa.String(), nullable=False),
        sa.Column("input_sha256", sa.String(), nullable=False),
        sa.Column("observatory", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("claim", sa.JSON(), nullable=False),
        sa.Column("provenance", sa.JSON(), nullable=False),
        sa.Column("pending", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_detections"),
    )
    op.create_index("ix_detections_event_type_start_end", "detections", ["event_type", "start", "end"])
    op.create_index(
        "ix_detections_pending",
        "detections",
        ["start", "id"],
        postgresql_where=sa.text("pending"),
        sqlite_where=sa.text("pending"),
    )


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


def _coverage() -> None:
    op.create_table(
        "coverage",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("detector", sa.Text(), nullable=False),
        sa.Column("method_id", sa.String(), nullable=False),
        sa.Column("observation_id", sa.String(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_coverage"),
    )
    op.create_index("ix_coverage_detector_start", "coverage", ["detector", "start"])
    op.create_index("ix_coverage_observation_id", "coverage", ["observation_id"])


def _failures() -> None:
    op.create_table(
        "failures",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("job_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_failures"),
    )
    op.create_index("ix_failures_at_id", "failures", ["at", "id"])
    op.create_index("ix_failures_stage_subject", "failures", ["stage", "subject"])


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("max_attempts", sa.Integer(), nullable=False),
        sa.Column("progress", sa.Double(), nullable=False),
        sa.Column("error_code", sa.String(), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("trace", sa.String(), nullable=False),
        sa.Column("published", sa.DateTime(timezone=True), nullable=True),
        sa.Column("group", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
    )
    op.create_index("ix_jobs_created_id", "jobs", ["created", "id"])
    op.create_index("ix_jobs_state_updated", "jobs", ["state", "updated"])
    waits = sa.text("state = 'queued' AND attempts = 0 AND not_before IS NULL")
    untried = ["group", "priority", "created"]
    op.create_index("ix_jobs_untried", "jobs", untried, postgresql_where=waits, sqlite_where=waits)


def _models() -> None:
    op.create_table(
        "models",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("card", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name="pk_models"),
    )


def _alias_changes() -> None:
    op.create_table(
        "alias_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("alias", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("rollback", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alias_changes"),
    )
    op.create_index("ix_alias_changes_name_id", "alias_changes", ["name", "id"])


def _benchmarks() -> None:
    op.create_table(
        "benchmarks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("dataset", sa.String(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("loss", sa.Double(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_benchmarks"),
    )
    op.create_index("ix_benchmarks_name_id", "benchmarks", ["name", "id"])
    op.create_table(
        "measurements",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("benchmark", sa.String(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", "version", "benchmark", name="pk_measurements"),
    )


def _embeddings() -> None:
    op.create_table(
        "embedding_spaces",
        sa.Column("space", sa.String(), nullable=False),
        sa.Column("dimension", sa.Integer(), nullable=False),
        sa.Column("changes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("space", name="pk_embedding_spaces"),
    )
    op.create_table(
        "embeddings",
        sa.Column("space", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.Column("vector", sa.LargeBinary().with_variant(postgresql.ARRAY(sa.REAL()), "postgresql"), nullable=False),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("space", "subject", name="pk_embeddings"),
    )
    op.create_index("ix_embeddings_change", "embeddings", ["space", "change"])


def _run_entries() -> None:
    op.create_table(
        "run_entries",
        sa.Column("job_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("job_id", "number", name="pk_run_entries"),
        sa.UniqueConstraint("job_id", "kind", "name", "step", name="uq_run_entries_job_id_kind_name_step"),
    )


def _subscriptions() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("query", sa.JSON(), nullable=False),
        sa.Column("cursor", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
    )


def _dead_letters() -> None:
    op.create_table(
        "dead_letters",
        sa.Column("subscription_id", sa.String(), nullable=False),
        sa.Column("cursor", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscriptions.id"], name="fk_dead_letters_subscription_id"),
        sa.PrimaryKeyConstraint("subscription_id", "cursor", name="pk_dead_letters"),
    )
