"""``datasets``: versions of the data that models are trained on."""

from __future__ import annotations

from pathlib import Path

import click

from helioscribe.domain.errors import NotFoundError
from helioscribe.embedded.console import as_json, home_option, json_option, platform, table

__all__ = ["datasets"]


@click.group()
def datasets() -> None:
    """Keep folders of training data as versions: lists of checksums, with where they come from."""


@datasets.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True), metavar="DIR")
@click.option("--name", default="", help="Of the dataset; the folder's by default.")
@click.option("--from", "origins", multiple=True, metavar="WHAT=WHERE", help="Where it comes from; may be repeated.")
@home_option
def add(folder: Path, name: str, origins: tuple[str, ...], home: Path | None) -> None:
    """Keep all files of DIR as a version; the same files and origin again are the same version."""
    from helioscribe.training.datasets import stored_folder
    from helioscribe.training.recipe import parse_setting

    lineage = dict(parse_setting(origin) for origin in origins)
    with platform(home, work=False) as embedded:
        click.echo(stored_folder(embedded.training, folder, name=name, lineage=lineage))


@datasets.command("list")
@click.argument("name", required=False)
@home_option
@json_option
def list_(name: str | None, home: Path | None, json_: bool) -> None:
    """Print the versions of all datasets, or of one."""
    with platform(home, work=False) as embedded:
        found = embedded.training.datasets(name)
    if json_:
        as_json([{"id": one.id, "name": one.name, "files": len(one.files), "bytes": one.size,
                  "lineage": dict(one.lineage)} for one in found])  # fmt: skip
        return
    rows = [
        (one.id, one.name, len(one.files), one.size, ", ".join(f"{k}={v}" for k, v in one.lineage.items()))
        for one in found
    ]
    table(("id", "name", "files", "bytes", "from"), rows)


@datasets.command()
@click.argument("dataset_id", metavar="ID")
@home_option
def show(dataset_id: str, home: Path | None) -> None:
    """Print a version with the checksums of its files, as JSON."""
    with platform(home, work=False) as embedded:
        found = [one for one in embedded.training.datasets() if one.id == dataset_id]
    if not found:
        raise NotFoundError(f"no dataset {dataset_id[:80]}")
    files = [{"path": one.path, "sha256": one.sha256, "size": one.size} for one in found[0].files]
    as_json({"id": found[0].id, "name": found[0].name, "lineage": dict(found[0].lineage), "files": files})
