"""The real site on a real socket, over ports in memory."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any

import pytest

from helioscribe.adapters.memory import MemoryCatalogue, MemoryEmbeddings, MemoryJobs, MemoryModels
from helioscribe.adapters.memory.artifacts import MemoryArtifacts
from helioscribe.sdk.discovery import Plugin
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
    server = HttpServer.start(make_site(**parts, detectors=lambda: made.plugins), listen("127.0.0.1", 0))
    made.port = server.port
    yield made
    server.stop()
