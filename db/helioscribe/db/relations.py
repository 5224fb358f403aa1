"""Relations between events: statements within one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, RowMapping, insert, or_, select

from helioscribe.db.rows import plain_row, plain_values
from helioscribe.db.statements import among, fetch, fetch_one
from helioscribe.db.tables import events, relations
from helioscribe.domain.relation import Relation, Verb

__all__ = ["add_relation", "find_relations"]


def add_relation(connection: Connection, relation: Relation) -> Relation:
    """Store a relation or its withdrawal, see `Catalogue.relate`. The caller holds the lock on changes."""
    for event_id in (relation.first, relation.second):
        fetch_one(connection, select(events.c.id).where(events.c.id == event_id), f"event {event_id}")
    latest = select(relations).where(relations.c.id == relation.id).order_by(relations.c.version.desc()).limit(1)
    before = next(map(_relation, fetch(connection, latest)), None)
    if before.withdrawn is relation.withdrawn if before else relation.withdrawn:
        return before or relation
    kept = replace(relation, version=before.version + 1 if before else 1)
    connection.execute(insert(relations), plain_row(kept) | {"id": kept.id, "verb": kept.verb.value})
    return kept


def find_relations(connection: Connection, event_ids: Sequence[str]) -> list[Relation]:
    """Return all statements about relations of events, oldest first."""
    ends = [among(end, event_ids, connection.dialect) for end in (relations.c.first, relations.c.second)]
    found = map(_relation, fetch(connection, select(relations).where(or_(*ends))))
    return sorted(found, key=lambda one: (one.at, one.id, one.version))


def _relation(row: RowMapping) -> Relation:
    return Relation(**plain_values(Relation, row) | {"verb": Verb(row["verb"])})
