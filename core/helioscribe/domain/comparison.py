"""Two versions of a model on the same observations: what both saw, and what only one of them did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from helioscribe.domain.rotation import apparent
from helioscribe.domain.sighting import Rotation, Sighting, overlap, repeats

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Detections of two runs on one observation."""

    both: tuple[tuple[Sighting, Sighting], ...] = ()
    """Pairs of the same event, by the first one's time."""

    only_first: tuple[Sighting, ...] = ()
    """Seen by the first run alone."""

    only_second: tuple[Sighting, ...] = ()
    """Seen by the second run alone."""


def compare(first: Sequence[Sighting], second: Sequence[Sighting], *, rotate: Rotation = apparent) -> Comparison:
    """Pair the detections of two runs as association would; each has one partner at most, the one it shares most with.

    Parameters
    ----------
    first, second
        What the runs claimed, of any classes.
    rotate
        How positions of different times are compared.
    """
    likely = [
        (overlap(a, b), a, b)
        for a in first
        for b in second
        if a.family == b.family and repeats(a, b, rotate)
    ]  # fmt: skip
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
