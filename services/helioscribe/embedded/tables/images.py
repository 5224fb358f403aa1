"""Printing similar observations and the scores of images, as tables or as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from helioscribe.domain.event import hek_record
from helioscribe.domain.times import format_utc
from helioscribe.embedded.console import as_json, table
from helioscribe.runtime.companions import ImageWord
from helioscribe.runtime.similarity import Alike, Likeness

__all__ = ["print_alike", "print_words"]


def print_alike(found: Likeness, *, json: bool) -> None:
    """Print observations similar to another one, the most similar first."""
    if json:
        as_json([_record(one) for one in found.alike])
        return
    click.echo(f"like {found.observation.name} in {found.space}", err=True)
    table(("observation", "distance", "start UTC", "channel", "events", "file"), [_row(one) for one in found.alike])


def _row(one: Alike) -> tuple[str, ...]:
    types = ", ".join(sorted({event.event_type for event in one.events}))
    seen = one.observation
    return (seen.id, f"{one.distance:.4f}", format_utc(seen.time_range.start), seen.channel, types, seen.name)


def _record(one: Alike) -> dict[str, Any]:
    return {
        "observation_id": one.observation.id,
        "name": one.observation.name,
        "channel": one.observation.channel,
        "start": format_utc(one.observation.time_range.start),
        "distance": one.distance,
        "events": [hek_record(event) for event in one.events],
    }


def print_words(words: Sequence[ImageWord], *, json: bool) -> None:
    """Print the scores of images, in the order given."""
    if json:
        as_json(
            [
                {"observation_id": one.observation.id, "name": one.observation.name, "model_version": one.model_version}
                | dict(one.scores)
                for one in words
            ]
        )
        return
    names = list(words[0].told) if words else []
    rows = [
        (one.observation.id, *(f"{one.scores.get(name, float('nan')):.3g}" for name in names), one.observation.name)
        for one in words
    ]
    table(("observation", *names, "file"), rows)
