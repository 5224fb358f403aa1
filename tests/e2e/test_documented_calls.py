"""The programs of the README and of docs/api.md do what stands there."""

import os
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
SCRIPT = Path(sys.executable).with_name("helioscribe")
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("HELIOSCRIBE_")}
GOES = "go1520110607.fits"


def programs(page):
    return re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture(scope="module")
def where(tmp_path_factory):
    """Addresses of a new platform, by the words with which it tells them."""
    command = [SCRIPT, "--home", tmp_path_factory.mktemp("home"), "up", "--http-port", "0", "--grpc-port", "0"]
    process = subprocess.Popen(
        list(map(str, command)), env=ENVIRONMENT | {"PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE, text=True
    )
    try:
        yield dict(process.stdout.readline().split() for _ in range(3))
    finally:
        process.terminate()
        process.communicate(timeout=30)


@pytest.fixture
def folder(tmp_path):
    """The file that the programs speak of, and a folder of magnetograms with a file that is none."""
    (tmp_path / GOES).write_bytes((files("sunpy.data.test") / GOES).read_bytes())
    (tmp_path / "magnetograms").mkdir()
    (tmp_path / "magnetograms" / "notes.fits").write_bytes(b"SIMPLE  = nothing")
    return tmp_path


def run(program, folder, where, **environment):
    text = program.replace("grpc://127.0.0.1:50051", where["gRPC"]).replace(
        "http://127.0.0.1:8080", where["pages"].rstrip("/")
    )
    text = text.replace("127.0.0.1:50051", where["gRPC"].removeprefix("grpc://"))
    done = subprocess.run(
        [sys.executable, "-c", text],
        cwd=folder,
        env=ENVIRONMENT | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_clients_of_the_readme(folder, where):
    ours, sunpys = programs("README.md")
    said = run(ours, folder, where).splitlines()
    assert said[0] == "2011-06-07 06:41:00+00:00 M2.5"
    assert said[1] == "1 flare"
    assert said[2].startswith("notes.fits ")
    assert "GOES" in run(sunpys, folder, where)


def test_a_client_made_of_the_proto_files(folder, where):
    (program,) = programs("docs/api.md")
    protos = sorted(map(str, (ROOT / "proto").glob("helioscribe/proto/v1/*.proto")))
    stubs = folder / "stubs"
    stubs.mkdir()
    made = [
        sys.executable,
        "-m",
        "grpc_tools.protoc",
        "-I",
        str(ROOT / "proto"),
        f"--python_out={stubs}",
        f"--grpc_python_out={stubs}",
    ]
    subprocess.run([*made, *protos], check=True, timeout=60)
    said = run(program, folder, where, PYTHONPATH=str(stubs)).splitlines()
    assert "FL 2011-06-07T06:41:00Z M2.5" in said[:-1]
    assert "evt-" in said[-1]
