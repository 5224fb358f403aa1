"""The backup of docs/operations.md: dumped, lost, restored, and nothing is missing."""

import io
import os
import shutil
import subprocess

import pytest
from sqlalchemy import MetaData, select

from helioscribe.db import SqlCatalogue, SqlJobs, migrate, open_engine
from helioscribe.domain.job import JobKind
from helioscribe.ports.catalogue import EventQuery
from helioscribe.runtime.wiring import open_artifacts
from support.factories import make_change, make_event, make_failure, make_observation, make_run

pytestmark = pytest.mark.integration


def everything(engine):
    """All rows of all tables, as the database itself says that there are."""
    found = MetaData()
    found.reflect(engine)
    with engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table)).mappings())) for table in found.sorted_tables
        }


def run(server, program, *words, **streams):
    command = [str(server.bindir / program), "-h", str(server.folder), "-U", "helioscribe", *words]
    subprocess.run(command, check=True, env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"}, **streams)


def test_a_dump_and_a_copy_bring_everything_back(postgres_server, tmp_path):
    before, after = postgres_server.create(), postgres_server.create()
    engine = open_engine(postgres_server.url(before))
    migrate(engine)
    catalogue, jobs = SqlCatalogue(engine), SqlJobs(engine)
    artifacts = open_artifacts((tmp_path / "artifacts").as_uri())
    artifacts.put("raw/ab/abc", io.BytesIO(b"bytes of a file"))
    observation = make_observation(raw_key="raw/ab/abc")
    catalogue.add_observation(observation)
    run_ = make_run(observation)
    catalogue.record_run(run_)
    catalogue.apply([make_change(make_event())], associated=[detection.id for detection in run_.detections])
    catalogue.add_failure(make_failure())
    done, waiting = (jobs.submit(JobKind.DETECT, key, {"n": 1})[0] for key in "ab")
    jobs.claim(done.id, worker="w", lease=30)
    jobs.finish(done.id, worker="w", result={"detections": 1})

    # The database first: whatever it names was in the artifact store before.
    with (tmp_path / "catalogue.dump").open("wb") as dump:
        run(postgres_server, "pg_dump", "--format=custom", before, stdout=dump)
    shutil.copytree(tmp_path / "artifacts", tmp_path / "copy")
    expected = everything(engine)
    events = list(catalogue.search(EventQuery(limit=10)))
    engine.dispose()
    postgres_server.drop(before)
    shutil.rmtree(tmp_path / "artifacts")

    run(
        postgres_server,
        "pg_restore",
        "--no-owner",
        "--exit-on-error",
        f"--dbname={after}",
        str(tmp_path / "catalogue.dump"),
    )
    restored = open_engine(postgres_server.url(after))
    migrate(restored)  # nothing to do, as after any restore of the same version
    assert everything(restored) == expected
    assert sum(map(len, expected.values())) > 8
    catalogue, jobs = SqlCatalogue(restored), SqlJobs(restored)
    assert list(catalogue.search(EventQuery(limit=10))) == events
    assert jobs.claim(waiting.id, worker="w", lease=30) is not None
    raw = catalogue.observation(observation.id).raw_key
    assert open_artifacts((tmp_path / "copy").as_uri()).get(raw) == b"bytes of a file"
    restored.dispose()
    postgres_server.drop(after)
