"""``reproduce``: an event made again, and compared with its record."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from helioscribe.domain.observation import Observation
from helioscribe.embedded.console import as_json, home_option, json_option, platform
from helioscribe.runtime.named_event import find_event

if TYPE_CHECKING:
    from helioscribe.inference.reproduce import Remade

__all__ = ["reproduce"]


@click.command()
@click.argument("event_id", metavar="EVENT")
@home_option
@json_option
def reproduce(event_id: str, home: Path | None, json_: bool) -> None:
    """Run the detector of EVENT again on the same files and compare; exit with 0 if the result is the same, else 1."""
    from helioscribe.adapters.product_codec import encode_product
    from helioscribe.inference.reproduce import Outcome
    from helioscribe.inference.reproduce import reproduce as run
    from helioscribe.ingest.readers import Reading, read_bytes
    from helioscribe.ingest.source_file import gunzip_if_needed

    with platform(home, work=False) as embedded:
        stores, reading = embedded.platform, Reading.of(embedded.settings)

        def reread(raw: bytes, observation: Observation) -> bytes:
            data = gunzip_if_needed(raw, observation.name, embedded.settings.upload_limit)
            return encode_product(read_bytes(data, observation.name, reading).product)

        event = find_event(stores.catalogue, event_id)
        found = run(stores.catalogue, stores.artifacts, embedded.host, event, reread=reread)
    if json_:
        as_json({"event": event.id, "detections": [_record(one) for one in found]})
    else:
        _tell(found)
    if not all(one.outcome in (Outcome.SAME, Outcome.CLOSE) for one in found):
        raise click.exceptions.Exit(1)


def _record(one: Remade) -> dict[str, object]:
    return {
        "id": one.detection_id,
        "outcome": one.outcome.value,
        "differences": list(one.differences),
        "circumstances": list(one.circumstances),
    }


def _tell(found: Sequence[Remade]) -> None:
    for one in found:
        click.echo(f"{one.detection_id}  {one.outcome.value}")
        for line in (*one.differences, *one.circumstances):
            click.echo(f"    {line}")
