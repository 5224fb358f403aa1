"""``evaluate``: how good a detector is."""

from __future__ import annotations

from pathlib import Path

import click

from helioscribe.domain.detection import DetectionResult, Parameters
from helioscribe.domain.product import Product
from helioscribe.embedded.console import as_json, home_option, output_folder, param_option, parse_parameters, platform

__all__ = ["evaluate"]


@click.command()
@click.argument("detector")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    required=True,
    help="Folder of labelled data.",
)
@param_option
@output_folder("Folder for metrics and plots.")
@home_option
def evaluate(detector: str, data: Path, pairs: tuple[str, ...], output: Path | None, home: Path | None) -> None:
    """Measure a detector on labelled data; prints JSON."""
    from helioscribe.adapters.product_codec import encode_product
    from helioscribe.domain.identity import digest
    from helioscribe.embedded.training import reader
    from helioscribe.inference.hosted import Source
    from helioscribe.training.evaluate import evaluate as run

    parameters = parse_parameters(pairs)
    with platform(home, work=False) as embedded:

        def detect(product: Product, changed: Parameters) -> DetectionResult:
            source = Source(observation_ids=(), input_sha256=digest(encode_product(product)))
            return embedded.host.run(detector, product, source=source, parameters={**parameters, **changed}).result

        as_json(run(detector, data, read=reader(embedded.settings), detect=detect, folder=output))
