"""``datasets``: versions of the data that models are trained on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from helioscribe.domain.dataset import DatasetVersion, DatasetWish, SplitBy
from helioscribe.domain.errors import InvalidInputError, NotFoundError
from helioscribe.domain.times import parse_utc
from helioscribe.embedded.console import Commands, as_json, home_option, json_option, platform, table
from helioscribe.embedded.event_filters import event_filters, event_order
from helioscribe.embedded.training_orders import service, to_option
from helioscribe.runtime.questions import event_query

__all__ = ["datasets"]


@click.group(cls=Commands)
def datasets() -> None:
    """Keep folders of training data as versions: checksums of the files, and where they come from."""


@datasets.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True), metavar="FOLDER")
@click.option("--name", default="", help="Name of the dataset; the folder's name by default.")
@click.option(
    "--from", "origins", multiple=True, metavar="WHAT=WHERE", help="Where a part of the data comes from; repeatable."
)
@home_option
def add(folder: Path, name: str, origins: tuple[str, ...], home: Path | None) -> None:
    """Keep all files of FOLDER as a version; the same files and origin again are the same version."""
    from helioscribe.training.datasets.versions import stored_folder
    from helioscribe.training.recipe import parse_setting

    lineage = dict(parse_setting(origin, option="--from") for origin in origins)
    with platform(home, work=False) as embedded:
        click.echo(stored_folder(embedded.training, folder, name=name, lineage=lineage))


@datasets.command()
@click.argument("detector")
@click.option("--name", default="", help="Name of the dataset; the detector's name by default.")
@click.option(
    "--as-of", metavar="TIME", help="Use the events and reviews as they were at this time, UTC; now by default."
)
@click.option(
    "--quiet",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    metavar="N",
    help="Add up to N observations between --start and --end in which the detector found nothing.",
)
@click.option(
    "--split",
    type=click.Choice([one.value for one in SplitBy]),
    default="group",
    show_default=True,
    help="Split by group: whole groups of observations, at random. By time: in order of time.",
)
@click.option(
    "--shares",
    default="0.7,0.15,0.15",
    show_default=True,
    metavar="A,B,C",
    help="Shares of the observations for training, validation and test.",
)
@click.option(
    "--gap",
    type=float,
    default=6.0,
    show_default=True,
    metavar="HOURS",
    help="Observations closer in time than this, or of the same event, form one group.",
)
@click.option(
    "--seed", type=click.IntRange(0), default=1, show_default=True, help="Seed of the random split by groups."
)
@event_filters
@event_order
@to_option
@home_option
@json_option
def build(
    detector: str,
    name: str,
    as_of: str | None,
    quiet: int,
    split: str,
    shares: str,
    gap: float,
    seed: int,
    to: str | None,
    home: Path | None,
    json_: bool,
    **filters: Any,
) -> None:
    """Make a dataset version from the catalogue: files of observations, labels from events and reviews, and a split.

    The events are those of DETECTOR, or what the filters choose; what people rejected is kept as such.
    """
    filters["detectors"] = filters["detectors"] or (detector,)
    wish = DatasetWish(
        name=name or detector,
        detector=detector,
        query=event_query(**filters),
        quiet=quiet,
        split=SplitBy(split),
        as_of=parse_utc(as_of) if as_of else None,
        shares=_shares(shares),
        gap=gap,
        seed=seed,
    )
    with service(home, to) as training:
        made = training.build_dataset(wish)
    if json_:
        as_json({"id": made.id, "name": made.name, "lineage": dict(made.lineage)})
    else:
        _tell(made)


def _shares(text: str) -> tuple[float, ...]:
    try:
        return tuple(map(float, text.split(",")))
    except ValueError:
        raise InvalidInputError(f"--shares {text[:40]!r}: expected numbers with commas between them") from None


def _tell(made: DatasetVersion) -> None:
    known = made.lineage
    click.echo(f"{made.id}: as of {known['as_of']}, {known['events']} events, {known['reviews']} reviews")
    columns = ("part", "observations", "groups", "with events", "without", "events")
    rows = [
        (
            part,
            one["observations"],
            one["groups"],
            one["with_events"],
            one["without_events"],
            ", ".join(f"{count} {what}" for what, count in one["events"].items()),
        )
        for part, one in known["parts"].items()
    ]
    table(columns, rows)


@datasets.command("list")
@click.argument("name", required=False)
@home_option
@json_option
def list_(name: str | None, home: Path | None, json_: bool) -> None:
    """Print the versions of all datasets, or of one."""
    with platform(home, work=False) as embedded:
        found = embedded.training.datasets(name)
    if json_:
        as_json(
            [
                {
                    "id": one.id,
                    "name": one.name,
                    "files": len(one.files),
                    "bytes": one.size,
                    "lineage": dict(one.lineage),
                }
                for one in found
            ]
        )
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
