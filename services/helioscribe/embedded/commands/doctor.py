"""``doctor``: what is installed, reachable and loaded, on which device, and what is wrong."""

from __future__ import annotations

import os
import platform as machine
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click

from helioscribe.domain.errors import HelioscribeError
from helioscribe.embedded.console import as_json, home_option, json_option, platform

__all__ = ["doctor"]

_LIBRARIES = (
    "numpy", "astropy", "sunpy", "safetensors", "onnxruntime", "onnxruntime-gpu", "sqlalchemy", "grpcio", "protobuf",
    "celery", "minio", "psycopg", "matplotlib", "torch",
)  # fmt: skip

Finding = tuple[str, str, str]
"""Topic, state (``ok``, ``absent``, ``wrong``) and what there is to say."""


@click.command()
@home_option
@json_option
def doctor(home: Path | None, json_: bool) -> None:
    """Say what is installed, reachable and loaded, and what is wrong; exit with 1 if anything is."""
    findings = [("python", "ok", f"{sys.version.split()[0]} on {machine.machine()}, {os.cpu_count()} cores")]
    findings += [_library(name) for name in _LIBRARIES] + _platform(home)
    if json_:
        as_json([{"topic": topic, "state": state, "text": text} for topic, state, text in findings])
    else:
        for topic, state, text in findings:
            click.echo(f"{state:<7} {topic:<28} {text}")
    if any(state == "wrong" for _, state, _ in findings):
        raise click.exceptions.Exit(1)


def _library(name: str) -> Finding:
    try:
        return (name, "ok", version(name))
    except PackageNotFoundError:
        return (name, "absent", "not installed")


def _platform(home: Path | None) -> list[Finding]:
    try:
        with platform(home) as embedded:
            found: list[Finding] = [("home", "ok", str(embedded.home))]
            embedded.host.install_models()
            events = len(embedded.platform.catalogue.failures(limit=100_000))
            found.append(("failure ledger", "ok", f"{events} entries"))
            for plugin in embedded.host.plugins():
                fine = plugin.state in ("compatible", "loaded")
                text = f"{plugin.version} {plugin.state}" + (f": {plugin.error}" if plugin.error else "")
                found.append((f"detector {plugin.name}", "ok" if fine else "wrong", text))
            found += [(f"model {name}", "ok", text) for name, text in embedded.host.serving().items()]
            return found
    except HelioscribeError as error:
        return [("home", "wrong", error.message)]
