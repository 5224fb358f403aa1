"""Files that a stranger sends."""

import io
import re

import pytest

from helioscribe.domain.errors import InvalidInputError, UnsupportedInputError
from helioscribe.domain.job import JobKind, JobState
from support.curves import stix_csv


def test_a_file_is_sent_in_pieces_and_worked_on(platform, client, tmp_path):
    platform.work()
    file = tmp_path / "quiet ☀.csv"
    file.write_bytes(stix_csv(1))
    told = []
    job = client.wait(client.ingest(file, progress=told.append), timeout=30)
    assert told == [file.stat().st_size]
    observation = client.catalogue.observation(job.result["observation_id"])
    assert (observation.name, observation.size) == (file.name, file.stat().st_size)
    (child,) = job.result["jobs"]
    assert client.jobs.get(child).state is JobState.DONE
    assert len(client.catalogue.runs(observation_id=observation.id)) == 1
    assert client.ingest(file).id == job.id


def test_wishes_go_with_the_file(platform, client):
    platform.work()

    def runs(**wishes):
        job = client.wait(client.ingest(io.BytesIO(stix_csv(2)), name="x.csv", **wishes), timeout=30)
        found = [client.jobs.get(child) for child in job.result["jobs"]]
        return [(child.payload["detector"], child.payload["parameters"]) for child in found]

    assert runs(detectors=()) == []
    assert runs(detectors=["tiny"], parameters={"tiny": {"level": 77}}) == [("tiny", {"level": 77})]
    assert runs() == [("tiny", {})]


def test_progress_of_a_large_file(platform, client):
    told = []
    job = client.ingest(io.BytesIO(b"x" * (5 << 20)), name="large", progress=told.append)
    assert told == [n << 20 for n in range(1, 6)]
    assert (job.kind, job.payload["size"]) == (JobKind.INGEST, 5 << 20)


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "/etc/passwd", "C:\\windows\\x", "x" * 5000, "a\x00b\nc", "\u202egpj.exe", "..", "", "\udcff"],
)
def test_a_hostile_name_is_only_a_name(platform, client, name):
    before = set(platform.ingest.artifacts.keys())
    job = client.ingest(io.BytesIO(b"bytes of " + name.encode("utf-8", "replace")), name=name)
    kept = job.payload["name"]
    assert kept
    assert len(kept) < 300
    assert kept.isprintable()
    assert not set(kept) & set("/\\\x00\n")
    assert kept not in (".", "..")
    (key,) = set(platform.ingest.artifacts.keys()) - before
    assert key == job.payload["raw_key"] == f"raw/{job.payload['sha256'][:2]}/{job.payload['sha256']}"


def test_files_that_are_too_large_or_empty_are_refused(platform, client):
    with pytest.raises(InvalidInputError, match=f"larger than {8 << 20} bytes"):
        client.ingest(io.BytesIO(b"x" * (9 << 20)), name="large")
    with pytest.raises(InvalidInputError, match="empty"):
        client.ingest(io.BytesIO(b""), name="empty")
    assert list(filter(re.compile("raw/").match, platform.ingest.artifacts.keys())) == client.jobs.find() == []


def test_a_file_that_cannot_be_read_here(client, tmp_path):
    for path in (tmp_path / "absent", tmp_path):
        with pytest.raises(InvalidInputError, match=path.name):
            client.ingest(path)


def test_what_a_job_failed_with_is_raised(platform, client):
    platform.work()
    with pytest.raises(UnsupportedInputError):
        client.wait(client.ingest(io.BytesIO(b"\x00\x01rubbish" * 99), name="rubbish"), timeout=30)
    (failure,) = client.catalogue.failures()
    assert (failure.stage, failure.subject) == ("ingest", "rubbish")
