"""Conditions on single columns of a record, as HEK's clients pose them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from helioscribe.domain.detection import Value
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.goes_class import class_number
from helioscribe.domain.times import parse_utc

__all__ = ["FLAG_COLUMNS", "GOES_COLUMN", "TIME_COLUMNS", "Condition", "Operator", "folded", "like"]

TIME_COLUMNS = frozenset({"event_starttime", "event_peaktime", "event_endtime", "frm_daterun"})
"""Columns whose values are compared as moments."""

FLAG_COLUMNS = frozenset({"active", "frm_humanflag", "noposition"})
"""Columns that are true or false in every record."""

GOES_COLUMN = "fl_goescls"
"""The column whose values are compared as GOES classes."""

_COLUMN = re.compile(r"[a-z][a-z0-9_]{0,63}")
_LONGEST = 1000
_MOST_WILDCARDS = 20
_TEXT = re.compile(r"\s*([A-Za-z]\w*)\s*(!=|<=|>=|=|<|>|\blike\b)\s*(.*?)\s*", re.DOTALL)
_YES, _NO = frozenset({"true", "t", "1"}), frozenset({"false", "f", "0"})


class Operator(StrEnum):
    """How a column is compared."""

    EQUAL = "="
    DIFFERENT = "!="
    LESS = "<"
    MORE = ">"
    AT_MOST = "<="
    AT_LEAST = ">="
    LIKE = "like"
    """The whole value, whatever the case of ASCII letters; ``%`` stands for anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What a column of an event has to be.

    Values come as text and are compared by the type of what the column holds: numbers as numbers, moments as moments,
    GOES classes by their irradiance, other text by the order of its characters. What a record lacks equals empty text;
    no other condition holds for it.

    Raises
    ------
    InvalidInputError
        If the column cannot be one, the value is too long, or a column of times is compared with no time.
    """

    column: str
    """HEK's name, in any case."""

    operator: Operator
    """How to compare."""

    value: str
    """With what."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "column", self.column.lower())
        if self.operator not in list(Operator):
            raise InvalidInputError(f"not an operator: {self.operator[:10]!r}; expected one of {' '.join(Operator)}")
        object.__setattr__(self, "operator", Operator(self.operator))
        if not _COLUMN.fullmatch(self.column):
            raise InvalidInputError(f"not a column: {self.column[:40]!r}; expected a name such as fl_goescls")
        if len(self.value) > _LONGEST or self.value.count("%") > _MOST_WILDCARDS:
            raise InvalidInputError(
                f"{self.column}: expected a value of at most {_LONGEST} characters with at most {_MOST_WILDCARDS} %"
            )
        if self.column in TIME_COLUMNS and self.value and self.moment is None:
            raise InvalidInputError(f"{self.column}: not a time: {self.value[:40]!r}; expected 2020-05-06T17:28:00")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a condition such as ``fl_goescls >= M1`` or ``frm_name like SPoCA%``. Raises `InvalidInputError`."""
        found = _TEXT.fullmatch(text)
        if found is None:
            raise InvalidInputError(f"not a condition: {text[:60]!r}; expected such as fl_goescls>=M1")
        return cls(column=found[1], operator=Operator(found[2]), value=found[3])

    @property
    def number(self) -> float | None:
        """The value as a number, if it is a finite one."""
        try:
            number = float(self.value)
        except ValueError:
            return None
        return number if math.isfinite(number) else None

    @property
    def moment(self) -> datetime | None:
        """The value as a moment, if it is one."""
        try:
            return parse_utc(self.value)
        except InvalidInputError:
            return None

    @property
    def flag(self) -> bool | None:
        """The value as true or false, if it is one of them."""
        text = self.value.strip().lower()
        return True if text in _YES else False if text in _NO else None

    @property
    def goes_class(self) -> float | None:
        """The value as a GOES class, if it is compared as one."""
        return class_number(self.value) if self.column == GOES_COLUMN and "%" not in self.value else None

    def holds(self, record: Mapping[str, object]) -> bool:
        """Whether a record fulfils the condition.

        Parameters
        ----------
        record
            Values by HEK's names in lower case, as `helioscribe.domain.event.hek_record` gives them; moments may be
            text or datetimes, flags text or booleans, and what is missing None, empty text, or not there.
        """
        held = record.get(self.column)
        if held is None or held == "":
            return self.operator is Operator.EQUAL and not self.value
        if not self.value:
            return self.operator is Operator.DIFFERENT
        held, wanted = self._pair(held)
        if held is None or wanted is None:
            return self.operator is Operator.DIFFERENT
        if self.operator is Operator.LIKE and isinstance(held, str) and isinstance(wanted, str):
            return like(held, wanted)
        return _compare(held, wanted, self.operator)

    def _pair(self, held: object) -> tuple[Value | datetime | None, Value | datetime | None]:
        """Return what is held and what is wanted, as values of one type; None for what is of another."""
        if self.column in TIME_COLUMNS:
            return (held if isinstance(held, datetime) else parse_utc(str(held))), self.moment
        if isinstance(held, bool) or self.column in FLAG_COLUMNS:
            return str(held).lower() == "true", self.flag
        if self.goes_class is not None:
            return class_number(str(held)), self.goes_class
        if isinstance(held, int | float):
            return held, self.number
        return str(held), self.value


def _compare(held: Value | datetime, wanted: Value | datetime, operator: Operator) -> bool:
    match operator:
        case Operator.EQUAL | Operator.LIKE:
            return held == wanted
        case Operator.DIFFERENT:
            return held != wanted
        case Operator.LESS:
            return held < wanted  # type: ignore[operator]  # both are of one type
        case Operator.MORE:
            return held > wanted  # type: ignore[operator]
        case Operator.AT_MOST:
            return held <= wanted  # type: ignore[operator]
        case Operator.AT_LEAST:
            return held >= wanted  # type: ignore[operator]


def like(text: str, pattern: str) -> bool:
    """Whether the whole text is like a pattern in which ``%`` stands for anything, in time linear in the text."""
    text, pattern = folded(text), folded(pattern)
    first, *middle = pattern.split("%")
    if not middle:
        return text == first
    last = middle.pop()
    if not (text.startswith(first) and text.endswith(last) and len(text) >= len(first) + len(last)):
        return False
    place, end = len(first), len(text) - len(last)
    for part in middle:
        found = text.find(part, place, end)
        if found < 0:
            return False
        place = found + len(part)
    return True


_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def folded(text: str) -> str:
    """Return text with small letters for capital ones, where they are ASCII: so databases fold it."""
    return text.translate(_LOWER)
