"""Updates the tables of a database while older services still use it."""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from helioscribe.db.engine import Lock, lock, writing
from helioscribe.domain.errors import ConflictError, UnavailableError

__all__ = ["migrate"]

_SCRIPTS = Path(__file__).parent / "migrations"
_TABLE_LOCK = 2.0
"""How long a change waits for the lock of a table, which makes others wait too [s]; then it pauses and retries."""
_TRIES = 60
_REFUSED = "55P03"  # Postgres: a lock was not to be had in time


def migrate(engine: Engine) -> None:
    """Create the tables or update older ones, in one transaction; does nothing if they are up to date.

    Several processes may do so at once: they take turns. Others may read and write meanwhile: they wait for no longer
    than a moment, also if somebody else keeps a table from being changed.

    Raises
    ------
    ConflictError
        If a newer version of the platform has been here.
    UnavailableError
        If the database does not answer, or a table is never free.
    """
    for _ in range(_TRIES):
        try:
            with writing(engine) as connection:
                return _upgrade(connection)
        except UnavailableError as error:
            if getattr(getattr(error.__cause__, "orig", None), "sqlstate", None) != _REFUSED:
                raise
        time.sleep(_TABLE_LOCK / 2)
    raise UnavailableError("the tables are in use without a pause; end long transactions and migrate again")


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    lock(connection, Lock.MIGRATION)
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET LOCAL lock_timeout = '{_TABLE_LOCK}s'"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise ConflictError.wrap(error, doing="the database is of a newer version than this program") from error
