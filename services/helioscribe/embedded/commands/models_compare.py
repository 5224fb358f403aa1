"""``models compare``: what only one of champion and shadow found."""

from __future__ import annotations

from pathlib import Path

import click

from helioscribe.domain.detection import Detection
from helioscribe.domain.times import format_utc
from helioscribe.embedded.console import as_json, home_option, json_option, stores, table
from helioscribe.runtime.questions import span_between
from helioscribe.runtime.wording import counted

__all__ = ["compare"]


@click.command()
@click.argument("name")
@click.option("--start", metavar="TIME", help="Earliest time of the observations, UTC.")
@click.option("--end", metavar="TIME", help="Latest time of the observations, UTC.")
@home_option
@json_option
def compare(name: str, start: str | None, end: str | None, home: Path | None, json_: bool) -> None:
    """Print what only the champion or only the shadow found, on the observations that both have seen."""
    from helioscribe.runtime.shadows import side_by_side, versions_of

    with stores(home) as opened:
        versions = versions_of(opened.models, name)
        span = span_between(start, end)
        sided = list(side_by_side(opened.catalogue, detector=name, versions=versions, time_range=span))
    both = sum(len(one.comparison.both) for one in sided)
    found = [
        (who, detection.detection)
        for one in sided
        for who, alone in (("champion", one.comparison.only_first), ("shadow", one.comparison.only_second))
        for detection in alone
    ]
    if json_:
        as_json(
            {
                "champion": versions[0],
                "shadow": versions[1],
                "observations": len(sided),
                "both": both,
                "only": [_record(who, detection) for who, detection in found],
            }
        )
        return
    counts = {who: sum(one == who for one, _ in found) for who in ("champion", "shadow")}
    click.echo(
        f"champion {versions[0]}, shadow {versions[1]}: {counted(len(sided), 'observation')}, "
        f"{counted(both, 'detection')} of both, {counts['champion']} of the champion alone, "
        f"{counts['shadow']} of the shadow alone"
    )
    rows = [tuple(_record(who, detection).values()) for who, detection in found]
    table(("only", "type", "start", "end", "probability", "instrument"), rows)


def _record(who: str, detection: Detection) -> dict[str, object]:
    span = detection.time_range
    return {
        "only": who,
        "event_type": detection.event_type,
        "start": format_utc(span.start),
        "end": format_utc(span.end),
        "probability": detection.probability,
        "instrument": detection.source.instrument,
    }
