"""The platform in containers, where scripts/compose-test.sh has brought it up: reached from outside."""

from __future__ import annotations

import os
from pathlib import Path

from helioscribe.client import Client

__all__ = ["containers"]


def containers() -> Client:
    """Return a client of all services, with the operator's token."""
    host, names = os.environ["STACK_HOST"], ("CATALOGUE_PORT", "INGEST_PORT", "INFERENCE_PORT")
    catalogue, ingest, inference = (f"grpc://{host}:{os.environ[name]}" for name in names)
    token = Path(os.environ["STACK_TOKEN_FILE"]).read_text(encoding="utf-8").strip()
    return Client(catalogue, ingest=ingest, inference=inference, token=token)
