"""Shared by the training commands: options, orders, connecting to the training service, following a job."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar

import click

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.job import Job, JobError, JobState
from helioscribe.domain.training_run import EntryKind, TrainingOrder
from helioscribe.embedded.console import end, platform
from helioscribe.embedded.training_log import Telling, say_status

if TYPE_CHECKING:
    from helioscribe.ports.training import Training

__all__ = [
    "data_options",
    "dataset_of",
    "end_badly",
    "fetch",
    "follow",
    "order_of",
    "order_options",
    "service",
    "to_option",
]

C = TypeVar("C", bound=Callable[..., Any])

to_option = click.option(
    "--to", metavar="URL", help="Training service, grpc://host:port; this machine's home by default."
)


def data_options(command: C) -> C:
    """Give a command ``--data`` and ``--dataset``."""
    folder = click.Path(path_type=Path, file_okay=False)
    command = click.option("--dataset", default="", metavar="ID", help="Id of a dataset version, instead of --data.")(
        command
    )
    return click.option("--data", type=folder, metavar="DIR", help="Folder of training data.")(command)


def order_options(command: C) -> C:
    """Give a command the options that `order_of` needs; the command takes them as ``**asked``."""
    command = click.option(
        "--device",
        type=click.Choice(["auto", "cpu", "cuda"]),
        default="auto",
        show_default=True,
        help="Where to train; auto takes a GPU if there is one.",
    )(command)
    command = click.option(
        "--set", "settings", multiple=True, metavar="NAME=VALUE", help="A setting of the training; repeatable."
    )(command)
    return click.argument("recipe", metavar="RECIPE")(data_options(command))


def order_of(training: Training, asked: Mapping[str, Any]) -> TrainingOrder:
    """Return the training order that the options describe; a folder of data is stored as a dataset version first.

    Raises
    ------
    InvalidInputError
        If recipe, settings or data cannot be used.
    """
    from helioscribe.sdk.recipe import Recipe, read_recipe
    from helioscribe.training.recipe import parse_setting, recipe_file

    recipe = asked["recipe"]
    chosen = read_recipe(recipe_file(recipe)) if recipe.endswith(".toml") else Recipe(detector=recipe)
    if not chosen.detector:
        raise InvalidInputError(f"{recipe}: names no detector; add a line such as: detector = 'stix-lstm'")
    return TrainingOrder(
        detector=chosen.detector,
        options={**chosen.options, **dict(map(parse_setting, asked["settings"]))},
        dataset=dataset_of(training, asked["data"], asked["dataset"]),
        device=asked["device"],
        title=chosen.title,
    )


def dataset_of(training: Training, data: Path | None, dataset: str) -> str:
    """Return the id of the dataset: `dataset` itself, or that of the folder, which is stored; empty if neither."""
    from helioscribe.training.datasets.versions import stored_folder

    if data is not None and dataset:
        raise click.UsageError("--data and --dataset: expected one of them")
    return stored_folder(training, data) if data else dataset


@contextmanager
def service(home: Path | None, to: str | None, *, train: bool = False) -> Iterator[Training]:
    """Open the training service of the URL `to`, or of this machine; `train` says whether this process does jobs."""
    if to is None:
        with platform(home, work=train, long=train) as embedded:
            yield embedded.training
        return
    from helioscribe.adapters.rpc import RpcTraining, open_channel
    from helioscribe.runtime.settings import Settings

    own = Settings.from_environment()
    caller = open_channel(
        to,
        token=own.token or None,
        authority=Path(own.tls_authority) if own.tls_authority else None,
        identity=own.identity,
    )
    try:
        yield RpcTraining(caller)
    finally:
        caller.close()


def follow(training: Training, job_id: str, *, json_: bool = False, quiet: bool = False) -> Job:
    """Print the progress of a job until it has ended, and return the job.

    Parameters
    ----------
    training
        Service that has the job.
    job_id
        Id of the job.
    json_
        Print JSON, one line for each change, instead of text.
    quiet
        Print nothing.
    """
    telling = Telling(quiet=quiet or json_)
    for status in training.watch(job_id):
        if json_:
            say_status(status)
        telling.tell(status)
    return status.job


def end_badly(job: Job) -> None:
    """Print the error of a failed or cancelled job and exit; return if the job succeeded."""
    if job.state is JobState.CANCELLED:
        message = f"{job.id} was cancelled; helioscribe train resume {job.id} goes on"
        end([JobError(code="cancelled", message=message)])
    end([job.error] if job.state is JobState.FAILED and job.error else [])


def fetch(training: Training, job_id: str, folder: Path) -> list[str]:
    """Write the files of a job into a folder; return their names.

    Raises
    ------
    InvalidInputError
        If a name leads out of the folder.
    """
    names = sorted({one.name for one in training.get(job_id).entries if one.kind is EntryKind.FILE})
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        target = folder / PurePosixPath(name)
        if not target.resolve().is_relative_to(folder.resolve()):
            raise InvalidInputError(f"job {job_id}: file {name[:80]!r} would lie outside {folder}")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(training.file(job_id, name))
    return names
