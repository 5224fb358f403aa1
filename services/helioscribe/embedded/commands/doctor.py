"""``doctor``: what is installed, reachable and loaded, on which device, and what is wrong."""

from __future__ import annotations

import os
import platform as machine
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

import click

from helioscribe.domain.errors import HelioscribeError, UsageError
from helioscribe.embedded.console import as_json, at_home, home_option, json_option, platform
from helioscribe.runtime.settings import PREFIX, Settings

if TYPE_CHECKING:
    from helioscribe.inference.host import DetectorHost

__all__ = ["doctor"]

_NEEDED = (
    "numpy",
    "astropy",
    "sunpy",
    "safetensors",
    "onnxruntime",
    "sqlalchemy",
    "grpcio",
    "protobuf",
    "fastapi",
    "matplotlib",
)
_OPTIONAL = ("onnxruntime-gpu", "celery", "minio", "psycopg", "torch")

Finding = tuple[str, str, str]
"""Topic, state (``ok``, ``absent``, ``wrong``) and what there is to say."""


@click.command()
@home_option
@json_option
def doctor(home: Path | None, json_: bool) -> None:
    """Say what is installed, reachable and loaded, and what is wrong; exit with 1 if anything is."""
    findings = [("python", "ok", f"{sys.version.split()[0]} on {machine.machine()}, {os.cpu_count()} cores")]
    findings += [_library(name, "wrong") for name in _NEEDED] + [_library(name, "absent") for name in _OPTIONAL]
    for topic, looked in (("home", _platform(home)), ("services", _services())):
        try:
            findings += looked
        except HelioscribeError as error:
            findings.append((topic, "wrong", error.message))
    if json_:
        as_json([{"topic": topic, "state": state, "text": text} for topic, state, text in findings])
    else:
        for topic, state, text in findings:
            click.secho(f"{state:<8}{topic:<26}{text}", fg="red" if state == "wrong" else None, dim=state == "absent")
    if any(state == "wrong" for _, state, _ in findings):
        raise click.exceptions.Exit(1)


def _library(name: str, missing: str) -> Finding:
    try:
        return (name, "ok", version(name))
    except PackageNotFoundError:
        return (name, missing, "not installed")


def _platform(home: Path | None) -> Iterator[Finding]:
    with platform(at_home(home), work=False) as embedded:
        free = shutil.disk_usage(embedded.home).free >> 30
        yield ("home", "ok" if free else "wrong", f"{embedded.home}, {free} GiB free")
        failures = len(embedded.platform.catalogue.failures(limit=100_000))
        yield ("failure ledger", "ok", f"{failures} entries")
        yield (devices := _devices(embedded.settings))
        embedded.host.install_models()
        for plugin in embedded.host.plugins():
            fine = plugin.state in ("compatible", "loaded")
            text = f"{plugin.version} {plugin.state}" + (f": {plugin.error}" if plugin.error else "")
            yield (f"detector {plugin.name}", "ok" if fine else "wrong", text)
        if devices[1] == "ok":
            yield from (_model(embedded.host, manifest.id) for manifest in embedded.host.manifests() if manifest.models)


def _model(host: DetectorHost, detector: str) -> Finding:
    try:
        return (f"model {detector}", "ok", host.serving(detector))
    except HelioscribeError as error:
        return (f"model {detector}", "wrong", error.message)


def _devices(settings: Settings) -> Finding:
    from helioscribe.inference.options import Serving
    from helioscribe.inference.session import present, probe

    serving = Serving.of(settings)
    try:
        found = probe(serving.devices)
    except UsageError as error:
        return ("devices", "wrong", error.message)
    lanes = len(serving.lanes(present(serving.devices)))
    at_once = "one run" if lanes == 1 else f"{lanes} runs"
    return ("devices", "ok", f"{settings.devices} is {', '.join(found)}: {at_once} at a time on {serving.cores} cores")


def _services() -> Iterator[Finding]:
    """Look at the distributed platform, if the environment names one."""
    if f"{PREFIX}CATALOGUE" not in os.environ:
        return
    from helioscribe.runtime.wiring import open_artifacts, open_stores

    settings = Settings.from_environment()
    stores = open_stores(settings.catalogue, token=settings.token, authority=settings.tls_authority)
    stores.catalogue.failures(limit=1)
    stores.close()
    yield ("catalogue", "ok", "answers")
    open_artifacts(settings.artifacts).exists("raw/00/none")
    yield ("artifacts", "ok", "answers")
