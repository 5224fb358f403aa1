"""Free text: an index finds rare words, and frequent ones are still found in order."""

import pytest
from sqlalchemy import Engine, text

from helioscribe.db import SqlCatalogue, index_words, migrate, open_engine, search, word_index
from helioscribe.db.engine import Lock, lock, reading, writing
from helioscribe.ports.catalogue import EventQuery
from support.factories import make_event

ASKED = ("moreton 50%", "note_1", "nothing of", "ofnote", "MORETON", "it", 'of "it', "of it", "ÄRGER", "goes stix")
FOUND = [1, 10, 10, 0, 1, 10, 1, 10, 1, 0]


def described(number: int, words: str):
    return make_event(number, number + 1, attributes={"event_description": words})


def filled(url: str) -> Engine:
    engine = open_engine(url)
    migrate(engine)
    words = {0: "A Moreton wave, 50% of it", 1: 'Of "it" and ÄRGER'}
    events = [described(number, words.get(number, "Nothing of NOTE_1 here")) for number in range(3000)]
    SqlCatalogue(engine).import_events(events)
    return engine


@pytest.fixture
def catalogue(postgres_url: str):
    engine = filled(postgres_url)
    with reading(engine) as connection:
        if not connection.scalar(text("SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_trgm'")):
            pytest.skip("this Postgres has no pg_trgm")
    yield engine
    engine.dispose()


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setattr(word_index, "_MANY", 100)
    engine = filled(f"sqlite:///{tmp_path}/x.db")
    yield engine
    engine.dispose()


def answers(engine: Engine) -> dict[str, list[str]]:
    found = SqlCatalogue(engine)
    return {words: [one.id for one in found.search(EventQuery(text=words, limit=10))] for words in ASKED}


def letters(engine: Engine, *words: str) -> str | None:
    with reading(engine) as connection:
        return word_index.letters_of(connection, words)


def plan(engine: Engine, words: str) -> str:
    page, values = search.page_of(EventQuery(text=words), 10, engine.dialect)
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        driver.execute("SET plan_cache_mode = force_custom_plan")
        return "\n".join(row[0] for row in driver.execute(f"EXPLAIN {page.text}", page.given(values)).fetchall())


def test_rare_words_are_found_by_the_index_and_frequent_ones_in_order(catalogue) -> None:
    found = answers(catalogue)
    assert "ix_events_words" not in plan(catalogue, "moreton")
    for _ in range(2):  # made anew, too
        index_words(catalogue)
    assert "ix_events_words" in plan(catalogue, "moreton")
    assert "ix_events_words" not in plan(catalogue, "nothing")
    assert answers(catalogue) == found
    assert [len(ids) for ids in found.values()] == FOUND
    with reading(catalogue) as connection:
        assert connection.scalar(text("SHOW plan_cache_mode")) == "force_generic_plan"


def test_sqlite_finds_rare_words_by_its_index_and_frequent_ones_in_order(file) -> None:
    found = answers(file)
    assert letters(file, "moreton") is None
    for _ in range(2):
        index_words(file)
    assert letters(file, "moreton") is not None
    assert letters(file, "nothing", "of", "it", "\0abc") is None
    assert answers(file) == found
    assert [len(ids) for ids in found.values()] == FOUND


def test_the_index_of_sqlite_follows_what_is_written(file) -> None:
    index_words(file)
    catalogue = SqlCatalogue(file)
    catalogue.import_events([described(0, "A plain flare"), described(5000, "Another Moreton wave")])
    assert [one.attributes["event_description"] for one in catalogue.search(EventQuery(text="moreton"))] == [
        "Another Moreton wave"
    ]
    assert len(list(catalogue.search(EventQuery(text="plain")))) == 1
    assert catalogue.counts(EventQuery(text="moreton")) == {(): 1}


def test_who_changes_much_looks_rows_up_by_their_keys(postgres_url: str) -> None:
    """A plan that was made while the table was empty, and kept, would read all of it for every few rows."""
    engine = open_engine(postgres_url)
    with writing(engine) as connection:
        lock(connection, Lock.CHANGES)
        assert connection.scalar(text("SHOW enable_seqscan")) == "off"
    with reading(engine) as connection:
        assert connection.scalar(text("SHOW enable_seqscan")) == "on"
    engine.dispose()
