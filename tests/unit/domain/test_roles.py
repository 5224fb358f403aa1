"""How roles of versions change; that registries store it is in their contract."""

from collections.abc import Sequence
from functools import partial

import pytest

from helioscribe.domain.errors import ConflictError
from helioscribe.domain.model import Alias, AliasChange
from helioscribe.domain.roles import promotion, rollback
from support.factories import at

promoted = partial(promotion, name="m", at=at(), by="me", reason="", benchmark=None, measurements=(), override=False)
rolled_back = partial(rollback, name="m", alias=Alias.CHAMPION, at=at(), by="me", reason="")


def history_of(steps: str) -> Sequence[AliasChange]:
    """A change for each step: ``A`` is promoted; ``-`` rolls back."""
    history: list[AliasChange] = []
    for step in steps.split():
        back = step == "-"
        history.append(rolled_back(history) if back else promoted(history, version=step, alias=Alias.CHAMPION))
    return history


@pytest.mark.parametrize(
    ("steps", "before"),
    [("A B", "A"), ("A B C", "B"), ("A B C -", "A"), ("A B A", "B"), ("A B - C", "A")],
)
def test_a_rollback_undoes_one_promotion(steps: str, before: str) -> None:
    history = history_of(steps)
    change = rolled_back(history)
    assert (change.version, change.previous, change.rollback) == (before, history[-1].version, True)


@pytest.mark.parametrize("steps", ["", "A", "A B C - -"])
def test_without_another_version_nothing_is_rolled_back(steps: str) -> None:
    with pytest.raises(ConflictError, match="model m had no other champion before"):
        rolled_back(history_of(steps))


def test_a_role_changes_by_itself() -> None:
    history = history_of("A B")
    shadow = promoted(history, version="C", alias=Alias.SHADOW)
    assert (shadow.previous, shadow.rollback) == ("", False)
    assert rolled_back([*history, shadow]).version == "A"
    with pytest.raises(ConflictError, match="shadow"):
        rolled_back([*history, shadow], alias=Alias.SHADOW)


def test_who_has_the_role_keeps_it() -> None:
    history = history_of("A B")
    assert promoted(history, version="B", alias=Alias.CHAMPION) is history[-1]
    assert promoted(history, version="A", alias=Alias.CHAMPION).previous == "B"
