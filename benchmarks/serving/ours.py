"""Serve ONNX graphs as the inference service does: ``python ours.py [--here] [--threads 1] [--fronts 1] NAME=FILE...``; prints its port."""

from __future__ import annotations

import argparse
import signal
import threading
from pathlib import Path

from graphs import read_graph

from helioscribe.adapters.memory import MemoryModels
from helioscribe.adapters.memory.artifacts import MemoryArtifacts
from helioscribe.domain.model import ModelCard
from helioscribe.domain.times import utc_now
from helioscribe.inference import open_inference
from helioscribe.inference.host import DetectorHost
from helioscribe.inference.options import Serving
from helioscribe.inference.repository import GraphRepository
from helioscribe.runtime.server import Server
from helioscribe.runtime.settings import Settings
from helioscribe.sdk import parse_manifest
from helioscribe.sdk.discovery import Plugin, PluginState

MANIFEST = """
schema_version = 1
id = "{name}"
version = "1"
api = ">=1,<2"
title = "A graph to be measured"
event_types = ["FL"]
entry = "none:none"
model_version = "1"
[input]
product = "light_curve"
[method]
name = "none"
institute = "none"
contact = "none"
url = "none"
[models.graph]
file = "graph.onnx"
sha256 = "{sha256}"
"""


def platform(words: list[str]) -> tuple[MemoryModels, MemoryArtifacts, list[Plugin]]:
    """Return what is registered: a plugin a graph, with its version that serves."""
    models, artifacts, plugins = MemoryModels(), MemoryArtifacts(), []
    for word in words:
        name, _, path = word.partition("=")
        data = Path(path).read_bytes()
        file = read_graph(data)
        artifacts.put(file.key, data)
        models.register(ModelCard(name=name, version="1", files={"graph": file}, created=utc_now()))
        models.promote(name, "1", by="benchmark")
        manifest = parse_manifest(MANIFEST.format(name=name, sha256=file.sha256))
        state = PluginState.COMPATIBLE
        plugins.append(
            Plugin(
                name=name, distribution=name, version="1", manifest=manifest, state=state, since=utc_now(), root=None
            )
        )
    return models, artifacts, plugins


def serve(words: list[str], settings: Settings) -> None:
    """Serve until SIGTERM; print the port, and how many items of each graph run together."""
    models, artifacts, plugins = platform(words)
    host = DetectorHost(models=models, artifacts=artifacts, plugins=plugins, serving=Serving.of(settings))
    repository, server = GraphRepository(host, models), Server(settings, scopes={})
    open_inference.register(server.grpc, repository)
    server.start(*open_inference.SERVICES, later=open_inference.SERVICES, direct=open_inference.direct(repository))
    open_inference.announce(server, repository)
    print(server.port, {graph.name: graph.batch for graph in repository.graphs()}, flush=True)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    stop.wait()
    server.stop(grace=0)
    host.pool.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("graphs", nargs="+")
    parser.add_argument("--here", action="store_true", help="models in the server's own process")
    parser.add_argument("--fronts", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    asked = parser.parse_args()
    serve(
        asked.graphs,
        Settings(
            address="127.0.0.1:0", threads=asked.threads, isolated=not asked.here, devices="cpu", fronts=asked.fronts
        ),
    )


if __name__ == "__main__":
    main()
