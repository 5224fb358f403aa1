"""``train``: orders for the training service, here or on another machine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from helioscribe.domain.job import Job
from helioscribe.embedded.commands.train_script import script
from helioscribe.embedded.commands.train_search import results, search
from helioscribe.embedded.console import (
    Commands,
    as_json,
    home_option,
    json_option,
    limit_option,
    output_file,
    output_folder,
    platform,
    table,
)
from helioscribe.embedded.training_orders import end_badly, fetch, follow, order_of, order_options, service, to_option
from helioscribe.runtime.wording import moment

__all__ = ["train"]


class _Recipes(Commands):
    """``train RECIPE`` is short for ``train run RECIPE``."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        return super().resolve_command(ctx, args if args[0] in self.commands else ["run", *args])


@click.group(cls=_Recipes)
def train() -> None:
    """Train models: train RECIPE does it here and now; the other commands order, watch and stop.

    RECIPE is the id of a detector, or a TOML file that names one: a file of yours, or the name of one that comes along,
    such as stix-lstm-quick.toml.
    """


@train.command()
@order_options
@output_folder("Folder for the files of the training.")
@click.option("--promote", is_flag=True, help="Let the new version serve at once if it passes its benchmark.")
@home_option
@json_option
def run(output: Path | None, promote: bool, home: Path | None, json_: bool, **asked: Any) -> None:
    """Train a model, export it, check it and register it. The same command resumes an interrupted training."""
    with platform(home, long=True) as embedded:
        embedded.host.install_models()
        training, models = embedded.training, embedded.platform.models
        job = follow(training, training.submit(order_of(training, asked)).id, quiet=json_)
        end_badly(job)
        card = models.card(str(job.result["model"]), str(job.result["version"]))
        folder = output or embedded.home / "training" / f"{card.name}-{card.version}"
        fetch(training, job.id, folder)
        if promote:
            models.promote(card.name, card.version, by="train", reason="promoted by its training run")
    if json_:
        as_json(
            {
                "job": job.id,
                "name": card.name,
                "version": card.version,
                "sha256": card.sha256,
                "metrics": dict(card.metrics),
                "folder": str(folder),
            }
        )
        return
    click.echo(f"{card.name} {card.version} is registered{' and serves' if promote else ''}; its files: {folder}")
    if not promote:
        click.echo(f"let it serve: helioscribe models promote {card.name} {card.version}")


@train.command()
@order_options
@to_option
@home_option
@json_option
def submit(to: str | None, home: Path | None, json_: bool, **asked: Any) -> None:
    """Order a training and return; a process that does such jobs, such as helioscribe up, does the work."""
    with service(home, to) as training:
        _say(training.submit(order_of(training, asked)), json_=json_)


@train.command()
@click.argument("job_id")
@to_option
@home_option
@json_option
def watch(job_id: str, to: str | None, home: Path | None, json_: bool) -> None:
    """Follow a training to its end; prints one line for each epoch, with the time left."""
    with service(home, to) as training:
        end_badly(follow(training, job_id, json_=json_))


@train.command()
@click.argument("job_id")
@to_option
@home_option
@json_option
def cancel(job_id: str, to: str | None, home: Path | None, json_: bool) -> None:
    """Ask a training to stop; its last checkpoint is kept."""
    with service(home, to) as training:
        _say(training.cancel(job_id), json_=json_)


@train.command()
@click.argument("job_id")
@to_option
@home_option
@json_option
def resume(job_id: str, to: str | None, home: Path | None, json_: bool) -> None:
    """Resume a training that failed or was cancelled from its last checkpoint."""
    with service(home, to) as training:
        _say(training.resume(job_id), json_=json_)


@train.command("list")
@limit_option(50)
@to_option
@home_option
@json_option
def list_(limit: int, to: str | None, home: Path | None, json_: bool) -> None:
    """Print trainings, newest first."""
    with service(home, to) as training:
        found = training.list_jobs(limit=limit)
    if json_:
        as_json([_record(job) for job in found])
        return
    rows = [
        (
            j.id,
            j.payload.get("detector"),
            j.state,
            f"{j.progress:.0%}",
            j.created and moment(j.created),
            j.result.get("version", ""),
            j.payload.get("title") or (j.error.message if j.error else ""),
        )
        for j in found
    ]
    table(("id", "detector", "state", "done", "ordered UTC", "version", "what"), rows)


@train.command()
@click.argument("job_id")
@output_folder("Folder for the files of the training.", required=True)
@to_option
@home_option
def files(job_id: str, output: Path, to: str | None, home: Path | None) -> None:
    """Write the files of a finished training: report, model card, metrics and curves."""
    with service(home, to) as training:
        for name in fetch(training, job_id, output):
            click.echo(f"wrote {output / name}", err=True)


@train.command()
@click.argument("job_id")
@output_file("FILE.html", "File to write the page to.", required=True)
@to_option
@home_option
def report(job_id: str, output: Path, to: str | None, home: Path | None) -> None:
    """Write the report of a finished training as one HTML page."""
    with service(home, to) as training:
        output.write_bytes(training.file(job_id, "report.html"))
    click.echo(f"wrote {output}", err=True)


for _command in (script, search, results):
    train.add_command(_command)


def _say(job: Job, *, json_: bool) -> None:
    if json_:
        as_json(_record(job))
    else:
        click.echo(f"{job.id} {job.state}")


def _record(job: Job) -> Mapping[str, object]:
    return {
        "id": job.id,
        "state": job.state.value,
        "progress": job.progress,
        "attempts": job.attempts,
        "order": dict(job.payload),
        "result": dict(job.result),
        "error": {"code": job.error.code, "message": job.error.message} if job.error else None,
    }
