"""The real site on a real socket, over ports in memory."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any

import pytest

from helioscribe.adapters.memory import MemoryCatalogue, MemoryEmbeddings, MemoryJobs, MemoryModels
from helioscribe.adapters.memory.artifacts import MemoryArtifacts
from helioscribe.runtime.auth import TokenFile
from helioscribe.sdk.discovery import Plugin
from helioscribe.web.backend import Backend
from helioscribe.web.http_server import HttpServer, listen
from helioscribe.web.site import make_site


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Site:
    catalogue: Any = field(default_factory=MemoryCatalogue)
    jobs: Any = field(default_factory=MemoryJobs)
    models: Any = field(default_factory=MemoryModels)
    artifacts: Any = field(default_factory=MemoryArtifacts)
    embeddings: Any = field(default_factory=MemoryEmbeddings)
    plugins: list[Plugin] = field(default_factory=list)
    port: int = 0

    def get(self, path: str) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, headers, answer.read())
        finally:
            connection.close()


@pytest.fixture
def site():
    made = Site()
    parts = {name: getattr(made, name) for name in ("catalogue", "jobs", "models", "artifacts", "embeddings")}
    server = HttpServer.start(make_site(Backend(**parts, detectors=lambda: made.plugins)), listen("127.0.0.1", 0))
    made.port = server.port
    yield made
    server.stop()


class Guarded:
    """A site with rules of its own."""

    def __init__(self, site: Any, **rules: Any) -> None:
        parts = {name: getattr(site, name) for name in ("catalogue", "jobs", "models", "artifacts", "embeddings")}
        self.server = HttpServer.start(make_site(Backend(**parts, detectors=list), **rules), listen("127.0.0.1", 0))

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], str]:
        connection = HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        data = body if isinstance(body, (bytes, str, type(None))) else json.dumps(body)
        connection.request(method, path, data, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        found = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read().decode()
        connection.close()
        return found


@pytest.fixture
def guarded(site, tmp_path):
    """Make sites; all are stopped at the end."""
    made = []

    def make(**rules: Any) -> Guarded:
        made.append(Guarded(site, **rules))
        return made[-1]

    yield make
    for one in made:
        one.server.stop()


@pytest.fixture
def tokens(tmp_path) -> TokenFile:
    return TokenFile(tmp_path / "tokens.json")
