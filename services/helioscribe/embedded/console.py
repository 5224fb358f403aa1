"""Shared by all commands: common options, the home folder, tables, JSON and progress bars."""

from __future__ import annotations

import getpass
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from helioscribe.domain.detection import Value
from helioscribe.domain.errors import InvalidInputError, UsageError, error_class
from helioscribe.domain.job import JobError
from helioscribe.runtime.logs import configure
from helioscribe.runtime.settings import PREFIX, Settings, default_home

if TYPE_CHECKING:  # what a command needs is imported when it runs
    from helioscribe.embedded.platform import Embedded
    from helioscribe.runtime.wiring import Platform

__all__ = [
    "Commands",
    "as_json",
    "at_home",
    "end",
    "home_option",
    "is_remote",
    "json_option",
    "limit_option",
    "output_file",
    "output_folder",
    "param_option",
    "parse_parameters",
    "paths_argument",
    "platform",
    "progress",
    "stores",
    "table",
    "user_name",
]

C = TypeVar("C", bound=Callable[..., Any])

_LONGEST = 200

paths_argument = click.argument("paths", nargs=-1, required=True, metavar="PATH_OR_URL...")
json_option = click.option("--json", "json_", is_flag=True, help="Print JSON, and nothing else on standard output.")
param_option = click.option(
    "--param", "-p", "pairs", multiple=True, metavar="NAME=VALUE", help="A setting of the detector; repeatable."
)
_home = click.option(
    "--home",
    "home",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder of the platform's data.",
)


class Commands(click.Group):
    """Lists its commands in the order in which they were added, each with its whole first sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # of click
        """Return their names."""
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write them into the help."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, one.get_short_help_str(limit=_LONGEST)) for name, one in self.commands.items()])


def limit_option(default: int, *, most: int = 100_000) -> Callable[[C], C]:
    """Give a command ``--limit``."""
    kind = click.IntRange(1, most)
    return click.option("--limit", type=kind, default=default, show_default=True, help="Print at most this many.")


def output_file(metavar: str, help: str, *, required: bool = False) -> Callable[[C], C]:  # noqa: A002  # click's word
    """Give a command ``-o`` for the file that it writes."""
    kind = click.Path(path_type=Path, dir_okay=False)
    return click.option("-o", "--output", type=kind, metavar=metavar, required=required, help=help)


def output_folder(help: str, *, required: bool = False) -> Callable[[C], C]:  # noqa: A002  # click's word
    """Give a command ``-o`` for the folder that it writes into."""
    kind = click.Path(path_type=Path, file_okay=False)
    return click.option("-o", "--output", type=kind, metavar="DIR", required=required, help=help)


def home_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command ``--home``, which may also stand before the command."""
    return _home(command)


def at_home(home: Path | None) -> Path:
    """Return the home folder; it is made if missing. Raises `InvalidInputError` if that fails."""
    folder: Path = home or click.get_current_context().find_root().obj or default_home()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInputError.wrap(error, doing=f"--home {folder}") from None
    return folder


@contextmanager
def platform(home: Path | None, *, work: bool = True, long: bool = False) -> Iterator[Embedded]:
    """Open the embedded platform for the time of a command.

    Raises
    ------
    click.UsageError
        If the environment names a platform elsewhere, for which the result would be taken.
    """
    if is_remote(home):
        raise click.UsageError(
            f"{PREFIX}CATALOGUE names a platform elsewhere, and this works in a folder of this machine: give --home"
        )
    folder = at_home(home)
    configure(level="CRITICAL", form="text")  # a command says itself, in one line, what went wrong
    from helioscribe.embedded.platform import Embedded

    with Embedded(folder, work=work, long=long) as embedded:
        yield embedded


@contextmanager
def stores(home: Path | None) -> Iterator[Platform]:
    """Open only the stores, without detectors and workers: fast, for commands that read or make small changes."""
    from helioscribe.runtime.wiring import connect

    opened = connect(Settings.from_environment() if is_remote(home) else Settings.embedded(at_home(home)))
    try:
        yield opened
    finally:
        opened.close()


def is_remote(home: Path | None) -> bool:
    """Whether to use the platform that the environment names; false if a home folder was given."""
    return not (home or click.get_current_context().find_root().obj) and f"{PREFIX}CATALOGUE" in os.environ


def user_name() -> str:
    """Return the name of the user who calls the command."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"  # a container may run under a number that has no name


def end(errors: Sequence[JobError]) -> None:
    """Print each error in one line and exit, with 2 if all are wrong usage, else with 1; return if there are none."""
    for error in errors:
        click.echo(f"helioscribe: {error.message}", err=True)
    if errors:
        raise click.exceptions.Exit(2 if all(issubclass(error_class(e.code), UsageError) for e in errors) else 1)


def as_json(value: object) -> None:
    """Print JSON."""
    click.echo(json.dumps(value, indent=1, ensure_ascii=False, default=str))


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, title: str = "") -> None:
    """Print an aligned table, one line for each row; the last column is not padded."""
    texts = [["" if cell is None else _printable(str(cell)) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(columns, *texts, strict=True)]
    widths[-1] = 0
    if title:
        click.secho(title, bold=True)
    if texts or not title:
        click.secho(_line(columns, widths), dim=True)
    for row in texts:
        click.echo(_line(row, widths))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _printable(text: str) -> str:
    # Names come from files: no control character may reach a terminal.
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def parse_parameters(pairs: Sequence[str]) -> dict[str, Value]:
    """Read ``name=value`` pairs. A value that looks like a number, true or false becomes one; others are texts.

    Raises
    ------
    InvalidInputError
        If a pair has no ``=``.
    """
    parameters: dict[str, Value] = {}
    for pair in pairs:
        name, mark, text = pair.partition("=")
        if not mark or not name:
            raise InvalidInputError(f"--param {pair!r}: expected name=value")
        try:
            value = json.loads(text)
        except ValueError:
            value = text
        parameters[name.strip()] = value if isinstance(value, str | int | float | bool) else text
    return parameters


@contextmanager
def progress(steps: int, *, shown: bool = True) -> Iterator[Callable[[str, float], None]]:
    """Show a progress bar on a terminal; yields a function of the present step's name and the number of steps done."""
    if not (shown and sys.stderr.isatty()):
        yield lambda _name, _done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:3.0f} %"))
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=max(steps, 1))
        yield lambda name, done: bar.update(task, description=_printable(name)[:60], completed=done)
