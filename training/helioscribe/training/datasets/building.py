"""Datasets out of the catalogue: the observations of chosen events, what people said of them, and a split."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from helioscribe.domain.coverage import CoverageState
from helioscribe.domain.dataset import DatasetFile, DatasetVersion, DatasetWish, SplitBy
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import Event
from helioscribe.domain.observation import Observation
from helioscribe.domain.review import SubjectKind
from helioscribe.domain.times import to_datetime64, utc_now
from helioscribe.ports.artifacts import ArtifactStore
from helioscribe.ports.catalogue import Catalogue
from helioscribe.ports.embeddings import EmbeddingStore
from helioscribe.runtime.formats.export import export
from helioscribe.runtime.reviews.labels import label_of_event, labels_of_images
from helioscribe.sdk import labels, parts
from helioscribe.sdk.labels import Label
from helioscribe.sdk.parts import Part, Placed
from helioscribe.training.datasets.lineage import DETAILS, Origin
from helioscribe.training.datasets.past import Past
from helioscribe.training.datasets.splits import chained, split_by_group, split_by_time
from helioscribe.training.datasets.versions import put_file

__all__ = ["DatasetBuilder"]

_FOLDER = "observations"
_EVENTS = "events.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetBuilder:
    """Makes versions of datasets; their files are stored, and whoever asked enters the version."""

    catalogue: Catalogue
    """Whose events, reviews and observations."""

    embeddings: EmbeddingStore
    """Which images are in which cluster."""

    artifacts: ArtifactStore
    """Where the observations' bytes are, and the dataset's tables go."""

    def build(self, wish: DatasetWish) -> DatasetVersion:
        """Return the version that a wish makes of the catalogue; the same state of it makes the same version.

        Beside the observations' files there are ``reviews.csv`` (every event and reviewed image as a label),
        ``events.json`` (the events that were not rejected, as HEK's reply), ``split.csv`` and ``lineage.json``.

        Raises
        ------
        InvalidInputError
            If nothing is chosen, or there are too few groups for the parts.
        NotFoundError
            If the catalogue lacks an observation.
        """
        past = Past(catalogue=self.catalogue, at=wish.as_of or utc_now())
        events = list(past.events(wish.query))
        images = self._images(past, wish)
        shown = {one for event in events for one in event.observation_ids} | {one.subject for one in images}
        chosen = [self.catalogue.observation(one) for one in sorted(shown | self._quiet(past, wish, shown))]
        if not chosen:
            raise InvalidInputError(f"dataset {wish.name}: the query chooses no observation")
        said = [label_of_event(one, past.standing(SubjectKind.EVENT, one.id)) for one in events] + images
        placed = _shared_out(wish, sorted(chosen, key=lambda one: (one.time_range.start, one.id)), events)
        origin = Origin(wish=wish, past=past, events=events, labels=said, observations=chosen, placed=placed)
        files = [self._file_of(one, next(row.path for row in placed if row.observation == one.id)) for one in chosen]
        return DatasetVersion(name=wish.name, files=(*files, *self._tables(origin)), lineage=origin.summary())

    def _images(self, past: Past, wish: DatasetWish) -> list[Label]:
        found = labels_of_images(self.catalogue, self.embeddings, past.standing)
        return [one for one in found if self._fits(past, wish, one.subject)]

    def _fits(self, past: Past, wish: DatasetWish, observation_id: str) -> bool:
        span = wish.query.time_range
        if span is not None and not self.catalogue.observation(observation_id).time_range.overlaps(span):
            return False
        return past.looked_at(observation_id, wish.detector)

    def _quiet(self, past: Past, wish: DatasetWish, shown: set[str]) -> set[str]:
        if not wish.quiet or wish.query.time_range is None:
            return set()
        states: dict[str, set[CoverageState]] = {}
        for one in self.catalogue.coverage(detector=wish.detector, time_range=wish.query.time_range):
            states.setdefault(one.observation_id, set()).add(one.span.state)
        nothing = {CoverageState.NOTHING_FOUND, CoverageState.NOT_OBSERVED}
        known = sorted(one for one, seen in states.items() if seen <= nothing and CoverageState.NOTHING_FOUND in seen)
        order = np.random.default_rng(wish.seed).permutation(len(known)).tolist()
        there = (known[at] for at in order if known[at] not in shown and past.looked_at(known[at], wish.detector))
        return {one for one, _ in zip(there, range(wish.quiet), strict=False)}

    def _file_of(self, observation: Observation, path: str) -> DatasetFile:
        # The very bytes that were ingested: they are in the store, under their digest.
        return DatasetFile(path=path, sha256=observation.sha256, size=observation.size)

    def _tables(self, origin: Origin) -> Iterator[DatasetFile]:
        said, split = io.StringIO(), io.StringIO()
        labels.write_labels(said, origin.labels)
        parts.write_parts(split, origin.placed)
        texts = {
            labels.FILE: said.getvalue().encode(),
            parts.FILE: split.getvalue().encode(),
            DETAILS: json.dumps(origin.details(), indent=1, ensure_ascii=False).encode(),
            _EVENTS: b"".join(export(origin.standing_events(), "hek")),
        }
        for path, text in texts.items():
            yield put_file(io.BytesIO(text), path=path, artifacts=self.artifacts)


def _shared_out(wish: DatasetWish, found: Sequence[Observation], events: Iterable[Event]) -> list[Placed]:
    shows: dict[str, list[str]] = {}
    for event in events:
        for one in event.observation_ids:
            shows.setdefault(one, []).append(event.id)
    starts, ends = (
        np.array([to_datetime64(getattr(one.time_range, end)) for one in found]) for end in ("start", "end")
    )
    gap = np.timedelta64(round(wish.gap * 3600), "s")
    groups = chained(starts, ends, [shows.get(one.id, ()) for one in found], gap=gap)
    if wish.split is SplitBy.GROUP:
        dealt = split_by_group([str(group) for group in groups], wish.shares, seed=wish.seed)
    else:
        firsts = np.array([starts[groups == group].min() for group in range(groups.max() + 1)])
        dealt = [np.flatnonzero(np.isin(groups, part)) for part in split_by_time(firsts, wish.shares)]
    part_of = {int(at): part for part, rows in zip(Part, dealt, strict=False) for at in rows}
    paths = _paths(found)
    return [
        Placed(path=paths[at], part=part_of[at], group=str(groups[at]), observation=one.id)
        for at, one in enumerate(found)
    ]


def _paths(found: Sequence[Observation]) -> list[str]:
    """Return a path for each observation: its name, as far as that can be one, and never twice."""
    taken: set[str] = set()
    paths = []
    for one in found:
        name = "".join(letter if letter.isalnum() or letter in "_.+-" else "_" for letter in one.name).lstrip(".")
        name = name if name and name not in taken else f"{one.sha256[:12]}_{name}"
        taken.add(name)
        paths.append(f"{_FOLDER}/{name}")
    return paths
