"""``tokens``: who may call the services over the network."""

from __future__ import annotations

import os
from pathlib import Path

import click

from helioscribe.embedded.console import Commands, as_json, at_home, home_option, json_option, table
from helioscribe.runtime.auth import SCOPES, TokenFile

__all__ = ["tokens"]

_file = click.option(
    "--file",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Token file; by default HELIOSCRIBE_TOKENS_FILE, or a file in the home folder.",
)


@click.group(cls=Commands)
def tokens() -> None:
    """Make, list and revoke API tokens. Only their digests are kept."""


@tokens.command()
@click.argument("name")
@click.option(
    "--scope",
    "-s",
    "scopes",
    type=click.Choice(SCOPES),
    multiple=True,
    default=("read",),
    show_default=True,
    help="What the token allows; repeatable.",
)
@_file
@home_option
def new(name: str, scopes: tuple[str, ...], file: Path | None, home: Path | None) -> None:
    """Make a token and print it, only this once."""
    chosen = _path(file, home)
    click.echo(TokenFile(chosen).add(name, scopes))
    click.echo(f"shown this once; services accept it whose HELIOSCRIBE_TOKENS_FILE is {chosen}", err=True)


@tokens.command("list")
@_file
@home_option
@json_option
def list_(file: Path | None, home: Path | None, json_: bool) -> None:
    """Print all tokens by name, and what each allows."""
    found = _tokens(file, home).tokens()
    rows = [(t.name, ", ".join(t.scopes), t.created, "revoked" if t.revoked else "valid") for t in found]
    names = ("name", "scopes", "created", "state")
    if json_:
        as_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        table(("name", "scopes", "made UTC", "state"), rows)


@tokens.command()
@click.argument("name")
@_file
@home_option
def revoke(name: str, file: Path | None, home: Path | None) -> None:
    """Make a token invalid."""
    _tokens(file, home).revoke(name)
    click.echo(f"{name}: revoked")


def _tokens(file: Path | None, home: Path | None) -> TokenFile:
    return TokenFile(_path(file, home))


def _path(file: Path | None, home: Path | None) -> Path:
    named = os.environ.get("HELIOSCRIBE_TOKENS_FILE")
    return file or (Path(named) if named else at_home(home) / "tokens.json")
