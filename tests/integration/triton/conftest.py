"""Our server, in one process and behind fronts, for the unmodified client of Triton."""

import pytest
import tritonclient.grpc as triton

from helioscribe.domain.identity import digest
from helioscribe.inference.batching import Bounds
from helioscribe.inference.options import Serving
from support.tiny_plugin import forget, make_plugin
from support.triton import SLOTS, WAIT, cores_taken
from support.wired import wired


@pytest.fixture(scope="module", params=[0, 2], ids=["one process", "two fronts"])
def server(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("plugin")
    package = f"tiny_{digest(str(folder).encode())[:12]}"
    plugins, serving = (
        [make_plugin(folder, package, scale=3.0)],
        Serving(threads=1, cores=2, slots=SLOTS, measured=True, bounds=Bounds(requests=WAIT)),
    )
    with pytest.MonkeyPatch.context() as patch, wired(plugins=plugins, serving=serving, fronts=request.param) as server:
        patch.syspath_prepend(folder)
        yield server
    forget(package)


@pytest.fixture
def held():
    """Requests wait."""
    with cores_taken():
        yield


@pytest.fixture
def client(server):
    with triton.InferenceServerClient(f"localhost:{server.server.port}") as client:
        yield client
