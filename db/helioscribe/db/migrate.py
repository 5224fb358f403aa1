"""Bring a database up to date."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from helioscribe.db.engine import Lock, lock, writing
from helioscribe.domain.errors import ConflictError

__all__ = ["migrate"]


def migrate(engine: Engine) -> None:
    """Make the tables, or change older ones, in one transaction; nothing happens if they are up to date.

    Several processes may do so at once: they take turns.

    Raises
    ------
    ConflictError
        If a newer version of the platform has been here.
    UnavailableError
        If the database does not answer.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with writing(engine) as connection:
        lock(connection, Lock.MIGRATION)
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise ConflictError.wrap(error, doing="the database is of a newer version than this program") from error
