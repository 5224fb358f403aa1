"""Migrations give exactly the tables of the metadata."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, inspect, text

from helioscribe.db import migrate, open_engine
from helioscribe.db.search_columns import SEARCH_COLUMNS
from helioscribe.db.tables import metadata
from helioscribe.domain.errors import ConflictError

INSPECTED = ("get_columns", "get_pk_constraint", "get_foreign_keys", "get_indexes", "get_unique_constraints")


@pytest.fixture(params=["sqlite", "postgres"])
def empty(request, tmp_path):
    """Opens another empty database at each call."""
    engines = []

    def new() -> Engine:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path}/{len(engines)}.db"
        else:
            server = request.getfixturevalue("postgres_server")
            url = server.url(server.create())
        engines.append(open_engine(url))
        return engines[-1]

    yield new
    for engine in engines:
        engine.dispose()


def described(engine: Engine) -> dict[str, object]:
    inspector = inspect(engine)
    tables = sorted(set(inspector.get_table_names()) - {"alembic_version"})

    def plain(found):
        if isinstance(found, dict):
            return {key: plain(value) for key, value in found.items()}
        return sorted(map(str, map(plain, found))) if isinstance(found, list) else str(found)

    return {f"{table}.{ask}": plain(getattr(inspector, ask)(table)) for table in tables for ask in INSPECTED}


def test_migrations_give_the_tables_of_the_metadata(empty) -> None:
    migrated, made = empty(), empty()
    migrate(migrated)
    metadata.create_all(made)
    assert described(migrated) == described(made)
    assert len(described(made)) == len(metadata.tables) * len(INSPECTED)


def test_events_have_columns_for_all_their_fields() -> None:
    from dataclasses import fields

    from helioscribe.domain.event import Event

    derived = {"hidden", *SEARCH_COLUMNS}
    assert {field.name for field in fields(Event)} | derived == set(metadata.tables["events"].columns.keys())


def test_again_changes_nothing(empty) -> None:
    engine = empty()
    migrate(engine)
    before = described(engine)
    migrate(engine)
    assert described(engine) == before


def test_many_at_once_take_turns(empty) -> None:
    engine = empty()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: migrate(engine), range(4)))
    assert "events" in inspect(engine).get_table_names()


def test_a_newer_database_is_left_alone(empty) -> None:
    engine = empty()
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConflictError, match="newer version"):
        migrate(engine)


def test_a_failed_migration_leaves_nothing(empty) -> None:
    engine = empty()
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE models (name TEXT)"))
    with pytest.raises(Exception, match="models"):
        migrate(engine)
    assert set(inspect(engine).get_table_names()) == {"models"}
