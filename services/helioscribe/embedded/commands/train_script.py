"""``train script``: somebody's own program as a training job."""

from __future__ import annotations

from pathlib import Path

import click

from helioscribe.domain.training_run import TrainingOrder
from helioscribe.embedded.console import as_json, home_option, json_option, output_folder
from helioscribe.embedded.training_orders import data_options, dataset_of, end_badly, fetch, follow, service, to_option

__all__ = ["script"]


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option("--entry", default="train.py", show_default=True, metavar="FILE", help="Name of the script in FOLDER.")
@data_options
@click.option("--hours", type=float, default=24.0, show_default=True, help="Longest time that it may run.")
@output_folder("Folder for the files of the training.")
@to_option
@home_option
@json_option
def script(
    folder: Path,
    arguments: tuple[str, ...],
    entry: str,
    data: Path | None,
    dataset: str,
    hours: float,
    output: Path | None,
    to: str | None,
    home: Path | None,
    json_: bool,
) -> None:
    """Run a script of your own as a training job, with ARGUMENTS; a requirements.txt beside it makes its environment.

    The script finds its data in $HELIOSCRIBE_SCRIPT_DATA, leaves files in $HELIOSCRIBE_SCRIPT_OUTPUTS, and reports
    numbers as helioscribe_script.metric(name, value, step=...) or as lines {"metric": "loss", "value": 0.1, "step": 3}.
    """
    with service(home, to, train=to is None) as training:
        code = dataset_of(training, folder, "")
        options = {"code": code, "entry": entry, "arguments": list(arguments), "hours": hours}
        order = TrainingOrder(detector="script", options=options, dataset=dataset_of(training, data, dataset))
        job = follow(training, training.submit(order).id, quiet=json_)
        files = fetch(training, job.id, output) if output else []
        end_badly(job)
    if json_:
        as_json({"job": job.id, "metrics": dict(job.result.get("metrics", {})), "files": files})
        return
    where = f"its files: {output}" if output else f"helioscribe train files {job.id} --output DIR gets its files"
    click.echo(f"{job.id} is done; {where}")
