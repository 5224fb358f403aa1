"""``train`` and ``evaluate``: a model from its recipe, and how good a detector is."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from helioscribe.domain.detection import DetectionResult, Parameters
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import Product
from helioscribe.embedded.console import (
    as_json,
    home_option,
    json_option,
    param_option,
    parse_parameters,
    platform,
    progress,
)

__all__ = ["evaluate", "train"]

_data = click.option("--data", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Folder of data.")


@click.command()
@click.argument("recipe", metavar="RECIPE")
@_data
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="A setting; may be repeated.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Folder of this run.")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True)
@click.option("--promote", is_flag=True, help="Let it serve at once.")
@home_option
@json_option
def train(
    recipe: str, data: Path | None, settings: tuple[str, ...], out: Path | None, device: str, promote: bool,
    home: Path | None, json_: bool,
) -> None:  # fmt: skip
    """Train a model, export it, check it and register it.

    RECIPE is the id of a detector, or a TOML file that names one. A run that was interrupted goes on in its folder.
    """
    from helioscribe.sdk.recipe import read_recipe
    from helioscribe.training.fit import Observer
    from helioscribe.training.recipe import parse_setting
    from helioscribe.training.train import train as run

    chosen = read_recipe(Path(recipe)) if recipe.endswith(".toml") else None
    detector = chosen.detector if chosen else recipe
    if not detector:
        raise InvalidInputError(f"{recipe}: names no detector; add a line such as: detector = 'stix-lstm'")
    options = {**(chosen.options if chosen else {}), **dict(map(parse_setting, settings))}
    with platform(home, work=False) as embedded, progress(1, shown=not json_) as tell:
        embedded.host.install_models()
        models = embedded.platform.models

        class Telling(Observer):
            def step(self, name: str, share: float) -> None:
                tell(name, share)

        card = run(
            detector, options, data=data, read=_read, registry=models, artifacts=embedded.platform.artifacts,
            folder=out or embedded.home / "training" / f"{detector}-{datetime.now(UTC):%Y%m%dT%H%M%S}",
            observer=Telling(), device=device,
        )  # fmt: skip
        if promote:
            models.promote(card.name, card.version, by="train", reason="promoted by its training run")
    if json_:
        as_json({"name": card.name, "version": card.version, "sha256": card.sha256, "metrics": dict(card.metrics)})
        return
    click.echo(f"{card.name} {card.version} is registered{' and serves' if promote else ''}")
    if not promote:
        click.echo(f"let it serve: helioscribe models promote {card.name} {card.version}")


@click.command()
@click.argument("detector")
@_data
@param_option
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Write metrics and plots.")
@home_option
def evaluate(detector: str, data: Path | None, pairs: tuple[str, ...], out: Path | None, home: Path | None) -> None:
    """Measure a detector on labelled data; prints JSON."""
    from helioscribe.adapters.product_codec import encode_product
    from helioscribe.domain.identity import digest
    from helioscribe.inference.host import Source
    from helioscribe.training.evaluate import evaluate as run

    if data is None:
        raise click.UsageError("--data: expected the folder of labelled data")
    parameters = parse_parameters(pairs)
    with platform(home, work=False) as embedded:

        def detect(product: Product, changed: Parameters) -> DetectionResult:
            source = Source(observation_ids=(), input_sha256=digest(encode_product(product)))
            return embedded.host.run(detector, product, source=source, parameters={**parameters, **changed}).result

        as_json(run(detector, data, read=_read, detect=detect, folder=out))


def _read(path: Path) -> Product:
    from helioscribe.ingest.readers import read_product

    return read_product(path).product
