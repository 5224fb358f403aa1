"""Free text in Postgres: an index finds rare words, and frequent ones are still found in order."""

import pytest
from sqlalchemy import text

from helioscribe.db import SqlCatalogue, index_words, migrate, open_engine
from helioscribe.db.engine import Lock, lock, reading, writing
from helioscribe.domain.errors import InvalidInputError
from helioscribe.ports.catalogue import EventQuery
from support.factories import make_event


def described(number: int, words: str):
    return make_event(number, number + 1, attributes={"event_description": words})


@pytest.fixture
def catalogue(postgres_url: str):
    engine = open_engine(postgres_url)
    migrate(engine)
    events = [described(number, "Nothing of NOTE_1 here" if number else "A Moreton wave, 50% of it") for number in range(3000)]
    SqlCatalogue(engine).import_events(events)
    with reading(engine) as connection:
        if not connection.scalar(text("SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_trgm'")):
            pytest.skip("this Postgres has no pg_trgm")
    yield engine
    engine.dispose()


def plan(engine, words: str) -> str:
    from helioscribe.db import search

    page, values = search.page_of(EventQuery(text=words), 10, engine.dialect)
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        driver.execute("SET plan_cache_mode = force_custom_plan")
        return "\n".join(row[0] for row in driver.execute(f"EXPLAIN {page.text}", page.given(values)).fetchall())


def test_rare_words_are_found_by_the_index_and_frequent_ones_in_order(catalogue) -> None:
    found = {words: [one.id for one in SqlCatalogue(catalogue).search(EventQuery(text=words, limit=10))] for words in ("moreton 50%", "note_1", "nothing of", "ofnote")}
    assert "ix_events_words" not in plan(catalogue, "moreton")
    for _ in range(2):  # made anew, too
        index_words(catalogue)
    assert "ix_events_words" in plan(catalogue, "moreton")
    assert "ix_events_words" not in plan(catalogue, "nothing")
    again = {words: [one.id for one in SqlCatalogue(catalogue).search(EventQuery(text=words, limit=10))] for words in found}
    assert again == found
    assert [len(ids) for ids in found.values()] == [1, 10, 10, 0]
    with reading(catalogue) as connection:
        assert connection.scalar(text("SHOW plan_cache_mode")) == "force_generic_plan"


def test_sqlite_has_none(tmp_path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/x.db")
    migrate(engine)
    with pytest.raises(InvalidInputError, match="Postgres"):
        index_words(engine)
    engine.dispose()


def test_who_changes_much_looks_rows_up_by_their_keys(postgres_url: str) -> None:
    """A plan that was made while the table was empty, and kept, would read all of it for every few rows."""
    engine = open_engine(postgres_url)
    with writing(engine) as connection:
        lock(connection, Lock.CHANGES)
        assert connection.scalar(text("SHOW enable_seqscan")) == "off"
    with reading(engine) as connection:
        assert connection.scalar(text("SHOW enable_seqscan")) == "on"
    engine.dispose()
