"""The first tables.

Revision 0001.
"""

from helioscribe.db.migrations.first import events, observed, subscriptions, work

__all__ = ["upgrade"]

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables."""
    for subject in (observed, events, work, subscriptions):
        subject.create()
