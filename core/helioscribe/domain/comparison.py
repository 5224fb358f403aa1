"""Compares the detections of two versions of a model on the same observation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from helioscribe.domain.rotation import apparent
from helioscribe.domain.sighting import Rotation, Sighting, overlap, repeats

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Which detections two runs have in common, and which only one of them has."""

    both: tuple[tuple[Sighting, Sighting], ...] = ()
    """Pairs of detections of the same event, in order of time."""

    only_first: tuple[Sighting, ...] = ()
    """Detections of the first run only."""

    only_second: tuple[Sighting, ...] = ()
    """Detections of the second run only."""


def compare(first: Sequence[Sighting], second: Sequence[Sighting], *, rotate: Rotation = apparent) -> Comparison:
    """Pair the detections of two runs that association would take for the same event.

    Each detection is in one pair at most; those that overlap longest are paired first.

    Parameters
    ----------
    first, second
        Detections of the two runs, of any classes.
    rotate
        Moves a position to another time, so that positions can be compared.
    """
    likely = [(overlap(a, b), a, b) for a in first for b in second if a.family == b.family and repeats(a, b, rotate)]
    pairs: list[tuple[Sighting, Sighting]] = []
    taken: set[str] = set()
    for _, a, b in sorted(likely, key=lambda one: (-one[0], one[1].order, one[2].order)):
        if not {a.id, b.id} & taken:
            taken |= {a.id, b.id}
            pairs.append((a, b))
    return Comparison(
        both=tuple(sorted(pairs, key=lambda pair: pair[0].order)),
        only_first=tuple(one for one in first if one.id not in taken),
        only_second=tuple(one for one in second if one.id not in taken),
    )
