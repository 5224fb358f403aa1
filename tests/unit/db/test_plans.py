"""Which indexes questions go by, as the databases say themselves."""

import pytest
from sqlalchemy import event, text

from helioscribe.db import SqlCatalogue, migrate, open_engine, search
from helioscribe.domain.conditions import Condition, Operator
from helioscribe.domain.query import CountBy, EventQuery, Order
from helioscribe.domain.review import Reviewed
from support.factories import make_event, span


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request, tmp_path):
    url = f"sqlite:///{tmp_path}/x.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    engine = open_engine(url)
    migrate(engine)
    SqlCatalogue(engine).import_events([make_event(number, number + 1) for number in range(40)])
    if request.param == "postgres":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE events"))
    yield engine
    engine.dispose()


def plan(engine, statement, values) -> list[str]:
    """What the database would do, step by step; Postgres as if its tables were large."""
    postgres = engine.dialect.name == "postgresql"
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        if postgres:
            driver.execute("SET enable_seqscan = off")
            driver.execute("SET enable_bitmapscan = off")
        rows = driver.execute(f"EXPLAIN {'' if postgres else 'QUERY PLAN'} {statement}", values).fetchall()
        connection.invalidate()
    return [row[0] if postgres else row[3] for row in rows]


def plan_of_search(engine, **asked) -> list[str]:
    page, values = search.page_of(EventQuery(**asked), 10, engine.dialect)
    return plan(engine, page.text, page.given(values))


@pytest.mark.parametrize("query", [{"event_types": ("FL",)}, {}, {"event_types": ("FL", "AR"), "descending": True}])
def test_search_reads_short_ranges_of_an_index_in_order(engine, query) -> None:
    """With starts bounded class by class of duration, a search for a span reads no other part of the table."""
    if engine.dialect.name == "postgresql":
        pytest.skip("its plan depends on what the table holds")
    found = plan_of_search(engine, time_range=span(), **query)
    used = [step for step in found if "USING INDEX ix_events" in step]
    index = "ix_events_type_start (event_type=? AND reach=?" if query else "ix_events_start (reach=?"
    assert len(used) == 5 * max(len(query.get("event_types", ())), 1)
    assert sum(f"{index} AND event_starttime>? AND event_starttime<?)" in step for step in used) == len(used)
    assert not [step for step in found if "SCAN events" in step]


@pytest.mark.parametrize(("operator", "value"), [(Operator.LIKE, "evt-7%"), (Operator.EQUAL, "evt-7.0")])
def test_an_id_or_its_beginning_is_found_by_its_index(engine, operator, value) -> None:
    asked = (Condition(column="kb_archivid", operator=operator, value=value),)
    steps = plan_of_search(engine, conditions=asked, reviewed=Reviewed.ANY)
    own = "pk_events" if engine.dialect.name == "postgresql" else "sqlite_autoindex_events_1 (id"
    assert sum(own in step for step in steps) == 1
    assert not [step for step in steps if "SCAN events" in step or "Seq Scan" in step]


@pytest.mark.parametrize(("value", "by_index"), [("M1", True), ("X", True), ("C1", False)])
def test_great_flares_of_all_times_are_found_by_their_class(engine, value, by_index) -> None:
    """Of small ones there are so many that reading in order soon fills the page."""
    asked = (Condition(column="fl_goescls", operator=Operator.AT_LEAST, value=value),)
    steps = plan_of_search(engine, conditions=asked)
    assert any("ix_events_goes_class" in step for step in steps) == by_index


def test_the_newest_runs_are_read_from_their_end(engine) -> None:
    steps = plan_of_search(engine, order=Order.RUN, descending=True)
    assert any("ix_events_run" in step for step in steps)
    assert not [step for step in steps if "Sort" in step and "Incremental" not in step]


@pytest.mark.parametrize("asked", [{}, {"event_types": ("FL",)}, {"time_range": span()}])
def test_counts_read_no_event(engine, asked) -> None:
    said = []
    event.listen(engine, "before_cursor_execute", lambda *call: said.append(call[2:4]))
    counted = SqlCatalogue(engine).counts(EventQuery(**asked), by=(CountBy.TYPE, CountBy.HOUR))
    assert sum(counted.values()) == 40
    (counting,) = [call for call in said if "count(" in call[0]]
    steps = plan(engine, *counting)
    reads = [step for step in steps if "ix_events" in step or "Scan" in step.replace("Subquery Scan", "")]
    assert reads
    assert all("Index Only Scan" in step or "USING COVERING INDEX" in step for step in reads), steps
