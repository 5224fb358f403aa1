"""``train``: orders for the training service, here or on another machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import click

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.job import Job, JobError, JobState
from helioscribe.domain.training_run import TrainingOrder
from helioscribe.embedded.commands.train_search import say_results, start
from helioscribe.embedded.console import as_json, end, home_option, json_option, platform, table
from helioscribe.embedded.training_log import Telling, say_status
from helioscribe.web.wording import moment

if TYPE_CHECKING:
    from helioscribe.ports.training import Training

__all__ = ["train"]


class _Recipes(click.Group):
    """``train RECIPE`` is short for ``train run RECIPE``."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        return super().resolve_command(ctx, args if args[0] in self.commands else ["run", *args])


def _order_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.argument("recipe", metavar="RECIPE"),
        click.option("--data", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Folder of data."),
        click.option("--dataset", default="", metavar="ID", help="A dataset version, instead of --data."),
        click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="A setting; may be repeated."),
        click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True),
    ):
        command = option(command)
    return command


_to = click.option("--to", metavar="URL", help="Training service, grpc://host:port; this machine's home by default.")


@click.group(cls=_Recipes)
def train() -> None:
    """Train models: train RECIPE does it here and now; the other commands order, watch and stop.

    RECIPE is the id of a detector, or a TOML file that names one.
    """


@train.command()
@_order_options
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Where its files go.")
@click.option("--promote", is_flag=True, help="Let it serve at once.")
@home_option
@json_option
def run(
    recipe: str, data: Path | None, dataset: str, settings: tuple[str, ...], device: str, out: Path | None,
    promote: bool, home: Path | None, json_: bool,
) -> None:  # fmt: skip
    """Train a model, export it, check it and register it. What was interrupted goes on."""
    with platform(home, train=True) as embedded:
        embedded.host.install_models()
        job = embedded.training.submit(_order(embedded.training, recipe, data, dataset, settings, device))
        job = _watched(embedded.training, job.id, json_=False, quiet=json_)
        end(_errors(job))
        card = embedded.platform.models.card(str(job.result["model"]), str(job.result["version"]))
        folder = out or embedded.home / "training" / f"{card.name}-{card.version}"
        _fetch(embedded.training, job.id, folder)
        if promote:
            embedded.platform.models.promote(card.name, card.version, by="train", reason="promoted by its training run")
    if json_:
        as_json({"job": job.id, "name": card.name, "version": card.version, "sha256": card.sha256,
                 "metrics": dict(card.metrics), "folder": str(folder)})  # fmt: skip
        return
    click.echo(f"{card.name} {card.version} is registered{' and serves' if promote else ''}; its files: {folder}")
    if not promote:
        click.echo(f"let it serve: helioscribe models promote {card.name} {card.version}")


@train.command()
@_order_options
@_to
@home_option
@json_option
def submit(
    recipe: str, data: Path | None, dataset: str, settings: tuple[str, ...], device: str, to: str | None,
    home: Path | None, json_: bool,
) -> None:  # fmt: skip
    """Order a training; a process that takes such jobs does it, such as helioscribe up."""
    with _service(home, to) as training:
        _say(training.submit(_order(training, recipe, data, dataset, settings, device)), json_=json_)


@train.command(context_settings={"ignore_unknown_options": True})
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option("--entry", default="train.py", show_default=True, metavar="FILE", help="The script in FOLDER.")
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Folder of data.")
@click.option("--dataset", default="", metavar="ID", help="A dataset version, instead of --data.")
@click.option("--hours", type=float, default=24.0, show_default=True, help="How long it may run.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Where its files go.")
@_to
@home_option
@json_option
def script(
    folder: Path, arguments: tuple[str, ...], entry: str, data: Path | None, dataset: str, hours: float,
    out: Path | None, to: str | None, home: Path | None, json_: bool,
) -> None:  # fmt: skip
    """Run a script of your own as a training job, with ARGUMENTS; a requirements.txt beside it makes its environment.

    The script finds its data in $HELIOSCRIBE_SCRIPT_DATA, leaves files in $HELIOSCRIBE_SCRIPT_OUTPUTS, and reports
    numbers as helioscribe_script.metric(name, value, step=...) or as lines {"metric": "loss", "value": 0.1, "step": 3}.
    """
    with _service(home, to, train=to is None) as training:
        options = {"code": _stored(training, folder), "entry": entry, "arguments": list(arguments), "hours": hours}
        dataset = _stored(training, data) if data else dataset
        job = training.submit(TrainingOrder(detector="script", options=options, dataset=dataset))
        job = _watched(training, job.id, json_=False, quiet=json_)
        files = _fetch(training, job.id, out) if out else []
        end(_errors(job))
    if json_:
        as_json({"job": job.id, "metrics": dict(job.result.get("metrics", {})), "files": files})
        return
    where = f"its files: {out}" if out else f"helioscribe train files {job.id} --out DIR gets its files"
    click.echo(f"{job.id} is done; {where}")


def _stored(training: Training, folder: Path) -> str:
    from helioscribe.training.datasets import version_of_folder

    return training.add_dataset(version_of_folder(folder, put=lambda one, path: training.put_file(one, path=path)))


@train.command()
@_order_options
@click.option("--here", is_flag=True, help="Do all cells in this process, one after the other.")
@_to
@home_option
@json_option
def search(
    recipe: str, data: Path | None, dataset: str, settings: tuple[str, ...], device: str, here: bool, to: str | None,
    home: Path | None, json_: bool,
) -> None:  # fmt: skip
    """Order a training for each cell of the recipe's [search]: a grid, or random samples."""
    if here and to:
        raise click.UsageError("--here and --to: expected one of them")
    with _service(home, to, train=here) as training:
        plan = start(training, recipe, _order(training, recipe, data, dataset, settings, device))
        for cell in plan.cells if here else ():
            _watched(training, cell.job_id, json_=False, quiet=json_)
        say_results(training, plan.id, None, json_=json_)


@train.command()
@click.argument("search_id")
@click.option("--out", "-o", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.html", help="Write a page.")
@_to
@home_option
@json_option
def results(search_id: str, out: Path | None, to: str | None, home: Path | None, json_: bool) -> None:
    """Print the cells of a search, the best first."""
    with _service(home, to) as training:
        say_results(training, search_id, out, json_=json_)


@train.command()
@click.argument("job_id")
@_to
@home_option
@json_option
def watch(job_id: str, to: str | None, home: Path | None, json_: bool) -> None:
    """Follow a training to its end: a line an epoch, with the time that is left."""
    with _service(home, to) as training:
        end(_errors(_watched(training, job_id, json_=json_)))


@train.command()
@click.argument("job_id")
@_to
@home_option
@json_option
def cancel(job_id: str, to: str | None, home: Path | None, json_: bool) -> None:
    """Ask a training to stop; its last checkpoint is kept."""
    with _service(home, to) as training:
        _say(training.cancel(job_id), json_=json_)


@train.command()
@click.argument("job_id")
@_to
@home_option
@json_option
def resume(job_id: str, to: str | None, home: Path | None, json_: bool) -> None:
    """Let a training that failed or was cancelled go on from its last checkpoint."""
    with _service(home, to) as training:
        _say(training.resume(job_id), json_=json_)


@train.command("list")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@_to
@home_option
@json_option
def list_(limit: int, to: str | None, home: Path | None, json_: bool) -> None:
    """Print trainings, newest first."""
    with _service(home, to) as training:
        found = training.list_jobs(limit=limit)
    if json_:
        as_json([_record(job) for job in found])
        return
    rows = [
        (j.id, j.payload.get("detector"), j.state, f"{j.progress:.0%}", j.created and moment(j.created),
         j.result.get("version", ""), j.payload.get("title") or (j.error.message if j.error else ""))
        for j in found
    ]  # fmt: skip
    table(("id", "detector", "state", "done", "ordered UTC", "version", "what"), rows)


@train.command()
@click.argument("job_id")
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Where its files go.")
@_to
@home_option
def files(job_id: str, out: Path, to: str | None, home: Path | None) -> None:
    """Get the files of a finished training: report, model card, metrics and curves."""
    with _service(home, to) as training:
        for name in _fetch(training, job_id, out):
            click.echo(str(out / name))


@train.command()
@click.argument("job_id")
@click.option("--out", "-o", type=click.Path(path_type=Path, dir_okay=False), required=True, metavar="FILE.html")
@_to
@home_option
def report(job_id: str, out: Path, to: str | None, home: Path | None) -> None:
    """Get the report of a finished training: one page in one file."""
    with _service(home, to) as training:
        out.write_bytes(training.file(job_id, "report.html"))
    click.echo(str(out))


@contextmanager
def _service(home: Path | None, to: str | None, *, train: bool = False) -> Iterator[Training]:
    if to is None:
        with platform(home, work=train, train=train) as embedded:
            yield embedded.training
        return
    from helioscribe.adapters.rpc import RpcTraining, open_channel
    from helioscribe.runtime.settings import Settings

    own = Settings.from_environment()
    caller = open_channel(
        to, token=own.token or None, authority=Path(own.tls_authority) if own.tls_authority else None,
        identity=own.identity,
    )  # fmt: skip
    try:
        yield RpcTraining(caller)
    finally:
        caller.close()


def _order(
    training: Training, recipe: str, data: Path | None, dataset: str, settings: tuple[str, ...], device: str
) -> TrainingOrder:
    from helioscribe.sdk.recipe import Recipe, read_recipe
    from helioscribe.training.recipe import parse_setting

    chosen = read_recipe(Path(recipe)) if recipe.endswith(".toml") else Recipe(detector=recipe)
    if not chosen.detector:
        raise InvalidInputError(f"{recipe}: names no detector; add a line such as: detector = 'stix-lstm'")
    if data is not None and dataset:
        raise click.UsageError("--data and --dataset: expected one of them")
    if data is not None:
        dataset = _stored(training, data)
    options = {**chosen.options, **dict(map(parse_setting, settings))}
    return TrainingOrder(
        detector=chosen.detector, options=options, dataset=dataset, device=device, title=chosen.title
    )


def _watched(training: Training, job_id: str, *, json_: bool, quiet: bool = False) -> Job:
    telling = Telling(quiet=quiet or json_)
    for status in training.watch(job_id):
        if json_:
            say_status(status)
        telling.tell(status)
    return status.job


def _errors(job: Job) -> list[JobError]:
    if job.state is JobState.CANCELLED:
        message = f"{job.id} was cancelled; helioscribe train resume {job.id} goes on"
        return [JobError(code="cancelled", message=message)]
    return [job.error] if job.state is JobState.FAILED and job.error else []


def _fetch(training: Training, job_id: str, folder: Path) -> list[str]:
    from helioscribe.domain.training_run import EntryKind

    names = sorted({one.name for one in training.get(job_id).entries if one.kind is EntryKind.FILE})
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        target = folder / PurePosixPath(name)
        if not target.resolve().is_relative_to(folder.resolve()):
            raise InvalidInputError(f"job {job_id}: file {name[:80]!r} would lie outside {folder}")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(training.file(job_id, name))
    return names


def _say(job: Job, *, json_: bool) -> None:
    if json_:
        as_json(_record(job))
    else:
        click.echo(f"{job.id} {job.state}")


def _record(job: Job) -> Mapping[str, object]:
    return {
        "id": job.id, "state": job.state.value, "progress": job.progress, "attempts": job.attempts,
        "order": dict(job.payload), "result": dict(job.result),
        "error": {"code": job.error.code, "message": job.error.message} if job.error else None,
    }  # fmt: skip
