"""``events relate`` and ``events relations``: what people say of two events."""

from __future__ import annotations

from pathlib import Path

import click

from helioscribe.domain.relation import WORDS, said_of
from helioscribe.domain.times import format_utc, utc_now
from helioscribe.embedded.console import as_json, home_option, json_option, stores, table, user_name
from helioscribe.runtime.named_event import find_event
from helioscribe.runtime.relations import relate, relation_record, tie_record, ties, withdraw
from helioscribe.runtime.wording import moment

__all__ = ["relate_", "relations"]


@click.command("relate")
@click.argument("event")
@click.argument("word", type=click.Choice(sorted(WORDS)), metavar="WORD")
@click.argument("other")
@click.option("--comment", default="", metavar="TEXT", help="Why; kept with the relation.")
@click.option("--by", default=None, metavar="NAME", help="Who says so; your user name by default.")
@click.option("--withdraw", "gone", is_flag=True, help="Withdraw this relation instead of adding it.")
@home_option
@json_option
def relate_(
    event: str, word: str, other: str, comment: str, by: str | None, gone: bool, home: Path | None, json_: bool
) -> None:
    """Say how EVENT stands to OTHER: causes, contains, follows, splits_from, merges_into, is_associated_with ...

    The beginnings of their ids are enough. Every word is kept, with who said it and when.
    """
    said = {"by": by or user_name(), "comment": comment}
    with stores(home) as opened:
        one, two = (find_event(opened.catalogue, name).id for name in (event, other))
        if gone:
            kept = withdraw(opened.catalogue, one, said_of(one, word, two, by=said["by"], at=utc_now()).id, **said)
        else:
            kept = relate(opened.catalogue, one, word, two, **said)
    if json_:
        as_json(relation_record(kept))
    else:
        click.echo(f"{kept.first} {kept.verb} {kept.second}{' no longer' if kept.withdrawn else ''}, says {kept.by}")


@click.command()
@click.argument("event")
@click.option("--history", is_flag=True, help="Include withdrawn relations.")
@home_option
@json_option
def relations(event: str, history: bool, home: Path | None, json_: bool) -> None:
    """Print the relations of EVENT to other events, and who said so."""
    with stores(home) as opened:
        found = ties(opened.catalogue, find_event(opened.catalogue, event).id, history=history)
    if json_:
        as_json([tie_record(tie) for tie in found])
        return
    names = ("this event", "other", "class", "start UTC", "says", "at UTC", "why")
    rows = [
        (
            f"{tie.word}{' no longer' if tie.relation.withdrawn else ''}",
            tie.other.id,
            tie.other.event_type,
            moment(tie.other.event_starttime),
            tie.relation.by,
            format_utc(tie.relation.at)[:19],
            tie.relation.comment,
        )
        for tie in found
    ]
    table(names, rows)
