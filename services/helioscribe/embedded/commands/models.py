"""``models``: which versions there are, and which one serves."""

from __future__ import annotations

from pathlib import Path

import click

from helioscribe.domain.benchmark import Benchmark
from helioscribe.domain.model import Alias, AliasChange, ModelCard, holder_at
from helioscribe.domain.times import format_utc, parse_utc, utc_now
from helioscribe.domain.training_run import TrainingOrder
from helioscribe.embedded.commands.models_compare import compare
from helioscribe.embedded.commands.models_files import files
from helioscribe.embedded.console import Commands, as_json, home_option, json_option, platform, stores, table, user_name
from helioscribe.embedded.training_orders import end_badly, follow, service, to_option
from helioscribe.runtime.wording import moment

__all__ = ["models"]

_alias = click.option(
    "--alias",
    type=click.Choice([alias.value for alias in Alias]),
    default=Alias.CHAMPION.value,
    show_default=True,
    help="Role: the champion serves, a shadow runs beside it, a challenger does not run.",
)
_reason = click.option("--reason", default="", help="Why; kept in the model's history.")

_metric_option = click.option(
    "--metric",
    required=True,
    metavar="A/B",
    help="Metric that must not get worse, under the name that `helioscribe evaluate` prints.",
)
_loss_option = click.option(
    "--loss", type=float, default=0.0, show_default=True, help="How much lower the metric may be."
)


@click.group(cls=Commands)
def models() -> None:
    """Show models, and choose which version serves."""


@models.command("list")
@click.argument("name", required=False)
@home_option
@json_option
def list_(name: str | None, home: Path | None, json_: bool) -> None:
    """Print the versions of all models, or of one."""
    with platform(home, work=False) as embedded:
        embedded.host.install_models()
        registry = embedded.platform.models
        cards = registry.cards(name)
        held = {card.name: registry.aliases(card.name) for card in cards}
    roles = [[alias.value for alias, version in held[c.name].items() if version == c.version] for c in cards]
    listed = list(zip(cards, roles, strict=True))
    if json_:
        as_json([_record(card) | {"aliases": role} for card, role in listed])
        return
    rows = [(c.name, c.version, ", ".join(role), moment(c.created), c.sha256[:12], c.notes) for c, role in listed]
    table(("model", "version", "serves as", "made UTC", "sha256", "notes"), rows)


@models.command()
@click.argument("name")
@click.argument("version")
@home_option
def show(name: str, version: str, home: Path | None) -> None:
    """Print a model card and the history of the model, as JSON."""
    with platform(home, work=False) as embedded:
        embedded.host.install_models()
        history = [_change(change) for change in embedded.platform.models.history(name)]
        as_json(_record(embedded.platform.models.card(name, version)) | {"history": history})


@models.command()
@click.argument("name")
@click.argument("version")
@_alias
@_reason
@click.option("--without-gate", is_flag=True, help="Promote even if the benchmark fails; needs --reason.")
@home_option
def promote(name: str, version: str, alias: str, reason: str, without_gate: bool, home: Path | None) -> None:
    """Give a version a role; running workers take it up with their next job.

    A champion must do no worse on the benchmark than the one before, if models gate has fixed one.
    """
    with platform(home) as embedded:
        embedded.host.install_models()
        if alias == Alias.CHAMPION.value and not without_gate:
            embedded.training.measuring(user_name()).for_promotion(name, version)
        change = embedded.platform.models.promote(
            name, version, alias=Alias(alias), by=user_name(), reason=reason, override=without_gate
        )
        embedded.follow_models()
        click.echo(_told(change))


@models.command()
@click.argument("name")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    required=True,
    metavar="DIR",
    help="Folder of labelled data; a copy of its present state is kept.",
)
@_metric_option
@_loss_option
@home_option
def gate(name: str, data: Path, metric: str, loss: float, home: Path | None) -> None:
    """Set the benchmark on which a version must do no worse than the champion to be promoted.

    The champion is measured at once; a version that is trained from now on is measured when it is done.
    """
    from helioscribe.training.datasets.versions import stored_folder

    with platform(home, work=False) as embedded:
        embedded.host.install_models()
        dataset = stored_folder(embedded.training, data)
        by = user_name()
        fixed = Benchmark(name=name, dataset=dataset, metric=metric, loss=loss, at=utc_now(), by=by)
        value = embedded.training.measuring(by).fix(fixed)
    click.echo(f"{name}: {metric} on {dataset} is {value:.4g}, and must not fall by more than {loss:g}")


@models.command()
@click.argument("name")
@click.argument("version")
@to_option
@home_option
def measure(name: str, version: str, to: str | None, home: Path | None) -> None:
    """Measure a version and the champion on the model's benchmark; on one machine, promote does this by itself."""
    with service(home, to, train=to is None) as training:
        job = follow(training, training.submit(TrainingOrder(detector=name, measure=version)).id)
        end_badly(job)
    as_json(job.result["measured"])


@models.command()
@click.argument("name")
@_alias
@_reason
@home_option
def rollback(name: str, alias: str, reason: str, home: Path | None) -> None:
    """Give a role back to the version that had it before; its events come back too."""
    with platform(home) as embedded:
        change = embedded.platform.models.rollback(name, alias=Alias(alias), by=user_name(), reason=reason)
        embedded.follow_models()
        click.echo(_told(change))
        if seen := embedded.look_again():
            click.echo(f"looked again at {seen} observations that only {change.previous} had seen")


@models.command()
@click.argument("name")
@click.option("--at", "moment_", metavar="TIME", help="Print only which version had which role at this time, UTC.")
@home_option
@json_option
def history(name: str, moment_: str | None, home: Path | None, json_: bool) -> None:
    """Print which version got which role when, by whom and why."""
    with stores(home) as opened:
        changes = opened.models.history(name)
    if moment_ is not None:
        held = {alias.value: holder_at(changes, alias, parse_utc(moment_)) for alias in Alias}
        if json_:
            as_json(held)
        else:
            table(("role", "version"), [(alias, version or "nobody") for alias, version in held.items()])
    elif json_:
        as_json([_change(change) for change in changes])
    else:
        rows = [(moment(c.at), c.alias, c.version, c.previous or "-", c.by, c.reason) for c in changes]
        table(("at UTC", "role", "version", "was", "by", "why"), rows)


@models.command()
@click.argument("name")
@click.argument("kind", type=click.Choice(["fp16", "int8"]))
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    required=True,
    metavar="DIR",
    help="Folder of labelled real data.",
)
@_metric_option
@_loss_option
@click.option("--version", default="", help="Version to start from; the champion by default.")
@home_option
def variant(name: str, kind: str, data: Path, metric: str, loss: float, version: str, home: Path | None) -> None:
    """Make a version with fewer bits a weight; it is registered if it does as well on real data. Prints the metrics."""
    from helioscribe.embedded.training import reader
    from helioscribe.sdk.discovery import find_plugin
    from helioscribe.training.measure import measure_with
    from helioscribe.training.quantize import Kind
    from helioscribe.training.variants import Gate, make_variant

    with platform(home, work=False) as embedded:
        embedded.host.install_models()
        registry = embedded.platform.models
        card = registry.card(name, version) if version else registry.resolve(name)
        measure = measure_with(find_plugin(name), card, data, read=reader(embedded.settings))
        made = make_variant(
            card,
            Kind(kind),
            artifacts=embedded.platform.artifacts,
            registry=registry,
            measure=measure,
            gate=Gate(metric=metric, loss=loss),
        )
        as_json({"name": made.name, "version": made.version, **made.metrics["variant"]})


for _command in (compare, files):
    models.add_command(_command)


def _told(change: AliasChange) -> str:
    return f"{change.name}: {change.alias} is {change.version}, was {change.previous or 'nobody'}"


def _change(change: AliasChange) -> dict[str, object]:
    return {
        "at": format_utc(change.at),
        "alias": change.alias.value,
        "version": change.version,
        "previous": change.previous,
        "by": change.by,
        "reason": change.reason,
        "rollback": change.rollback,
    }


def _record(card: ModelCard) -> dict[str, object]:
    return {
        "name": card.name,
        "version": card.version,
        "sha256": card.sha256,
        "created": format_utc(card.created),
        "files": {name: {"key": file.key, "sha256": file.sha256} for name, file in card.files.items()},
        "thresholds": dict(card.thresholds),
        "metrics": dict(card.metrics),
        "dataset": dict(card.dataset),
        "recipe": dict(card.recipe),
        "opset": card.opset,
        "notes": card.notes,
        "canvas": dict(card.canvas),
    }
