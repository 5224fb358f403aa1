"""What every `Catalogue` keeps of what people say of two events."""

from dataclasses import replace
from datetime import timedelta

import pytest

from helioscribe.domain.errors import NotFoundError
from helioscribe.domain.relation import Relation, Verb, said_of, standing
from helioscribe.ports.catalogue import Catalogue
from helioscribe.runtime.relations import relate, ties, ties_of, withdraw
from support.factories import at, make_event

FLARE, WAVE, CME = (make_event(start, start + 5.0) for start in (10.0, 20.0, 30.0))


@pytest.fixture
def filled(catalogue: Catalogue) -> Catalogue:
    catalogue.import_events([FLARE, WAVE, CME])
    return catalogue


def causes(**changes) -> Relation:
    said = Relation(first=FLARE.id, verb=Verb.CAUSES, second=WAVE.id, by="ada", at=at(0), comment="same place")
    return replace(said, **changes)


def test_comes_back_as_it_was_said(filled: Catalogue) -> None:
    kept = filled.relate(causes())
    assert kept == causes(version=1)
    assert (
        filled.relations([FLARE.id]) == filled.relations([WAVE.id]) == filled.relations([WAVE.id, FLARE.id]) == [kept]
    )
    assert filled.relations([CME.id]) == filled.relations([]) == []


def test_what_holds_is_not_said_again(filled: Catalogue) -> None:
    first = filled.relate(causes())
    assert filled.relate(causes(by="ben", at=at(60))) == first
    assert filled.relations([FLARE.id]) == [first]


def test_is_withdrawn_and_holds_again_with_every_word_kept(filled: Catalogue) -> None:
    for number, gone in enumerate((False, True, False)):
        said = causes(by=f"person {number}", at=at(60 * number), withdrawn=gone)
        assert filled.relate(said) == replace(said, version=number + 1)
    log = filled.relations([FLARE.id])
    assert [(one.by, one.withdrawn, one.version) for one in log] == [
        ("person 0", False, 1),
        ("person 1", True, 2),
        ("person 2", False, 3),
    ]
    assert standing(log) == log[2:]


def test_what_was_never_said_is_not_withdrawn(filled: Catalogue) -> None:
    filled.relate(causes(withdrawn=True))
    assert filled.relations([FLARE.id]) == []


def test_unknown_events(filled: Catalogue) -> None:
    for event in ("first", "second"):
        with pytest.raises(NotFoundError, match="evt-nope"):
            filled.relate(causes(**{event: "evt-nope"}))
    assert filled.relations([FLARE.id, "evt-nope"]) == []


def test_among_many_events_each_word_comes_once(filled: Catalogue) -> None:
    many = [make_event(number, number + 1) for number in range(100, 1300)]
    filled.import_events(many)
    kept = [
        filled.relate(said_of(one.id, "follows", other.id, by="ada", at=at(0) + timedelta(seconds=number)))
        for number, (one, other) in enumerate(zip(many[::100], many[1::100], strict=False))
    ]
    assert filled.relations([one.id for one in many]) == kept


def test_people_say_it_in_their_words_and_see_it_from_both_ends(filled: Catalogue) -> None:
    kept = relate(filled, WAVE.id, "is_caused_by", FLARE.id, by="ada", comment=" EUV ")
    relate(filled, FLARE.id, "is_associated_with", CME.id, by="ben")
    assert (kept.first, kept.verb, kept.second, kept.comment) == (FLARE.id, Verb.CAUSES, WAVE.id, "EUV")
    assert [(tie.word, tie.other) for tie in ties(filled, WAVE.id)] == [("is_caused_by", filled.event(FLARE.id))]
    of_all = ties_of(filled, [filled.event(FLARE.id), filled.event(CME.id)])
    assert {key: [(tie.word, tie.other.id) for tie in found] for key, found in of_all.items()} == {
        FLARE.id: [("causes", WAVE.id), ("is_associated_with", CME.id)],
        CME.id: [("is_associated_with", FLARE.id)],
    }


def test_withdrawn_ties_are_history(filled: Catalogue) -> None:
    kept = relate(filled, FLARE.id, "causes", WAVE.id, by="ada")
    with pytest.raises(NotFoundError, match="rel-nope"):
        withdraw(filled, FLARE.id, "rel-nope", by="ben")
    assert withdraw(filled, WAVE.id, kept.id, by="ben", comment="another flare").withdrawn
    assert ties(filled, FLARE.id) == []
    assert [tie.relation.by for tie in ties(filled, FLARE.id, history=True)] == ["ada", "ben"]
    with pytest.raises(NotFoundError):
        withdraw(filled, FLARE.id, kept.id, by="ben")
