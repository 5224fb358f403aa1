"""The first tables of observations, runs, detections, coverage and failures."""

import sqlalchemy as sa
from alembic import op

__all__ = ["create"]


def create() -> None:
    """Make the tables."""
    _observations()
    _runs()
    _detections()
    _coverage()
    _failures()


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
