"""An upgrade under load: services of the old version write on, before, while and after the tables get their new form."""

from __future__ import annotations

import importlib
import shutil
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from helioscribe.db import SqlCatalogue, SqlJobs, migrate, open_engine
from helioscribe.domain.errors import UnavailableError
from helioscribe.domain.job import JobKind, JobState
from support.factories import make_change, make_event
from support.waiting import eventually

pytestmark = pytest.mark.integration

# What a version may do to the tables of the one before: only add.
EXPAND = '''
"""The tables of the next version."""

import sqlalchemy as sa
from alembic import op

revision = "9000"
down_revision = "0001"


def upgrade():
    op.add_column("jobs", sa.Column("cost", sa.Float, nullable=False, server_default="0"))
    op.add_column("events", sa.Column("colour", sa.String, nullable=True))
    op.create_table("invoices", sa.Column("id", sa.Integer, primary_key=True), sa.Column("job", sa.String))
    op.create_index("ix_jobs_cost", "jobs", ["cost"])
'''


@dataclass
class Writer:
    """A service of the old version: jobs and events, one after the other."""

    url: str
    name: int
    done: int = 0
    longest: float = 0.0
    errors: list[Exception] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        engine = open_engine(self.url)
        catalogue, jobs = SqlCatalogue(engine), SqlJobs(engine)
        while not self.stop.is_set():
            began, start = time.monotonic(), 10.0 * (1000 * self.name + self.done)
            try:
                job, _ = jobs.submit(JobKind.DETECT, f"{self.name} {self.done}", {})
                jobs.claim(job.id, worker="w", lease=30)
                jobs.finish(job.id, worker="w", result={})
                catalogue.apply([make_change(make_event(start, start + 1))], associated=())
            except Exception as error:
                self.errors.append(error)
            self.longest = max(self.longest, time.monotonic() - began)
            self.done += 1
        engine.dispose()


@pytest.fixture
def scripts(tmp_path, monkeypatch):
    """The migrations of the next version."""
    module = importlib.import_module("helioscribe.db.migrate")
    shutil.copytree(module._SCRIPTS, tmp_path / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "migrations" / "versions" / "r9000_next.py").write_text(EXPAND)
    monkeypatch.setattr(module, "_TABLE_LOCK", 0.3)
    return lambda: monkeypatch.setattr(module, "_SCRIPTS", Path(tmp_path / "migrations"))


@contextmanager
def writing(url):
    writers = [Writer(url, number) for number in range(2)]
    threads = [threading.Thread(target=writer.run, daemon=True) for writer in writers]
    for thread in threads:
        thread.start()
    yield writers
    for writer in writers:
        writer.stop.set()
    for thread in threads:
        thread.join(30)


def test_old_services_write_on_while_the_tables_grow(postgres_server, scripts):
    url = postgres_server.url(postgres_server.create())
    engine = open_engine(url)
    migrate(engine)
    with writing(url) as writers, engine.connect() as reader:
        eventually(lambda: min(writer.done for writer in writers) > 5)
        reader.execute(text("SELECT count(*) FROM jobs"))  # a report that somebody leaves open keeps the tables
        threading.Timer(4.0, reader.rollback).start()
        scripts()
        before = [writer.done for writer in writers]
        migrate(engine)
        after = [writer.done for writer in writers]
        assert all(now > then for then, now in zip(before, after, strict=True)), "they were shut out meanwhile"
        eventually(lambda: all(writer.done > now + 5 for writer, now in zip(writers, after, strict=True)))
    assert [error for writer in writers for error in writer.errors] == []
    assert max(writer.longest for writer in writers) < 3.0, "a write waited for as long as the report"

    assert "colour" in {column["name"] for column in inspect(engine).get_columns("events")}
    assert "invoices" in inspect(engine).get_table_names()
    again = SqlJobs(open_engine(url))  # an old service that starts anew meanwhile
    assert len(again.find(states=(JobState.DONE,), limit=100_000)) == sum(writer.done for writer in writers)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM jobs WHERE cost <> 0")).scalar_one() == 0
    engine.dispose()


def test_a_table_that_is_never_free_is_said_and_nothing_is_half_done(postgres_server, scripts, monkeypatch):
    url = postgres_server.url(postgres_server.create())
    engine = open_engine(url)
    migrate(engine)
    scripts()
    monkeypatch.setattr(importlib.import_module("helioscribe.db.migrate"), "_TRIES", 2)
    with engine.connect() as reader:
        reader.execute(text("SELECT count(*) FROM events"))
        with pytest.raises(UnavailableError, match="end long transactions"):
            migrate(engine)
    assert "invoices" not in inspect(engine).get_table_names()
    assert "cost" not in {column["name"] for column in inspect(engine).get_columns("jobs")}
    engine.dispose()
