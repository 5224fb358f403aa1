"""Words that people say of two events."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.relation import WORDS, Verb, said_of, standing
from support.factories import at

IDS = st.sampled_from(["evt-1", "evt-2", "evt-3"])


@given(word=st.sampled_from(sorted(WORDS)), one=IDS, other=IDS)
def test_a_word_and_its_inverse_make_one_relation(word: str, one: str, other: str) -> None:
    if one == other:
        with pytest.raises(InvalidInputError, match="twice"):
            said_of(one, word, other, by="ada", at=at(0))
        return
    said = said_of(one, word, other, by="ada", at=at(0))
    back = said_of(other, said.word(other), one, by="ben", at=at(1))
    assert said.id == back.id
    assert said.other(one) == other
    assert said.word(one) in (word, "is_followed_by")


def test_direction_matters_but_where_it_says_nothing() -> None:
    there, back = (said_of(*pair, by="ada", at=at(0)) for pair in (("a", "causes", "b"), ("b", "causes", "a")))
    assert there.id != back.id
    there, back = (
        said_of(*pair, by="ada", at=at(0))
        for pair in (("a", Verb.IS_ASSOCIATED_WITH, "b"), ("b", Verb.IS_ASSOCIATED_WITH, "a"))
    )
    assert there.id == back.id


@pytest.mark.parametrize(
    "changes",
    [
        {"word": "loves"},
        {"by": " "},
        {"by": "x" * 201},
        {"comment": "x" * 4001},
        {"at": at(0).replace(tzinfo=None)},
        {"other": ""},
    ],
)
def test_what_says_nothing_is_refused(changes) -> None:
    with pytest.raises(InvalidInputError, match="relation"):
        said_of("evt-1", **{"word": "causes", "other": "evt-2", "by": "ada", "at": at(0)} | changes)


def test_nothing_stands_of_nothing() -> None:
    assert standing([]) == []
