"""The platform in containers, where scripts/compose-test.sh has brought it up: reached from outside."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from helioscribe.adapters.rpc import open_channel
from helioscribe.adapters.rpc.channel import Caller
from helioscribe.client import Client

__all__ = ["calling", "containers", "operator"]


def operator() -> str:
    """Return the token that opens everything."""
    return Path(os.environ["STACK_TOKEN_FILE"]).read_text(encoding="utf-8").strip()


def _address(port: str) -> str:
    return f"grpc://{os.environ['STACK_HOST']}:{os.environ[port]}"


def containers() -> Client:
    """Return a client of all services."""
    catalogue, ingest, inference = map(_address, ("CATALOGUE_PORT", "INGEST_PORT", "INFERENCE_PORT"))
    return Client(catalogue, ingest=ingest, inference=inference, token=operator())


@contextmanager
def calling(port: str) -> Iterator[Caller]:
    """Open a channel to one service."""
    caller = open_channel(_address(port), token=operator())
    try:
        yield caller
    finally:
        caller.close()
