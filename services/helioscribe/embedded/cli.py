"""The command line ``helioscribe``: it answers quickly because every command is imported when it is called."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import click

from helioscribe.domain.errors import HelioscribeError, UsageError

__all__ = ["cli", "main"]

_COMMANDS = {
    "demo": ("demo", "Run real observations through every detector, then serve."),
    "up": ("up", "Run the whole platform in this process."),
    "ingest": ("detect", "Read files into observations and products."),
    "detect": ("detect", "Read files, run detectors on them, print the events."),
    "events": ("events", "Search, show and export the catalogue."),
    "plot": ("plot", "Draw a light curve with its scores and events."),
    "detectors": ("detectors", "Show the installed detectors."),
    "models": ("models", "Show models, and choose which version serves."),
    "jobs": ("jobs", "Show, cancel and retry work."),
    "failures": ("jobs", "Show inputs that could not be used."),
    "convert": ("convert", "Show what a STIX FITS file holds, or write it as CSV."),
    "doctor": ("doctor", "Say what is installed, reachable and loaded, and what is wrong."),
}


class _Lazy(click.Group):
    """Knows the names and one-line helps of its commands without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = import_module(f"helioscribe.embedded.commands.{_COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="helioscribe")
@click.option(
    "--home", type=click.Path(path_type=Path, file_okay=False), help="Folder of the platform's data.", metavar="DIR"
)
@click.pass_context
def cli(ctx: click.Context, home: Path | None) -> None:
    """Watch the Sun's data, run detectors over it, and keep the catalogue of solar events."""
    ctx.obj = home


def main() -> None:
    """Run the command line; exit with 0, with 1 if something failed, with 2 for wrong usage."""
    try:
        cli(standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except HelioscribeError as error:
        click.echo(f"helioscribe: {error.message}", err=True)
        sys.exit(2 if isinstance(error, UsageError) else 1)
