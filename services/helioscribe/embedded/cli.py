"""The command line ``helioscribe``. Each command is imported only when it is called, so that help comes quickly."""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from pathlib import Path

import click

from helioscribe.domain.errors import (
    HelioscribeError,
    InternalError,
    InvalidInputError,
    MissingDependencyError,
    PermanentError,
    UsageError,
)

__all__ = ["COMMANDS", "cli", "main"]

COMMANDS = {
    "demo": ("demo", "Run real observations through every detector, then serve them."),
    "up": ("up", "Run the whole platform in this process."),
    "ingest": ("ingest", "Read files into observations and products."),
    "fetch": ("fetch", "Download observations from their archive and ingest them."),
    "convert": ("convert", "Show what a FITS file holds, or write its light curve as CSV."),
    "detect": ("detect", "Read files, run detectors on them, print the events."),
    "backfill": ("backfill", "Run a detector on all observations of a span of time in the catalogue."),
    "events": ("events", "Search, show, import and export the catalogue."),
    "coverage": ("coverage", "Show which times were processed, where nothing was found, and what failed."),
    "reproduce": ("reproduce", "Run the detector of an event again and compare the result."),
    "review": ("review", "Review events, images and clusters, and list what needs a review."),
    "export": ("export", "Write data sets of ingested images, such as zarr for machine learning."),
    "plot": ("plot", "Draw a file with its events, or one event."),
    "qc": ("qc", "Draw coverage, cadence, exposure and degradation of image sets."),
    "detectors": ("detectors", "Show the installed detectors; write and check new ones."),
    "train": ("train", "Train models: order, watch, stop and resume trainings."),
    "datasets": ("datasets", "Keep versions of training data, with checksums and origin."),
    "evaluate": ("evaluate", "Measure a detector on labelled data."),
    "models": ("models", "Show models, and choose which version serves."),
    "jobs": ("jobs", "Show, cancel and retry work."),
    "failures": ("jobs", "Show inputs that could not be processed."),
    "subscriptions": ("subscriptions", "Send new and changed events to web addresses."),
    "tokens": ("tokens", "Make, list and revoke API tokens."),
    "serve": ("serve", "Run one service of the distributed platform."),
    "doctor": ("doctor", "Check what is installed, reachable and loaded, and say what is wrong."),
}
"""Name to module and one line of help."""

_FAILED, _WRONG_USAGE, _INTERRUPTED = 1, 2, 130
_LEVEL = "HELIOSCRIBE_LOG_LEVEL"


class _Lazy(click.Group):
    """Knows the names and one-line helps of its commands without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"helioscribe.embedded.commands.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


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
    # ONNX Runtime reports to its maker unless told not to before it is imported.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # what fails is said in one line, by us
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # schedulers end work so; what runs is put back
    sys.exit(_run())


def _run() -> int:
    try:
        code = cli(prog_name="helioscribe", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        return _misused(error)
    except (BrokenPipeError, SystemExit):  # click makes the one the other
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads on, which is no failure
        return 0
    except (click.Abort, KeyboardInterrupt):
        click.echo("helioscribe: interrupted; what had begun is finished by the next command", err=True)
        return _INTERRUPTED
    except Exception as error:  # noqa: BLE001  # whatever it is, a person reads one line
        return _say(error)
    return code if isinstance(code, int) else 0


def _misused(error: click.ClickException) -> int:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()  # the help, in many lines
        return _WRONG_USAGE
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "helioscribe"
    message = " ".join(error.format_message().split()).rstrip(".")
    click.echo(f"helioscribe: {message}; {path} --help says more", err=True)
    return _WRONG_USAGE


def _say(error: Exception) -> int:
    """Say in one line what went wrong; return the exit status."""
    if isinstance(error, ModuleNotFoundError) and not (error.name or "helioscribe").startswith("helioscribe"):
        error = MissingDependencyError.of(str(error.name), extra="embedded")
    if isinstance(error, OSError):  # of the machine: a folder that cannot be written, a full disk
        kind = InvalidInputError if error.filename else PermanentError
        error = kind.wrap(error, doing=str(error.filename or "this machine"))
    if not isinstance(error, HelioscribeError):
        if os.environ.get(_LEVEL, "").upper() == "DEBUG":
            raise error
        error = InternalError.wrap(error, doing=f"a defect ({type(error).__name__}; {_LEVEL}=DEBUG shows where)")
    click.echo(f"helioscribe: {error.message}", err=True)
    return _WRONG_USAGE if isinstance(error, UsageError) else _FAILED
