"""Imports: filling the database, and `import_events` beside the ORM in a full one."""

from __future__ import annotations

import random
from typing import Any

from made import many, timed
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, registry

from helioscribe.db import SqlCatalogue, rows, tables
from helioscribe.domain.event import Event

FROM_ORM = 10**12
"""Cursors from here on are the ORM's."""


def mapped(name: str) -> type[Any]:
    """Return a class of the ORM for a table."""
    kind = type(name, (), {})
    registry().map_imperatively(kind, tables.metadata.tables[name])
    return kind


def by_orm(engine: Engine, found: list[Event], event: type[Any], line: type[Any]) -> None:
    """Write events and their first revisions as one would with the ORM."""
    begin = FROM_ORM + hash(found[0].id) % 10**11
    with Session(engine) as session:
        for number, (one, row) in enumerate(zip(found, rows.event_rows(found), strict=True)):
            session.add(event(**row))
            values = {"event_id": one.id, "revision": 1, "at": one.frm_daterun, "reason": "imported"}
            session.add(line(cursor=begin + number, **values))
        session.commit()


def imports(engine: Engine, count: int) -> dict[str, Any]:
    """Time the import of events into the full table, by `import_events`, again, and by the ORM."""
    kinds = mapped("events"), mapped("revisions")
    catalogue, seeds = SqlCatalogue(engine), random.Random()
    fresh = [list(many(count, seed=seeds.getrandbits(40))) for _ in range(4)]
    ours = [timed(lambda part=part: catalogue.import_events(part)) for part in fresh[:2]]
    again = timed(lambda: catalogue.import_events(fresh[0]))
    orm = [timed(lambda part=part: by_orm(engine, part, *kinds)) for part in fresh[2:]]
    with engine.begin() as connection:
        connection.execute(text(f"DELETE FROM revisions WHERE cursor >= {FROM_ORM}"))
    rates = {"rows_per_s": min(ours), "again_per_s": again, "orm_per_s": min(orm)}
    return {name: round(count / spent) for name, spent in rates.items()} | {"ratio": round(min(orm) / min(ours), 1)}


def filled(engine: Engine, count: int) -> dict[str, Any]:
    """Import the events, and copy them into a table with the plain index."""
    spent = timed(lambda: SqlCatalogue(engine).import_events(many(count)))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE events_plain AS SELECT * FROM events"))
        connection.execute(text("CREATE INDEX ix_plain ON events_plain (event_type, event_starttime)"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return {"rows": count, "import_s": round(spent, 1), "import_per_s": round(count / spent)}
