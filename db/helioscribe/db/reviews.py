"""Reads and writes reviews, decisions and which events are hidden, within a transaction of the caller."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, Select, insert, select, update

from helioscribe.db import rows
from helioscribe.db.events import apply_changes, get_event
from helioscribe.db.statements import among, fetch, fetch_one, put
from helioscribe.db.tables import event_observations, events, observations, reviews, standings
from helioscribe.domain.batches import batches
from helioscribe.domain.event import Event
from helioscribe.domain.review import CLUSTER, Review, Reviewed, Standing, SubjectKind, Verdict, is_hidden, subjects_of
from helioscribe.ports.catalogue import relabelling

__all__ = ["add_review", "find_standings", "get_reviews", "reviewed_so", "show_or_hide"]

_BATCH = 500
_CHANGE = ("decision", "label", "rating", "version", "by", "at")


def add_review(connection: Connection, review: Review) -> Review:
    """Store a review and update what depends on it. The caller must hold the lock on changes."""
    known = select(reviews).where(reviews.c.id == review.id)
    for row in fetch(connection, known):
        return rows.review_of(row)
    _settle(connection, review)
    before = find_standings(connection, review.kind, subjects=(review.subject,), decision=None, limit=1)
    now = Standing.after(before[0] if before else None, review)
    connection.execute(insert(reviews), rows.review_row(replace(review, version=now.version)))
    put(connection, standings, [rows.standing_row(now)], change=_CHANGE)
    for part in batches(_affected(connection, review), _BATCH):
        show_or_hide(connection, part)
    return rows.review_of(fetch_one(connection, known, f"review {review.id}"))


def _settle(connection: Connection, review: Review) -> None:
    """Check that the subject exists, and write the new revision of an event that is relabelled."""
    match review.kind:
        case SubjectKind.EVENT:
            apply_changes(connection, relabelling(get_event(connection, review.subject, None), review))
        case SubjectKind.IMAGE:
            chosen = select(observations.c.id).where(observations.c.id == review.subject)
            fetch_one(connection, chosen, f"observation {review.subject}")
        case SubjectKind.CLUSTER:
            pass  # the database has no list of clusters


def _affected(connection: Connection, review: Review) -> Iterator[Event]:
    chosen: Select[tuple[object, ...]] = select(events)
    match review.kind:
        case SubjectKind.EVENT:
            chosen = chosen.where(events.c.id == review.subject)
        case SubjectKind.IMAGE:
            links = select(event_observations.c.event_id).where(event_observations.c.observation_id == review.subject)
            chosen = chosen.where(events.c.id.in_(links))
        case SubjectKind.CLUSTER:
            named = events.c.attributes[CLUSTER].as_string() == review.subject
            chosen = chosen.where(events.c.detector == review.subject.partition("/")[0], named)
    yield from map(rows.event_of, fetch(connection, chosen))


def show_or_hide(connection: Connection, changed: Sequence[Event]) -> None:
    """Update the column `hidden` of events by all reviews."""
    if connection.scalar(select(standings.c.subject).limit(1)) is None:
        return
    subjects = {subject for event in changed for subject in subjects_of(event)}
    said = {
        (kind, one.subject): one.decision
        for kind in SubjectKind
        for one in find_standings(
            connection, kind, subjects=[name for of, name in subjects if of is kind], decision=None, limit=len(subjects)
        )
    }
    latest = {event.id: is_hidden(event, lambda *key: said.get(key)) for event in changed}
    for hidden in (True, False):
        ids = [event_id for event_id, hides in latest.items() if hides is hidden]
        wrong = update(events).where(among(events.c.id, ids, connection.dialect), events.c.hidden != hidden)
        connection.execute(wrong.values(hidden=hidden))


def reviewed_so(reviewed: Reviewed) -> list[ColumnElement[bool]]:
    """Return the conditions on `events` for a choice by reviews."""
    decided = select(standings.c.subject).where(standings.c.kind == SubjectKind.EVENT.value)
    match reviewed:
        case Reviewed.ANY:
            return []
        case Reviewed.STANDING:
            return [~events.c.hidden]
        case Reviewed.REJECTED:
            return [events.c.hidden]
        case Reviewed.CONFIRMED:
            return [events.c.id.in_(decided.where(standings.c.decision == Verdict.CONFIRM.value))]
        case Reviewed.RELABELLED:
            return [~events.c.hidden, events.c.id.in_(decided.where(standings.c.label != ""))]
        case Reviewed.UNREVIEWED:
            return [~events.c.hidden, events.c.id.not_in(decided.where(standings.c.decision.is_not(None)))]


def get_reviews(connection: Connection, kind: SubjectKind, subject: str) -> list[Review]:
    """Return all reviews of a subject, oldest first."""
    chosen = select(reviews).where(reviews.c.kind == kind.value, reviews.c.subject == subject)
    return [rows.review_of(row) for row in fetch(connection, chosen.order_by(reviews.c.version))]


def find_standings(
    connection: Connection, kind: SubjectKind, *, subjects: Sequence[str] | None, decision: Verdict | None, limit: int
) -> list[Standing]:
    """Return how subjects of a kind stand, by subject."""
    chosen = select(standings).where(standings.c.kind == kind.value)
    if decision is not None:
        chosen = chosen.where(standings.c.decision == decision.value)
    if subjects is not None:
        chosen = chosen.where(among(standings.c.subject, subjects, connection.dialect))
    chosen = chosen.order_by(standings.c.subject).limit(max(limit, 0))
    return [rows.standing_of(row) for row in fetch(connection, chosen)]
