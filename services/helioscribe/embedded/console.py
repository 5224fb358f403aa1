"""What commands share: the home folder, tables, JSON, and progress for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from helioscribe.domain.detection import Value
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import Event, hek_record
from helioscribe.domain.times import format_utc
from helioscribe.runtime.logs import configure
from helioscribe.runtime.settings import default_home

__all__ = ["as_json", "home_option", "json_option", "parse_parameters", "platform", "print_events", "progress", "table"]

json_option = click.option("--json", "json_", is_flag=True, help="Print JSON and nothing else on standard output.")
_home = click.option(
    "--home", "home", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Folder of the data."
)


def home_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command ``--home``, which may also stand before the command."""
    return _home(command)


@contextmanager
def platform(home: Path | None) -> Iterator[Any]:
    """Open the embedded platform for the time of a command."""
    from helioscribe.embedded.platform import Embedded

    context = click.get_current_context()
    folder = home or context.find_root().obj or default_home()
    configure(level="ERROR", form="text")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInputError.wrap(error, doing=f"--home {folder}") from None
    with Embedded(folder) as embedded:
        yield embedded


def as_json(value: object) -> None:
    """Print JSON."""
    click.echo(json.dumps(value, indent=1, ensure_ascii=False, default=str))


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, title: str = "") -> None:
    """Print a table for people."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(title=title or None, title_justify="left", header_style="bold", pad_edge=False)
    for column in columns:
        shown.add_column(column, overflow="fold", no_wrap=column.endswith("UTC"))
    for row in rows:
        shown.add_row(*(Text("" if cell is None else str(cell)) for cell in row))  # Text: no markup from outside
    console = Console(width=None if sys.stdout.isatty() else 140)
    console.print(shown)


def print_events(events: Sequence[Event], *, json_: bool, title: str = "") -> None:
    """Print events, as a table or under HEK's names."""
    if json_:
        as_json([hek_record(event) for event in events])
        return
    columns = ("type", "start UTC", "peak UTC", "end UTC", "class or peak", "seen by", "method", "id")
    table(columns, [_row(event) for event in events], title=title or _count(len(events)))


def _count(number: int) -> str:
    return f"{number} event" if number == 1 else f"{number} events"


def _row(event: Event) -> tuple[object, ...]:
    peak = format_utc(event.event_peaktime)[:19] if event.event_peaktime else ""
    times = (format_utc(event.event_starttime)[:19], peak, format_utc(event.event_endtime)[11:19])
    return (event.event_type, *times, _strength(event.attributes), event.obs_instrument, event.detector, event.id[:12])


def _strength(attributes: Mapping[str, Value]) -> str:
    if name := attributes.get("fl_goescls"):
        return str(name)
    for kind in ("fl", "hs"):
        if isinstance(flux := attributes.get(f"{kind}_peakflux"), int | float):
            return f"{flux:.4g} {attributes.get(f'{kind}_peakfluxunit', '')}".strip()
    return ""


def parse_parameters(pairs: Sequence[str]) -> dict[str, Value]:
    """Read ``name=value`` pairs; a value is a number or a truth value if it looks like one.

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
def progress(steps: int, *, shown: bool = True) -> Iterator[Callable[[str], None]]:
    """Show a bar of so many steps on a terminal; yields what is called with the name of each step as it begins."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not (shown and console.is_terminal), transient=True) as bar:
        task = bar.add_task("", total=steps)
        begun = False

        def step(name: str) -> None:
            nonlocal begun
            bar.update(task, description=name[:50], advance=1 if begun else 0)
            begun = True

        yield step
