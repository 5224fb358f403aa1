"""What every artifact store does."""

import io
import threading

import pytest

from helioscribe.adapters.localfs import FolderArtifacts
from helioscribe.adapters.memory.artifacts import MemoryArtifacts
from helioscribe.domain.errors import InvalidInputError, NotFoundError, UnavailableError
from helioscribe.ports.artifacts import artifact_key

HOSTILE = [
    "",
    "/",
    "/etc/passwd",
    "..",
    "../x",
    "a/../b",
    "a/./b",
    "a//b",
    "a/",
    ".hidden",
    "a/.partial-1",
    "-rf",
    "a b",
    "a\x00b",
    "a\nb",
    "a\n",
    "C:\\x",
    "~root",
    "a/..%2f",
    "é",
    "x" * 513,
]


@pytest.fixture(params=["memory", "folder", pytest.param("s3", marks=pytest.mark.integration)])
def store(request, tmp_path):
    if request.param == "s3":
        from helioscribe.adapters.s3 import open_bucket

        return open_bucket(request.getfixturevalue("s3_url"))
    return MemoryArtifacts() if request.param == "memory" else FolderArtifacts(tmp_path / "store")


@pytest.fixture
def folder(tmp_path):
    return FolderArtifacts(tmp_path / "store")


@pytest.mark.parametrize("data", [b"", b"bytes", b"\x00" * (3 << 20)], ids=["nothing", "little", "much"])
@pytest.mark.parametrize("as_stream", [False, True])
def test_what_is_put_is_what_one_gets(store, data, as_stream):
    store.put("raw/ab/abc", io.BytesIO(data) if as_stream else data)
    assert store.get("raw/ab/abc") == data
    assert store.size("raw/ab/abc") == len(data)
    assert store.exists("raw/ab/abc")
    with store.open("raw/ab/abc") as stream:
        assert stream.read() == data


def test_keys_are_listed_in_order_by_their_beginning(store):
    for key in ("raw/b", "raw/a/c", "models/x.onnx", "raw/a"[:4] + "aa"):
        store.put(key, b"x")
    assert list(store.keys()) == ["models/x.onnx", "raw/a/c", "raw/aa", "raw/b"]
    assert list(store.keys("raw/a")) == ["raw/a/c", "raw/aa"]
    assert list(store.keys("nothing")) == []


def test_putting_again_changes_nothing_and_deleting_twice_does_no_harm(store):
    store.put("raw/a", b"x")
    store.put("raw/a", b"x")
    assert store.get("raw/a") == b"x"
    store.delete("raw/a")
    store.delete("raw/a")
    assert not store.exists("raw/a")
    assert list(store.keys()) == []


@pytest.mark.parametrize("call", ["get", "open", "size"])
def test_what_is_not_there_is_not_found(store, call):
    store.put("raw/a/b", b"x")
    for key in ("raw/nothing", "raw/a"):
        with pytest.raises(NotFoundError, match=f"no artifact {key}"):
            getattr(store, call)(key)
        assert not store.exists(key)


def test_more_than_the_limit_is_refused(store):
    store.put("raw/a", b"12345")
    assert store.get("raw/a", limit=5) == b"12345"
    with pytest.raises(InvalidInputError, match="artifact raw/a: larger than 4 bytes"):
        store.get("raw/a", limit=4)


@pytest.mark.parametrize("key", HOSTILE, ids=[ascii(key[:20]) for key in HOSTILE])
def test_hostile_keys_are_refused_by_every_method(store, key):
    for call in (store.get, store.open, store.size, store.exists, store.delete, store.url):
        with pytest.raises(InvalidInputError, match="not an artifact key"):
            call(key)
    with pytest.raises(InvalidInputError, match="not an artifact key"):
        store.put(key, b"x")
    assert list(store.keys()) == []


class Breaks(io.BytesIO):
    """A stream that ends with an error, as an upload may."""

    def read(self, size=-1):
        if size < 0 or self.tell():
            raise ConnectionResetError("the other side went away")
        return super().read(3)


def test_a_stream_that_breaks_leaves_nothing(store, tmp_path):
    with pytest.raises((ConnectionResetError, UnavailableError)):
        store.put("raw/a", Breaks(b"123456"))
    assert not store.exists("raw/a")
    assert list(store.keys()) == []
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_readers_see_all_or_nothing_while_many_write(store):
    data = b"x" * (1 << 20)
    seen, done = [], threading.Event()

    def read():
        while not done.is_set():
            if store.exists("raw/a"):
                seen.append(len(store.get("raw/a")))

    reader = threading.Thread(target=read)
    writers = [threading.Thread(target=store.put, args=("raw/a", data)) for _ in range(8)]
    reader.start()
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    done.set()
    reader.join()
    assert set(seen) <= {1 << 20}
    assert store.get("raw/a") == data


def test_the_key_of_content():
    assert artifact_key("raw", "ab" * 32, ".fits") == f"raw/ab/{'ab' * 32}.fits"


def test_a_link_out_of_the_folder_is_not_followed(folder, tmp_path):
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "file").write_bytes(b"secret")
    folder.put("raw/x", b"x")
    (tmp_path / "store" / "out").symlink_to(secret)
    (tmp_path / "store" / "direct").symlink_to(secret / "file")
    for key in ("out/file", "direct"):
        for call in (folder.get, folder.open, folder.size, folder.exists, folder.delete):
            with pytest.raises(InvalidInputError, match="leads out of the store"):
                call(key)
        with pytest.raises(InvalidInputError, match="leads out of the store"):
            folder.put(key, b"x")
    assert (secret / "file").read_bytes() == b"secret"
    assert list(folder.keys()) == ["raw/x"]


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises((UnavailableError, NotFoundError)):
        FolderArtifacts(tmp_path / "file").put("raw/a", b"x")


def test_a_files_url_is_its_path(folder, tmp_path):
    folder.put("raw/a", b"x")
    assert folder.url("raw/a") == (tmp_path / "store" / "raw" / "a").as_uri()
