"""Making an event again: the same detectors on the same inputs with the same weights and parameters, and compared."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from helioscribe.adapters.product_codec import decode_product
from helioscribe.domain.detection import Detection
from helioscribe.domain.errors import HelioscribeError, InvalidInputError, NotFoundError
from helioscribe.domain.event import Event
from helioscribe.domain.identity import digest
from helioscribe.domain.observation import Observation
from helioscribe.inference.host import DetectorHost
from helioscribe.inference.hosted import Source, code_version
from helioscribe.ports.artifacts import ArtifactStore
from helioscribe.ports.catalogue import Catalogue
from helioscribe.runtime.origins import detections_of

__all__ = ["Outcome", "Remade", "reproduce"]

_TOLERANCE = 1e-5  # relative: single-precision graphs on another processor
_LARGEST = 8 << 30


class Outcome(StrEnum):
    """How a detection that was made again compares."""

    SAME = "same"
    """Every number is the same."""

    CLOSE = "close"
    """Numbers differ by less than a hundred-thousandth."""

    DIFFERENT = "different"
    """Another result."""

    IMPOSSIBLE = "impossible"
    """It could not be made again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remade:
    """What became of one detection behind the event."""

    detection_id: str
    """Which one."""

    outcome: Outcome
    """How it compares."""

    differences: tuple[str, ...] = ()
    """What differs, or why it could not be made."""

    circumstances: tuple[str, ...] = ()
    """What is not as it was then, whether or not it mattered."""


def reproduce(
    catalogue: Catalogue,
    artifacts: ArtifactStore,
    host: DetectorHost,
    event: Event,
    *,
    reread: Callable[[bytes, Observation], bytes] | None = None,
) -> list[Remade]:
    """Run again what made an event, and compare.

    Parameters
    ----------
    catalogue, artifacts
        Where detections and their inputs are.
    host
        Who runs the detectors.
    event
        What to make again.
    reread
        Makes the bytes of a product from those of a file, so that the way from the file to the product is checked, too;
        None trusts the product that is kept.

    Returns
    -------
    list
        One entry for each detection behind the event.

    Raises
    ------
    NotFoundError
        If the event rests on no detection of this catalogue.
    """
    behind = detections_of(catalogue, event)
    if not behind:
        raise NotFoundError(f"event {event.id} rests on no detection of this catalogue: there is nothing to run again")
    return [_remade(catalogue, artifacts, host, one, reread) for one in behind]


def _remade(
    catalogue: Catalogue,
    artifacts: ArtifactStore,
    host: DetectorHost,
    before: Detection,
    reread: Callable[[bytes, Observation], bytes] | None,
) -> Remade:
    source, method = before.source, before.source.method
    try:
        around = _circumstances(host, before)
        data, notes = _input(catalogue, artifacts, before, reread)
        of = Source(observation_ids=source.observation_ids, input_sha256=digest(data), channel=source.channel)
        model = method.model_version if method.model_sha256 else None
        hosted = host.run(
            method.detector, decode_product(data), source=of, parameters=method.parameters, model_version=model
        )
    except HelioscribeError as error:
        return Remade(detection_id=before.id, outcome=Outcome.IMPOSSIBLE, differences=(error.message,))
    around += notes
    if hosted.method.model_sha256 != method.model_sha256:
        around += (f"weights {hosted.method.model_sha256[:12]}, then {method.model_sha256[:12]}",)
    after = _counterpart(before, hosted.result.detections)
    if after is None:
        said = f"not found again; the detector finds {len(hosted.result.detections)} other events in the input"
        return Remade(detection_id=before.id, outcome=Outcome.DIFFERENT, differences=(said,), circumstances=around)
    far, near = _differences(before, after)
    outcome = Outcome.DIFFERENT if far else Outcome.CLOSE if near else Outcome.SAME
    return Remade(detection_id=before.id, outcome=outcome, differences=(*far, *near), circumstances=around)


def _circumstances(host: DetectorHost, before: Detection) -> tuple[str, ...]:
    source, method = before.source, before.source.method
    now = {"detector version": host.manifest(method.detector).version, "Helioscribe": code_version()}
    then = {"detector version": method.version, "Helioscribe": source.code_version}
    return tuple(f"{name} {now[name]}, then {then[name]}" for name in now if now[name] != then[name])


def _input(
    catalogue: Catalogue,
    artifacts: ArtifactStore,
    before: Detection,
    reread: Callable[[bytes, Observation], bytes] | None,
) -> tuple[bytes, tuple[str, ...]]:
    source = before.source
    if not source.observation_ids:
        raise InvalidInputError("its input came with the question and was not kept")
    observation = catalogue.observation(source.observation_ids[0])
    data = artifacts.get(observation.product_key, limit=_LARGEST)
    if digest(data) != source.input_sha256:
        raise InvalidInputError(f"the product that is kept is {digest(data)[:12]}, expected {source.input_sha256[:12]}")
    if reread is None:
        return data, ()
    raw = artifacts.get(observation.raw_key, limit=_LARGEST)
    if digest(raw) != observation.sha256:
        raise InvalidInputError(f"the file that is kept is {digest(raw)[:12]}, expected {observation.sha256[:12]}")
    again = digest(reread(raw, observation))
    notes = () if again == source.input_sha256 else (f"the file is now read as {again[:12]}, then {digest(data)[:12]}",)
    return data, notes


def _counterpart(before: Detection, found: Sequence[Detection]) -> Detection | None:
    for one in found:
        if one.id == before.id:
            return one
    same = [one for one in found if one.event_type == before.event_type]
    meeting = [one for one in same if one.time_range.overlaps(before.time_range)]
    return min(meeting, key=lambda one: abs(one.time_range.start - before.time_range.start), default=None)


def _differences(before: Detection, after: Detection) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what differs beyond the tolerance, and what within it."""
    then, now = dict(_values(before)), dict(_values(after))
    far: list[str] = []
    near: list[str] = []
    for name in dict.fromkeys([*then, *now]):
        a, b = then.get(name), now.get(name)
        if a == b:
            continue
        close = isinstance(a, float) and isinstance(b, float) and math.isclose(a, b, rel_tol=_TOLERANCE, abs_tol=1e-9)
        (near if close else far).append(f"{name} {_told(b)}, then {_told(a)}")
    return tuple(far), tuple(near)


def _values(found: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(found, Mapping):
        for name, value in found.items():
            yield from _values(value, f"{above}{name}")
    elif isinstance(found, tuple):
        for number, value in enumerate(found):
            yield from _values(value, f"{above}{number} ")
    elif hasattr(found, "__dataclass_fields__"):
        for field in fields(found):
            if field.name != "provenance":
                yield from _values(getattr(found, field.name), f"{above} {field.name} ".lstrip())
    else:
        yield above.strip(), float(found) if type(found) is int else found


def _told(value: object) -> str:
    return "nothing" if value is None else f"{value:.9g}" if isinstance(value, float) else str(value)
