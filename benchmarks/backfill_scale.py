"""A backfill over many synthetic observations through the real queue: throughput, memory, and what live work waits.

Usage: ``python benchmarks/backfill_scale.py [OBSERVATIONS] [WORKERS]`` (100000 and 2 by default). Postgres, RabbitMQ and
every service run as processes of their own on this machine, artifacts lie in a folder. Every observation is an hour of a
quiet GOES sensor; the detector is the rise rule, so that what is measured is the platform and not a network.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import numpy as np
from support.cluster import Cluster
from support.postgres import start_server
from support.rabbitmq import RabbitServer

from helioscribe.adapters.celery_queue import CeleryQueue
from helioscribe.adapters.product_codec import encode_product
from helioscribe.db import SqlCatalogue, open_engine
from helioscribe.domain.identity import digest
from helioscribe.domain.observation import Observation, observation_id
from helioscribe.domain.product import LightCurve, ProductKind
from helioscribe.domain.times import TimeRange
from helioscribe.ports.artifacts import artifact_key
from helioscribe.runtime.backfill import Backfill
from helioscribe.runtime.wiring import open_artifacts
from helioscribe.sdk.discovery import discover

BEGIN = datetime(2011, 1, 1, tzinfo=UTC)
DETECTOR = "xray-threshold"


def quiet() -> LightCurve:
    """An hour of a sensor that sees nothing but its noise."""
    from support.factories import make_light_curve

    return make_light_curve()


def fill(catalogue: SqlCatalogue, number: int, product: LightCurve, key: str, sha256: str) -> None:
    """Record observations, an hour apart, that share one product."""
    for hour in range(number):
        start = BEGIN + timedelta(hours=hour)
        raw = digest(b"%d" % hour)
        catalogue.add_observation(
            Observation(
                id=observation_id(raw), sha256=raw, size=1, name=f"{hour}.nc", archive="synthetic",
                observatory=product.observatory, instrument=product.instrument, channel="", product_kind=product.kind,
                time_range=TimeRange(start=start, end=start + timedelta(hours=1)), raw_key=key, product_key=key,
                product_sha256=sha256,
            )
        )  # fmt: skip


def resident(pid: int) -> float:
    """Memory of a process [MiB]."""
    text = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(next(line for line in text.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024
