"""``detectors``: plugins, their states and their errors; new ones, and whether they keep the contract."""

from __future__ import annotations

from pathlib import Path

import click

from helioscribe.domain.errors import ConflictError
from helioscribe.embedded.console import Commands, as_json, home_option, json_option, platform, table
from helioscribe.sdk.discovery import Plugin, discover

__all__ = ["detectors"]


@click.group(cls=Commands)
def detectors() -> None:
    """Show the installed detectors; write and check new ones."""


@detectors.command("list")
@json_option
def list_(json_: bool) -> None:
    """Print all installed plugins; broken ones with their error."""
    plugins = discover()
    if json_:
        as_json([_record(plugin) for plugin in plugins])
        return
    rows = [
        (p.name, p.version, p.state, _reads(p), p.error or (p.manifest.title if p.manifest else "")) for p in plugins
    ]
    table(("detector", "version", "state", "reads", "what it is, or what is wrong"), rows)


@detectors.command()
@click.argument("name")
@click.option(
    "--in",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    metavar="DIR",
    help="Folder in which the detector's folder is made; the current one by default.",
)
@click.option("--network", is_flag=True, help="Include a neural network and the code that trains it.")
def new(name: str, folder: Path, network: bool) -> None:
    """Write the package of a new detector called NAME, which works as it is."""
    from helioscribe.sdk.scaffold import write_plugin

    if name in {plugin.name for plugin in discover()}:
        raise ConflictError(f"a detector {name} is installed already; two of one name would both fail")
    for path in write_plugin(name, folder, network=network):
        click.echo(str(path))
    click.echo(f"\nnext: pip install -e {folder / name}; helioscribe detectors check {name}", err=True)


@detectors.command()
@click.argument("name")
@home_option
@json_option
def check(name: str, home: Path | None, json_: bool) -> None:
    """Check that an installed detector keeps the rules for plugins; exit with 1 if a check fails."""
    from helioscribe.sdk.discovery import find_plugin
    from helioscribe.sdk.testing import check_plugin

    manifest = find_plugin(name).manifest
    with platform(home, work=False) as embedded:
        models = embedded.host.models_of(name) if manifest and manifest.models else None
        report = check_plugin(name, models=models)
    if json_:
        as_json([{"check": f.name, "passed": f.passed, "text": f.message} for f in report.findings])
    else:
        table(("", "check", ""), [("ok" if f.passed else "FAILED", f.name, f.message) for f in report.findings])
    if not report.passed:
        raise click.exceptions.Exit(1)


def _reads(plugin: Plugin) -> str:
    if plugin.manifest is None:
        return ""
    spec = plugin.manifest.input
    return f"{spec.product.replace('_', ' ')} of {', '.join(spec.instruments) or 'any instrument'}"


def _record(plugin: Plugin) -> dict[str, object]:
    manifest = plugin.manifest
    return {
        "id": plugin.name,
        "distribution": plugin.distribution,
        "version": plugin.version,
        "state": plugin.state.value,
        "error": plugin.error,
        "event_types": list(manifest.event_types) if manifest else [],
        "parameters": {name: spec.default for name, spec in manifest.parameters.items()} if manifest else {},
    }
