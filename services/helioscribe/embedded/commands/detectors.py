"""``detectors``: plugins, their states and their errors; new ones, and whether they keep the contract."""

from __future__ import annotations

import click

from helioscribe.embedded.console import as_json, json_option, table
from helioscribe.sdk.discovery import Plugin, discover

__all__ = ["detectors"]


@click.group()
def detectors() -> None:
    """Show the installed detectors; write and check new ones."""


@detectors.command("list")
@json_option
def list_(json_: bool) -> None:
    """Print all plugins, the broken ones with their error."""
    plugins = discover()
    if json_:
        as_json([_record(plugin) for plugin in plugins])
        return
    rows = [
        (p.name, p.version, p.state, _reads(p), p.error or (p.manifest.title if p.manifest else "")) for p in plugins
    ]
    table(("detector", "version", "state", "reads", "what it is, or what is wrong"), rows)


def _reads(plugin: Plugin) -> str:
    if plugin.manifest is None:
        return ""
    spec = plugin.manifest.input
    return f"{spec.product.replace('_', ' ')} of {', '.join(spec.instruments) or 'any instrument'}"


def _record(plugin: Plugin) -> dict[str, object]:
    manifest = plugin.manifest
    return {
        "id": plugin.name, "distribution": plugin.distribution, "version": plugin.version,
        "state": plugin.state.value, "error": plugin.error,
        "event_types": list(manifest.event_types) if manifest else [],
        "parameters": {name: spec.default for name, spec in manifest.parameters.items()} if manifest else {},
    }  # fmt: skip
