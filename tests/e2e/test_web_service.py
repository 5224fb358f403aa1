"""The web pages as a service of their own, which asks the others over gRPC."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from helioscribe.embedded.platform import Embedded
from helioscribe.embedded.servers import start_grpc

pytestmark = pytest.mark.e2e

SCRIPT = Path(sys.executable).with_name("helioscribe")


@pytest.fixture
def others(tmp_path):
    """Catalogue and inference of one process, with one event."""
    import sunpy

    goes = Path(sunpy.__file__).parent / "data" / "test" / "go1520110607.fits"
    with Embedded(tmp_path / "home") as embedded, goes.open("rb") as data:
        outcome = embedded.wait(embedded.accept(data, name=goes.name))
        server = start_grpc(embedded, port=0)
        (event,) = embedded.events(outcome)
        yield f"grpc://127.0.0.1:{server.port}", (tmp_path / "home" / "artifacts").as_uri(), event
        server.stop()


def test_pages_over_grpc(others):
    address, artifacts, event = others
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HELIOSCRIBE_")} | {
        "HELIOSCRIBE_CATALOGUE": address,
        "HELIOSCRIBE_INFERENCE": address,
        "HELIOSCRIBE_ARTIFACTS": artifacts,
        "HELIOSCRIBE_HTTP_ADDRESS": "127.0.0.1:0",
    }
    process = subprocess.Popen([SCRIPT, "serve", "web"], env=environment, stderr=subprocess.PIPE, text=True)
    try:
        port = next(found[1] for line in process.stderr if (found := re.search(r"web serves on port (\d+)", line)))
        for path, text in {
            "/": event.id,
            f"/events/{event.id}": event.frm_specificid,
            "/detectors": "xray-threshold",
            "/jobs": "go1520110607.fits",
            "/failures": "could be used",
            "/api/events": "M2.5",
            "/healthz": "ok",
        }.items():
            with urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as page:
                assert text in page.read().decode(), path
        with urlopen(f"http://127.0.0.1:{port}/events/{event.id}/picture", timeout=20) as page:
            assert page.read(4) == b"\x89PNG"
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.communicate()
