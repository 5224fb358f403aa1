import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from helioscribe.domain.errors import InvalidInputError, NotFoundError, UnavailableError
from helioscribe.embedded.inputs.files import find_inputs

BODY = bytes(range(256)) * 1000


class Pages(BaseHTTPRequestHandler):
    def do_GET(self):
        status = {"/gone.fits": 404, "/broken.fits": 500}.get(self.path, 200)
        self.send_response(status)
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY[: len(BODY) // 2] if "half" in self.path else BODY)

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def server():
    with running() as url:
        yield url


@contextmanager
def running():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_files_and_those_below_folders_are_found(tmp_path):
    for name in ("b.fits", "a.fits", "deeper/c.csv", ".hidden"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    inputs = find_inputs([str(tmp_path), str(tmp_path / "a.fits")])
    assert [item.name for item in inputs] == ["a.fits", "b.fits", "c.csv", "a.fits"]
    with inputs[2].open() as data:
        assert data.read() == b"deeper/c.csv"


def test_a_store_below_a_folder_is_a_store(tmp_path):
    store = tmp_path / "stores" / "small.zarr"
    store.mkdir(parents=True)
    (store / ".zgroup").write_text('{"zarr_format": 2}')
    with pytest.raises(NotFoundError, match=r"small\.zarr: no such channel"):
        find_inputs([str(tmp_path)])


def test_a_file_that_is_not_there_is_told_when_it_is_opened(tmp_path):
    (item,) = find_inputs([str(tmp_path / "none.fits")])
    with pytest.raises(NotFoundError, match="no such file or folder"):
        item.open()
    with pytest.raises(NotFoundError):
        find_inputs(["\x00nonsense"])[0].open()


def test_an_empty_folder_is_told(tmp_path):
    with pytest.raises(InvalidInputError, match="holds no files"):
        find_inputs([str(tmp_path)])


def test_an_address_is_downloaded(server):
    (item,) = find_inputs([f"{server}/data/day%201.fits?version=2"])
    assert item.name == "day 1.fits"
    with item.open() as data:
        assert data.read(10) == BODY[:10]
        assert data.read() == BODY[10:]


def test_a_download_that_breaks_off_is_no_file(server):
    (item,) = find_inputs([f"{server}/half.fits"])
    with item.open() as data, pytest.raises(UnavailableError, match="broke off"):
        data.read()


@pytest.mark.parametrize(
    ("path", "error", "said"),
    [("gone.fits", NotFoundError, "answers 404"), ("broken.fits", UnavailableError, "answers 500")],
)
def test_what_the_server_says_is_told(server, path, error, said):
    with pytest.raises(error, match=said):
        find_inputs([f"{server}/{path}"])[0].open()


def test_nobody_there():
    with running() as url:
        pass
    with pytest.raises(UnavailableError, match="cannot be reached"):
        find_inputs([f"{url}/x.fits"])[0].open()
