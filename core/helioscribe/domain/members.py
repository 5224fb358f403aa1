"""Finds members of enumerations by text from users and messages."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from helioscribe.domain.errors import InvalidInputError

__all__ = ["member_of"]

E = TypeVar("E", bound=StrEnum)


def member_of(kind: type[E], text: str, name: str = "") -> E:
    """Return the member of an enumeration with a value.

    Parameters
    ----------
    kind
        The enumeration.
    text
        The value.
    name
        What the text is, for the message of an error; by default the name of the enumeration.

    Raises
    ------
    InvalidInputError
        If no member has this value.

    Examples
    --------
    >>> from helioscribe.domain.job import JobState
    >>> member_of(JobState, "done")
    <JobState.DONE: 'done'>
    """
    if text not in list(kind):
        raise InvalidInputError(f"{name or kind.__name__}: expected one of {', '.join(kind)}, got {text[:40]!r}")
    return kind(text)
