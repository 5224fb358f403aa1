"""``serve``: one service of the distributed platform, with its settings from the environment."""

from __future__ import annotations

from importlib import import_module

import click

__all__ = ["serve"]

_SERVICES = {
    "catalogue": ("helioscribe.catalogue.app", "catalogue"),
    "association": ("helioscribe.catalogue.app", "association"),
    "ingest": ("helioscribe.ingest.app", "compose"),
    "inference": ("helioscribe.inference.app", "compose"),
    "training": ("helioscribe.embedded.training", "compose"),
    "web": ("helioscribe.web.app", "compose"),
}


@click.command()
@click.argument("service", type=click.Choice(list(_SERVICES)))
def serve(service: str) -> None:
    """Run one SERVICE of the distributed platform until SIGTERM; HELIOSCRIBE_* variables say where the others are."""
    from helioscribe.runtime.service import main

    module, function = _SERVICES[service]
    try:
        main(service, getattr(import_module(module), function))
    except SystemExit as ended:
        raise click.exceptions.Exit(int(ended.code or 0)) from None
