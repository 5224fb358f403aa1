"""Finds the observations of a span of time that a version of a detector has not processed yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from helioscribe.domain.backfill import BackfillOrder
from helioscribe.domain.coverage import CoverageState
from helioscribe.domain.detection import Method
from helioscribe.domain.model import ModelCard
from helioscribe.domain.observation import Observation
from helioscribe.domain.times import TimeRange
from helioscribe.ports.catalogue import Catalogue, RecordedRun
from helioscribe.runtime.detect_jobs import resolved
from helioscribe.sdk.manifest import DetectorManifest

__all__ = ["Group", "Left"]

_WINDOW = timedelta(days=1)
_MOST = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Consecutive observations. A repeated backfill has the same groups."""

    ids: tuple[str, ...]
    """Ids of the observations, in order of their start."""

    left: tuple[str, ...]
    """Ids of those that have not been processed."""

    share: float
    """Share of the whole span of time before the end of this group, 0 to 1."""

    part: float
    """Share of the whole span of time that this group takes, 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Reads a span of time day by day, so that memory use does not depend on its length."""

    catalogue: Catalogue
    """Catalogue with the observations and their coverage."""

    manifest: DetectorManifest
    """Manifest of the detector."""

    card: ModelCard | None
    """Card of the version that looks; None if the detector has no model, or none is registered yet."""

    order: BackfillOrder
    """The order."""

    _ours: dict[str, bool] = field(default_factory=dict, init=False)  # by method id

    def groups(self, span: TimeRange, *, size: int) -> Iterator[Group]:
        """Yield groups of at most `size` observations, including groups that are already done."""
        length = span.end - span.start
        for window in _windows(span):
            fitting = [found.id for found in self._observations(window, span) if self._fits(found)]
            done = self._looked_at(window, fitting) if fitting else set()
            before, part = (window.start - span.start) / length, (window.end - window.start) / length
            for first in range(0, len(fitting), size):
                ids = tuple(fitting[first : first + size])
                yield Group(
                    ids=ids,
                    left=tuple(one for one in ids if one not in done),
                    share=before + part * (first + len(ids)) / len(fitting),
                    part=part * len(ids) / len(fitting),
                )

    def _observations(self, window: TimeRange, span: TimeRange) -> Iterator[Observation]:
        found = self.catalogue.observations(time_range=window, limit=_MOST)
        if len(found) < _MOST or window.end - window.start <= timedelta(seconds=1):
            last = window.end == span.end
            yield from (one for one in found if _begins_in(one, window, last=last))
            return
        middle = window.start + (window.end - window.start) / 2
        for half in (TimeRange(start=window.start, end=middle), TimeRange(start=middle, end=window.end)):
            yield from self._observations(half, span)

    def _fits(self, found: Observation) -> bool:
        return self.manifest.input.accepts(
            product=found.product_kind, instrument=found.instrument, channel=found.channel
        )

    def _looked_at(self, window: TimeRange, fitting: Sequence[str]) -> set[str]:
        if self.order.shadow:  # has no coverage
            return {one for one in fitting if any(self._is_ours(run.method) for run in self._runs(one))}
        looked = set[str]()
        for span in self.catalogue.coverage(detector=self.manifest.id, time_range=window):
            if span.span.state is CoverageState.FAILED or not span.method_id:
                continue
            if span.method_id not in self._ours:
                ours = {run.method.id: self._is_ours(run.method) for run in self._runs(span.observation_id)}
                self._ours.update(ours)
            if self._ours.get(span.method_id):
                looked.add(span.observation_id)
        return looked

    def _runs(self, observation_id: str) -> list[RecordedRun]:
        return self.catalogue.runs(observation_id=observation_id, detector=self.manifest.id)

    def _is_ours(self, method: Method) -> bool:
        model = self.card.sha256 if self.card else ""
        wanted = dict(resolved(self.manifest, self.card, self.order.parameters))
        ours = (self.manifest.version, model, wanted)
        return (method.version, method.model_sha256, dict(method.parameters)) == ours


def _windows(span: TimeRange) -> Iterator[TimeRange]:
    start = span.start
    while start < span.end:
        end = min(start + _WINDOW, span.end)
        yield TimeRange(start=start, end=end)
        start = end


def _begins_in(found: Observation, window: TimeRange, *, last: bool) -> bool:
    start = found.time_range.start
    return window.start <= start < window.end or (last and start == window.end)
