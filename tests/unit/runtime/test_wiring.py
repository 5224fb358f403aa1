"""URLs pick adapters."""

import pytest

from helioscribe.adapters.local_queue import LocalQueue
from helioscribe.adapters.localfs import FolderArtifacts
from helioscribe.adapters.memory.artifacts import MemoryArtifacts
from helioscribe.domain.errors import HelioscribeError, InvalidInputError
from helioscribe.domain.job import JobKind
from helioscribe.runtime.settings import Settings
from helioscribe.runtime.wiring import connect, open_artifacts, open_queue, open_stores


def test_an_embedded_platform_is_kept_on_disk(tmp_path):
    home = tmp_path / "a home with spaces"
    home.mkdir()
    settings = Settings.embedded(home)
    platform = connect(settings)
    job, new = platform.jobs.submit(JobKind.INGEST, "k", {"name": "x"})
    platform.artifacts.put("raw/a", b"x")
    platform.close()
    assert new
    again = connect(settings)
    try:
        assert again.jobs.get(job.id).payload == {"name": "x"}
        assert again.artifacts.get("raw/a") == b"x"
        assert (home / "artifacts" / "raw" / "a").is_file()
    finally:
        again.close()


def test_memory_needs_nothing():
    platform = connect(Settings())
    assert isinstance(platform.artifacts, MemoryArtifacts)
    assert isinstance(platform.queue, LocalQueue)
    assert platform.catalogue.failures() == []
    platform.close()


def test_a_files_url_is_a_folder(tmp_path):
    store = open_artifacts((tmp_path / "ä b").as_uri())
    assert isinstance(store, FolderArtifacts)
    store.put("raw/a", b"x")
    assert (tmp_path / "ä b" / "raw" / "a").is_file()


@pytest.mark.parametrize("opening", [open_artifacts, open_queue, open_stores])
@pytest.mark.parametrize("url", ["", "ftp://host", "nonsense"])
def test_an_unknown_address_is_refused(opening, url):
    with pytest.raises(InvalidInputError, match="unknown address .*, expected"):
        opening(url)


def test_a_database_that_cannot_be_opened_is_one_line(tmp_path):
    (tmp_path / "file").write_bytes(b"this is no database at all, but long enough to be read as one")
    with pytest.raises(HelioscribeError) as caught:
        open_stores(f"sqlite:///{tmp_path / 'file'}")
    assert "\n" not in caught.value.message
