"""What a URL opens, and what becomes of a database's errors."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import text

from helioscribe.db import SqlCatalogue, SqlJobs, SqlModels, migrate, open_engine
from helioscribe.db.engine import reading, writing
from helioscribe.domain.errors import HelioscribeError, InternalError, InvalidInputError, UnavailableError
from helioscribe.domain.job import JobKind
from helioscribe.domain.times import utc_now
from support.factories import make_card, make_observation


@pytest.mark.parametrize(
    "url",
    ["", "no url", "mysql://host/name", "sqlite://", "sqlite:///:memory:", "postgresql+psycopg2://h/n", "file:///x"],
)
def test_other_urls_are_refused_in_one_line(url: str) -> None:
    with pytest.raises(InvalidInputError, match="expected") as caught:
        open_engine(url)
    assert "\n" not in caught.value.message


def test_a_password_is_never_told() -> None:
    with pytest.raises(HelioscribeError) as caught:
        open_engine("mysql://me:secret@host/name")
    assert "secret" not in caught.value.message


def test_plain_postgresql_means_psycopg() -> None:
    assert open_engine("postgresql://host/name").url.drivername == "postgresql+psycopg"


def test_sqlite_is_set_up(tmp_path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/x.db")
    with reading(engine) as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
        assert connection.scalar(text("PRAGMA busy_timeout")) == 30000


def test_many_open_a_new_file_at_once(tmp_path) -> None:
    start = Barrier(8)

    def begin(_):
        engine = open_engine(f"sqlite:///{tmp_path}/x.db")
        start.wait()
        migrate(engine)
        return SqlCatalogue(engine).add_observation(make_observation())

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(begin, range(8))) == 1


def test_a_writer_holds_the_file_from_its_first_moment(tmp_path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/x.db")
    other = sqlite3.connect(tmp_path / "x.db", timeout=0)
    with writing(engine), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    with reading(engine):
        other.execute("BEGIN IMMEDIATE")
        other.rollback()


@pytest.mark.parametrize(
    "url", ["postgresql+psycopg://me@127.0.0.1:1/name?connect_timeout=2", "sqlite:////nowhere/at/all/x.db"]
)
def test_a_database_that_does_not_answer_is_unavailable(url: str) -> None:
    engine = open_engine(url)
    calls = (
        lambda: migrate(engine),
        lambda: SqlCatalogue(engine).add_observation(make_observation()),
        lambda: SqlCatalogue(engine).failures(),
        lambda: SqlJobs(engine).submit(JobKind.DETECT, "k", {}),
        lambda: SqlModels(engine).register(make_card()),
    )
    for call in calls:
        with pytest.raises(UnavailableError) as caught:
            call()
        assert "\n" not in caught.value.message


def test_a_database_without_tables_is_unavailable(tmp_path, postgres_url: str) -> None:
    for url in (f"sqlite:///{tmp_path}/x.db", postgres_url):
        with pytest.raises(UnavailableError, match="jobs"):
            SqlJobs(open_engine(url)).find()


def test_a_file_that_is_no_database(tmp_path) -> None:
    (tmp_path / "x.db").write_bytes(b"SIMPLE  =                    T" * 100)
    with pytest.raises(InternalError, match="not a database"):
        SqlJobs(open_engine(f"sqlite:///{tmp_path}/x.db")).find()


def test_a_connection_that_broke_is_replaced(postgres_url: str) -> None:
    engine = open_engine(postgres_url)
    migrate(engine)
    jobs = SqlJobs(engine)
    jobs.submit(JobKind.DETECT, "k", {})
    other = open_engine(postgres_url)
    with writing(other) as connection:
        kill = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        connection.execute(text(kill))
    assert len(jobs.find()) == 1
    engine.dispose()
    other.dispose()


def test_a_connection_that_breaks_in_use_is_unavailable(postgres_url: str) -> None:
    engine = open_engine(postgres_url)
    with pytest.raises(UnavailableError), writing(engine) as connection:
        connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    engine.dispose()


def test_what_cannot_be_stored_is_bad_input(postgres_url: str, tmp_path) -> None:
    for url in (f"sqlite:///{tmp_path}/x.db", postgres_url):
        engine = open_engine(url)
        migrate(engine)
        with pytest.raises(InvalidInputError):
            SqlModels(engine).register(make_card(metrics={"recall": float("nan")}))
        with pytest.raises(InvalidInputError):
            SqlModels(engine).register(make_card(recipe={"when": object()}))
        assert SqlModels(engine).cards() == []
        engine.dispose()


def test_postgres_goes_by_its_own_clock(postgres_url: str) -> None:
    engine = open_engine(postgres_url)
    migrate(engine)
    jobs = SqlJobs(engine)
    job, _ = jobs.submit(JobKind.DETECT, "k", {})
    claimed = jobs.claim(job.id, worker="a", lease=60)
    assert claimed is not None
    assert claimed.lease_until is not None
    assert abs((claimed.lease_until - utc_now()).total_seconds() - 60) < 10
    engine.dispose()
