"""Conditions on single columns of a record, such as ``fl_goescls>=M1``, as in HEK's interface."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Self

from helioscribe.domain.detection import Value
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import TIME_COLUMNS
from helioscribe.domain.goes_class import class_number
from helioscribe.domain.times import parse_utc

__all__ = ["FLAG_COLUMNS", "GOES_COLUMN", "Condition", "Operator", "folded", "like"]

FLAG_COLUMNS = frozenset({"active", "frm_humanflag", "noposition"})
"""Columns whose values are true or false."""

GOES_COLUMN = "fl_goescls"
"""The column whose values are compared as GOES classes."""

_COLUMN = re.compile(r"[a-z][a-z0-9_]{0,63}")
_LONGEST = 1000
_MOST_WILDCARDS = 20
_TEXT = re.compile(r"\s*([A-Za-z]\w*)\s*(!=|<=|>=|=|<|>|\blike\b)\s*(.*?)\s*", re.DOTALL)
_YES, _NO = frozenset({"true", "t", "1"}), frozenset({"false", "f", "0"})


class Operator(StrEnum):
    """How the value of a column is compared with the value of a condition."""

    EQUAL = "="
    DIFFERENT = "!="
    LESS = "<"
    MORE = ">"
    AT_MOST = "<="
    AT_LEAST = ">="
    LIKE = "like"
    """Matches the whole value, ignoring the case of ASCII letters; ``%`` stands for any text."""


_COMPARED: Mapping[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQUAL: eq,
    Operator.DIFFERENT: ne,
    Operator.LESS: lt,
    Operator.MORE: gt,
    Operator.AT_MOST: le,
    Operator.AT_LEAST: ge,
    Operator.LIKE: eq,  # of values that are no texts
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A condition on one column of an event.

    The value is text and is compared as the type of the column: as a number, a time, a GOES class (by its irradiance)
    or text (by the order of its characters). A column that a record lacks is equal to empty text; every other condition
    on it is false.

    Raises
    ------
    InvalidInputError
        If the name of the column is malformed, the value is too long, or the value of a time column is not a time.
    """

    column: str
    """HEK's name of the column, in any case."""

    operator: Operator
    """How the values are compared."""

    value: str
    """Value to compare with, as text."""

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
        """The value as a number; None if it is not a finite number."""
        try:
            number = float(self.value)
        except ValueError:
            return None
        return number if math.isfinite(number) else None

    @property
    def moment(self) -> datetime | None:
        """The value as a time; None if it is not a time."""
        try:
            return parse_utc(self.value)
        except InvalidInputError:
            return None

    @property
    def flag(self) -> bool | None:
        """The value as true or false; None if it is neither."""
        text = self.value.strip().lower()
        return True if text in _YES else False if text in _NO else None

    @property
    def goes_class(self) -> float | None:
        """The value as the irradiance of a GOES class [1e-6 W/m2]; None if it is not compared as a class."""
        return class_number(self.value) if self.column == GOES_COLUMN and "%" not in self.value else None

    def holds(self, record: Mapping[str, object]) -> bool:
        """Whether the condition is true for a record.

        Parameters
        ----------
        record
            Values by HEK's names in lower case, as `helioscribe.domain.event.hek_record` returns them. Times may be
            text or datetimes, flags text or booleans; a missing value is None, empty text, or left out.
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
        return _COMPARED[self.operator](held, wanted)

    def _pair(self, held: object) -> tuple[Value | datetime | None, Value | datetime | None]:
        """Return the record's value and the condition's in a common type; None for a value that does not have it."""
        if self.column in TIME_COLUMNS:
            return (held if isinstance(held, datetime) else parse_utc(str(held))), self.moment
        if isinstance(held, bool) or self.column in FLAG_COLUMNS:
            return str(held).lower() == "true", self.flag
        if self.goes_class is not None:
            return class_number(str(held)), self.goes_class
        if isinstance(held, int | float):
            return held, self.number
        return str(held), self.value


def like(text: str, pattern: str) -> bool:
    """Whether the whole text matches a pattern in which ``%`` stands for any text. Takes time linear in the text."""
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
    """Return text with ASCII letters in lower case, as databases do in comparisons that ignore case."""
    return text.translate(_LOWER)
