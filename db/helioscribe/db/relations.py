"""What people say of two events: statements within one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select

from helioscribe.db.statements import among, fetch_one
from helioscribe.db.tables import events, relations
from helioscribe.domain.relation import Relation, Verb

__all__ = ["add_relation", "find_relations"]

_NAMES = tuple(field.name for field in fields(Relation))
_COLUMNS = tuple(relations.c[name] for name in _NAMES)


def add_relation(connection: Connection, relation: Relation) -> Relation:
    """Keep what is said of a relation; see `Catalogue.relate`. The caller holds the lock on changes."""
    for event_id in (relation.first, relation.second):
        fetch_one(connection, select(events.c.id).where(events.c.id == event_id), f"event {event_id}")
    line = select(*_COLUMNS).where(relations.c.id == relation.id).order_by(relations.c.version.desc()).limit(1)
    found = connection.execute(line).one_or_none()
    before = _relation(found) if found else None
    if before.withdrawn is relation.withdrawn if before else relation.withdrawn:
        return before or relation
    kept = replace(relation, version=before.version + 1 if before else 1)
    row = {name: getattr(kept, name) for name in _NAMES}
    connection.execute(insert(relations), row | {"id": kept.id, "verb": kept.verb.value})
    return kept


def find_relations(connection: Connection, event_ids: Sequence[str]) -> list[Relation]:
    """Return everything that was said of the relations of some events, oldest first."""
    ends = [among(end, event_ids, connection.dialect) for end in (relations.c.first, relations.c.second)]
    found = map(_relation, connection.execute(select(*_COLUMNS).where(or_(*ends))))
    return sorted(found, key=lambda one: (one.at, one.id, one.version))


def _relation(row: Row[Any]) -> Relation:
    values = dict(zip(_NAMES, row, strict=True))
    return Relation(**values | {"verb": Verb(values["verb"])})
