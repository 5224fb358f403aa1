"""Several processes of the catalogue service answer at one address, on real Postgres."""

import os
import signal
import subprocess
import sys
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from helioscribe.catalogue.crew import Crew
from helioscribe.db import SqlCatalogue, migrate, open_engine
from helioscribe.domain.errors import InvalidInputError, UnavailableError
from helioscribe.domain.query import EventQuery
from helioscribe.runtime.settings import Settings
from helioscribe.runtime.wiring import open_stores
from support.factories import make_event
from support.ports import free_port
from support.waiting import eventually

HOW_MANY = 2


@contextmanager
def catalogue(url: str, port: int, folder: Path):
    """Run the service; its processes are gone afterwards."""
    settings = {
        "CATALOGUE": url,
        "QUEUE": "memory://",
        "ADDRESS": f"127.0.0.1:{port}",
        "CATALOGUE_PROCESSES": str(HOW_MANY),
    }
    kept = {key: value for key, value in os.environ.items() if not key.startswith("HELIOSCRIBE_")}
    environment = kept | {f"HELIOSCRIBE_{key}": value for key, value in settings.items()}
    with (folder / "log").open("ab") as log:
        command = [sys.executable, "-m", "helioscribe.catalogue.app"]
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        yield process
    finally:
        beside = children(process.pid)
        process.kill()
        process.wait()
        eventually(lambda: not any(map(alive, beside)))


def children(pid: int) -> set[int]:
    found = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    return {int(child) for text in found for child in text.split()}


def alive(pid: int) -> bool:
    with suppress(OSError):
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    return False


def listeners(port: int) -> int:
    """How many sockets listen at a port of this machine."""
    lines = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()]
    return sum(words[1].endswith(f":{port:04X}") and words[3] == "0A" for words in lines)


def answers(port: int) -> bool:
    """Whether a new connection, which may come to any of the processes, is answered."""
    options = [("grpc.use_local_subchannel_pool", 1)]
    with closing(grpc.insecure_channel(f"127.0.0.1:{port}", options=options)) as channel, suppress(grpc.RpcError):
        # What was about to be taken by a process that dies is sent again, as channels do.
        ask = health_pb2_grpc.HealthStub(channel).Check
        answer = ask(health_pb2.HealthCheckRequest(), timeout=5, wait_for_ready=True)
        return answer.status == health_pb2.HealthCheckResponse.SERVING
    return False


@pytest.fixture
def filled(postgres_url):
    engine = open_engine(postgres_url)
    migrate(engine)
    SqlCatalogue(engine).import_events([make_event(number, number + 1) for number in range(5)])
    engine.dispose()
    return postgres_url


def test_one_address_outlives_each_of_its_processes(filled, tmp_path) -> None:
    port = free_port()
    with catalogue(filled, port, tmp_path) as service:
        eventually(lambda: listeners(port) >= HOW_MANY and len(children(service.pid)) == HOW_MANY - 1, seconds=60)
        assert all(answers(port) for _ in range(12))
        victim = min(children(service.pid))
        os.kill(victim, signal.SIGKILL)
        eventually(lambda: not alive(victim))
        assert all(answers(port) for _ in range(12))
        with closing(open_stores(f"grpc://127.0.0.1:{port}")) as far:
            assert len(list(far.catalogue.search(EventQuery()))) == 5
        eventually(
            lambda: len(children(service.pid) - {victim}) == HOW_MANY - 1 and listeners(port) >= HOW_MANY, seconds=60
        )
        beside = children(service.pid)
        service.terminate()
        assert service.wait(30) == 0
        assert not any(map(alive, beside))
        assert listeners(port) == 0


def test_the_address_is_not_shared_with_others_and_free_when_the_first_process_is_gone(filled, tmp_path) -> None:
    port = free_port()
    with catalogue(filled, port, tmp_path) as service:
        eventually(lambda: listeners(port) >= HOW_MANY, seconds=60)
        settings = Settings(catalogue=filled, address=f"127.0.0.1:{port}", catalogue_processes=2)
        with pytest.raises(UnavailableError, match=f"listening on 127.0.0.1:{port}"):
            Crew(settings, pytest.fail)
        told = min(children(service.pid))
        os.kill(told, signal.SIGTERM)
        log = tmp_path / "log"
        eventually(lambda: "ended with" in log.read_text(), seconds=30)
        assert "ended with status 0;" in log.read_text()
        service.kill()
        eventually(lambda: listeners(port) == 0)


def test_processes_share_postgres_only(tmp_path) -> None:
    with pytest.raises(InvalidInputError, match="CATALOGUE_PROCESSES"):
        Crew(Settings(catalogue=f"sqlite:///{tmp_path}/x.db", catalogue_processes=2), pytest.fail)
