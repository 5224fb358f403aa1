"""``review``: what people say of events, images and clusters, and what they should look at."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict

import click

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import Event
from helioscribe.domain.review import Review, Standing, SubjectKind, Verdict, kind_of
from helioscribe.domain.times import format_utc
from helioscribe.embedded.console import (
    Commands,
    as_json,
    home_option,
    json_option,
    limit_option,
    stores,
    table,
    user_name,
)
from helioscribe.embedded.tables.events import print_events
from helioscribe.embedded.tables.images import print_words
from helioscribe.ports.catalogue import Catalogue, EventQuery
from helioscribe.ports.embeddings import all_scores
from helioscribe.ports.models import ModelRegistry
from helioscribe.runtime.named_event import find_event
from helioscribe.runtime.reviews.clusters import clusters_of, scored_space
from helioscribe.runtime.reviews.judging import judge
from helioscribe.runtime.reviews.labels import labels_of_reviews
from helioscribe.runtime.reviews.queue import ImageQueue, Order, disputed_events, event_queue
from helioscribe.runtime.wording import counted
from helioscribe.sdk.labels import FILE, write_labels

__all__ = ["review"]

_detector = click.option(
    "--detector", metavar="ID", help="Whose scores to use; by default the detector that has scored the most images."
)
_ORDERS = click.Choice([order.value for order in Order])
_limit = limit_option(20)


@click.group(cls=Commands)
def review() -> None:
    """Review events, images and clusters: confirm, reject, keep, discard or label; list what needs a review."""


@review.command()
@click.argument("subject", metavar="SUBJECT")
@click.argument("verdict", type=click.Choice([verdict.value for verdict in Verdict]))
@click.argument("value", required=False, default="")
@click.option("--comment", default="", metavar="TEXT", help="Why; kept with the review.")
@click.option("--by", default=None, metavar="NAME", help="Who says so; your user name by default.")
@home_option
@json_option
def add(subject: str, verdict: str, value: str, comment: str, by: str | None, home: Path | None, json_: bool) -> None:
    """Review SUBJECT: an event, an image (id of its observation) or a cluster (detector/version/number).

    Events: confirm, reject, relabel CLASS, rate 0..1. Images and clusters: keep, discard, label TEXT. Of all: comment,
    and undo, which takes the decision back.
    """
    with stores(home) as opened:
        kind, known = kind_of(subject), _whole_id(opened.catalogue, subject)
        said: _Said = {"comment": comment, **_value(Verdict(verdict), value)}
        kept = judge(opened.catalogue, kind, known, Verdict(verdict), by=by or user_name(), **said)
    if json_:
        as_json(_record(kept))
    else:
        click.echo(f"{kept.subject}: {kept.verdict} by {kept.by}, review {kept.version}")


class _Said(TypedDict, total=False):
    label: str
    rating: float
    comment: str


def _value(verdict: Verdict, value: str) -> _Said:
    match verdict:
        case Verdict.RELABEL:
            return {"label": value.upper()}
        case Verdict.LABEL:
            return {"label": value}
        case Verdict.COMMENT:
            return {"comment": value} if value else {}
        case Verdict.RATE:
            try:
                return {"rating": float(value)}
            except ValueError:
                raise InvalidInputError(f"rate: expected a number from 0 to 1, got {value!r}") from None
        case _ if value:
            raise InvalidInputError(f"{verdict}: takes no {value!r}; --comment says why")
        case _:
            return {}


def _whole_id(catalogue: Catalogue, subject: str) -> str:
    return find_event(catalogue, subject).id if kind_of(subject) is SubjectKind.EVENT else subject


@review.command()
@click.argument("subject", metavar="SUBJECT")
@home_option
@json_option
def show(subject: str, home: Path | None, json_: bool) -> None:
    """Print all reviews of SUBJECT, oldest first."""
    with stores(home) as opened:
        found = opened.catalogue.reviews(kind_of(subject), _whole_id(opened.catalogue, subject))
    if json_:
        as_json([_record(one) for one in found])
        return
    rows = [(one.version, format_utc(one.at), one.by, one.verdict, _content(one), one.comment) for one in found]
    table(("review", "at UTC", "by", "verdict", "label or rating", "comment"), rows)


@review.command("list")
@click.option(
    "--kind", type=click.Choice([kind.value for kind in SubjectKind]), help="Only reviews of this kind of subject."
)
@click.option(
    "--decision", type=click.Choice([verdict.value for verdict in Verdict]), help="Only subjects with this decision."
)
@limit_option(1000, most=1_000_000)
@home_option
@json_option
def list_(kind: str | None, decision: str | None, limit: int, home: Path | None, json_: bool) -> None:
    """Print the present decision on everything that has been reviewed."""
    chosen = Verdict(decision) if decision else None
    with stores(home) as opened:
        kinds = [SubjectKind(kind)] if kind else list(SubjectKind)
        found = [one for of in kinds for one in opened.catalogue.standings(of, decision=chosen, limit=limit)][:limit]
    if json_:
        as_json([_standing(one) for one in found])
        return
    rows = [
        (one.kind, one.subject, one.decision or "", one.label, "" if one.rating is None else one.rating, one.by)
        for one in found
    ]
    table(("kind", "subject", "decision", "label", "rating", "last word by"), rows)


@review.command()
@_detector
@click.option(
    "--events",
    "of_events",
    is_flag=True,
    help="List events, those first that their detector is least sure of, instead of images.",
)
@click.option("--order", type=_ORDERS, default="anomaly", show_default=True, help="What to put first.")
@click.option(
    "--model",
    "model_version",
    metavar="VERSION",
    help="Model version whose scores to use; by default the one that has scored the most images.",
)
@_limit
@home_option
@json_option
def queue(
    detector: str | None,
    of_events: bool,
    order: str,
    model_version: str | None,
    limit: int,
    home: Path | None,
    json_: bool,
) -> None:
    """Print images, or with --events events, that nobody has decided about, the most urgent first."""
    with stores(home) as opened:
        if of_events:
            events = _events(opened.catalogue, opened.models, Order(order), detector, limit=limit)
            print_events(events, form="json" if json_ else "table")
            return
        queue = ImageQueue(
            catalogue=opened.catalogue,
            embeddings=opened.embeddings,
            models=opened.models,
            detector=detector,
            model_version=model_version,
        )
        found = queue.first(Order(order), limit=limit)
    print_words(found, json=json_)


def _events(
    catalogue: Catalogue, models: ModelRegistry, order: Order, detector: str | None, *, limit: int
) -> list[Event]:
    if order is not Order.DISAGREEMENT:
        return event_queue(catalogue, EventQuery(detectors=(detector,) if detector else ()), limit=limit)
    if detector is None:
        raise click.UsageError("--order disagreement of events: --detector says whose shadow")
    return disputed_events(catalogue, models, detector, limit=limit)


@review.command()
@_detector
@click.option(
    "--model",
    "model_version",
    metavar="VERSION",
    help="Model version; by default the one that has scored the most images.",
)
@home_option
@json_option
def clusters(detector: str | None, model_version: str | None, home: Path | None, json_: bool) -> None:
    """Print the clusters of images, the largest first, with the percentage of several sources in each."""
    with stores(home) as opened:
        space = scored_space(opened.embeddings, opened.models, detector, model_version)
        found = clusters_of(opened.catalogue, space, all_scores(opened.embeddings, space))
    names = ("cluster", "images", "percent_several", "percent_unusual", "decision", "label")
    rows = [
        (one.id, one.images, round(100 * one.several, 1), round(100 * one.odd, 1))
        + ((one.standing.decision or "", one.standing.label) if one.standing else ("", ""))
        for one in found
    ]
    if json_:
        as_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        table(names, rows)


@review.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True), metavar="FOLDER")
@home_option
def export(folder: Path, home: Path | None) -> None:
    """Write all reviews as labels into FOLDER, the folder of a dataset, for training to read."""
    path = folder / FILE
    try:
        with stores(home) as opened, path.open("w", newline="", encoding="utf-8") as stream:
            count = write_labels(stream, labels_of_reviews(opened.catalogue, opened.embeddings))
    except OSError as error:
        raise InvalidInputError.wrap(error, doing=str(path)) from None
    click.echo(f"wrote {counted(count, 'label')} to {path}", err=True)


def _content(one: Review) -> str:
    return one.label or ("" if one.rating is None else f"{one.rating:g}")


def _record(one: Review) -> dict[str, object]:
    return {
        "kind": one.kind.value,
        "subject": one.subject,
        "version": one.version,
        "verdict": one.verdict.value,
        "label": one.label,
        "rating": one.rating,
        "comment": one.comment,
        "by": one.by,
        "at": format_utc(one.at),
        "revision": one.revision,
    }


def _standing(one: Standing) -> dict[str, object]:
    return {
        "kind": one.kind.value,
        "subject": one.subject,
        "decision": one.decision and one.decision.value,
        "label": one.label,
        "rating": one.rating,
        "reviews": one.version,
        "by": one.by,
        "at": format_utc(one.at),
    }
