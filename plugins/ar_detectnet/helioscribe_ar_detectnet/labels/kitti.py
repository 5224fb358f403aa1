"""KITTI's text files of boxes, as DIGITS and S3's labelling tool write them.

Geiger et al. (2012, CVPR): class, truncation, occlusion, angle, x1, y1, x2, y2 and seven numbers of three dimensions;
14 numbers after the class, 15 with a score. Files with 16 are about too and are read. Rows count from the top.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from helioscribe.domain.errors import InvalidInputError

__all__ = ["KittiBox", "read_kitti", "write_kitti"]

_NUMBERS = (14, 15, 16)
_MOST_LINES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class KittiBox:
    """One line."""

    label: str
    """Class, such as ``sunspot``."""

    box: tuple[float, float, float, float]
    """x1, y1, x2, y2 [pixels]; rows count from the top."""

    score: float | None = None
    """How sure a detector is."""


def read_kitti(text: str, *, least_area: float = 0.0, name: str = "labels") -> list[KittiBox]:
    """Read a file.

    Parameters
    ----------
    text
        Its lines.
    least_area
        Smallest area of a box [pixels]; S3 leaves out what has 36 or less.
    name
        For messages.

    Raises
    ------
    InvalidInputError
        If a line is none of KITTI's.
    """
    found = []
    for number, line in enumerate(text.splitlines()[:_MOST_LINES], 1):
        words = line.split()
        if not words:
            continue
        if (count := len(words) - 1) not in _NUMBERS:
            raise InvalidInputError(f"{name}: line {number}: expected a class and 14 to 16 numbers, got {count}")
        try:
            numbers = [float(word) for word in words[1:]]
        except ValueError:
            raise InvalidInputError(f"{name}: line {number}: expected numbers after the class") from None
        x1, y1, x2, y2 = numbers[3:7]
        if not (x1 <= x2 and y1 <= y2):
            raise InvalidInputError(f"{name}: line {number}: the corners {x1:g},{y1:g} and {x2:g},{y2:g} are exchanged")
        if (x2 - x1) * (y2 - y1) > least_area or not least_area:
            score = numbers[14] if len(numbers) == 15 else None
            found.append(KittiBox(label=words[0], box=(x1, y1, x2, y2), score=score))
    return found


def write_kitti(boxes: Sequence[KittiBox]) -> str:
    """Return the lines of a file, 14 numbers each, 15 with a score."""
    lines = []
    for one in boxes:
        corners = " ".join(f"{edge:.2f}" for edge in one.box)
        score = f" {one.score:.4f}" if one.score is not None else ""
        lines.append(f"{one.label} 0.00 0 0.00 {corners} 0.00 0.00 0.00 0.00 0.00 0.00 0.00{score}")
    return "".join(f"{line}\n" for line in lines)
