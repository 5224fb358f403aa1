"""Datasets that a catalogue makes: which events and reviews, of which moment, and how they are split."""

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helioscribe.adapters.memory import MemoryCatalogue, MemoryEmbeddings
from helioscribe.adapters.memory.artifacts import MemoryArtifacts
from helioscribe.db import SqlCatalogue, SqlEmbeddings, migrate, open_engine
from helioscribe.domain.coverage import CoverageState, CoveredSpan
from helioscribe.domain.dataset import DatasetWish, SplitBy
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.query import EventQuery
from helioscribe.domain.review import Reviewed, SubjectKind, Verdict
from helioscribe.domain.times import TimeRange, utc_now
from helioscribe.ports.artifacts import artifact_key
from helioscribe.runtime.reviews.judging import judge
from helioscribe.sdk.labels import read_labels
from helioscribe.sdk.parts import Part, read_parts
from helioscribe.training.datasets.building import DatasetBuilder
from helioscribe.training.datasets.splits import chained
from helioscribe.training.datasets.versions import add_version, folder_of
from support.factories import DAY, at, make_change, make_coverage, make_event, make_method, make_observation, make_run

DAYS = 8


class Place:
    """A catalogue with an observation a day, an event in each but the last two, and their bytes."""

    def __init__(self, catalogue, embeddings) -> None:
        self.catalogue, self.artifacts = catalogue, MemoryArtifacts()
        self.builder = DatasetBuilder(catalogue=catalogue, embeddings=embeddings, artifacts=self.artifacts)
        self.observations, self.events = [], []
        for day in range(DAYS):
            self._add(day)

    def _add(self, day: int) -> None:
        content, start = f"day {day}", DAY + timedelta(days=day)
        whole = TimeRange(start=start, end=start + timedelta(hours=12))
        one = make_observation(content, time_range=whole, name="../day.fits")
        self.catalogue.add_observation(one)
        self.artifacts.put(artifact_key("raw", one.sha256), content.encode())
        self.observations.append(one)
        found = day < DAYS - 2
        state = CoverageState.PROCESSED if found else CoverageState.NOTHING_FOUND
        covered = make_coverage(one, method_id=make_method().id, span=CoveredSpan(time_range=whole, state=state))
        self.catalogue.record_run(make_run(one, detections=(), coverage=(covered,), at=at()))
        if found:
            event = make_event(
                id=f"evt-{day}",
                observation_ids=(one.id,),
                event_starttime=start,
                event_peaktime=None,
                event_endtime=start + timedelta(hours=1),
            )
            self.catalogue.apply([make_change(event)], associated=[])
            self.events.append(event)

    def build(self, **changes):
        query = changes.pop("query", EventQuery())
        return self.builder.build(DatasetWish(name="flares", detector="stix-lstm", query=query, **changes))

    def judge(self, day: int, verdict: Verdict, by: str = "alice") -> None:
        judge(self.catalogue, SubjectKind.EVENT, self.events[day].id, verdict, by=by)


@pytest.fixture(params=["memory", "sqlite"])
def place(request, tmp_path) -> Iterator[Place]:
    if request.param == "memory":
        yield Place(MemoryCatalogue(), MemoryEmbeddings())
        return
    engine = open_engine(f"sqlite:///{tmp_path}/catalogue.db")
    migrate(engine)
    yield Place(SqlCatalogue(engine), SqlEmbeddings(engine))
    engine.dispose()


def details(place, version) -> dict:
    [file] = [one for one in version.files if one.path == "lineage.json"]
    return json.loads(place.artifacts.get(artifact_key("datasets", file.sha256)))


def test_a_version_says_which_events_reviews_and_bytes_it_rests_on(place, tmp_path):
    place.judge(0, Verdict.CONFIRM)
    place.judge(1, Verdict.REJECT, by="bob")
    made = place.build()
    told = details(place, made)
    assert {one["id"]: one["revision"] for one in told["events"]} == {event.id: 1 for event in place.events}
    assert [(one["subject"], one["verdict"], one["by"]) for one in told["reviews"]] == [
        ("evt-0", "confirm", "alice"),
        ("evt-1", "reject", "bob"),
    ]
    assert made.lineage["reviewed_by"] == ["alice", "bob"]
    known = {one.sha256 for one in place.observations[: DAYS - 2]}
    assert known == {one.sha256 for one in made.files if one.path.startswith("observations/")}
    assert known == {one["sha256"] for one in told["observations"]}
    add_version(made, place.artifacts)
    folder = folder_of(made, place.artifacts, cache=tmp_path)
    assert {path.read_text() for path in (folder / "observations").iterdir()} == {f"day {day}" for day in range(6)}
    said = {one.subject: one.decision for one in read_labels(folder)}
    assert said == {"evt-0": "confirm", "evt-1": "reject"} | {f"evt-{day}": "" for day in range(2, 6)}
    records = json.loads((folder / "events.json").read_text())["result"]
    assert "evt-1" not in {one["kb_archivid"].rpartition("/")[2] for one in records}, "what was rejected is no event"
    assert len(records) == 5


@pytest.mark.parametrize("harm", [Path.unlink, lambda path: path.write_text("other")])
def test_files_that_were_changed_since_are_not_used(place, tmp_path, harm):
    made = place.build()
    add_version(made, place.artifacts)
    folder = folder_of(made, place.artifacts, cache=tmp_path)
    harm(folder / "events.json")
    with pytest.raises(InvalidInputError, match=r"events\.json is not the file that its version names; remove"):
        folder_of(made, place.artifacts, cache=tmp_path)
    shutil.rmtree(folder)
    assert (folder_of(made, place.artifacts, cache=tmp_path) / "events.json").is_file()


def test_the_same_knowledge_is_the_same_version_and_the_past_can_be_had_again(place):
    place.judge(0, Verdict.CONFIRM)
    first, moment = place.build(), utc_now()
    assert place.build().id == first.id
    place.judge(0, Verdict.REJECT, by="bob")
    second = place.build()
    assert second.id != first.id
    assert second.lineage["as_of"] > first.lineage["as_of"]
    again = place.build(as_of=moment)
    assert again.id == first.id
    assert again.lineage["parts"] == first.lineage["parts"]


def test_what_reviews_hide_counts_as_the_query_says(place):
    for day, verdict in enumerate((Verdict.CONFIRM, Verdict.REJECT, Verdict.CONFIRM, Verdict.CONFIRM)):
        place.judge(day, verdict)
    chosen = {
        reviewed: [
            one["id"]
            for one in details(place, place.build(query=EventQuery(reviewed=reviewed), shares=(0.5, 0.5)))["events"]
        ]
        for reviewed in (Reviewed.CONFIRMED, Reviewed.UNREVIEWED)
    }
    assert chosen[Reviewed.CONFIRMED] == ["evt-0", "evt-1", "evt-2", "evt-3"], "with what was rejected"
    assert chosen[Reviewed.UNREVIEWED] == ["evt-4", "evt-5"]


def test_quiet_observations_are_added(place):
    whole = TimeRange(start=DAY, end=DAY + timedelta(days=DAYS))
    made = place.build(query=EventQuery(time_range=whole), quiet=1)
    assert made.lineage["observations"] == DAYS - 1
    both = place.build(query=EventQuery(time_range=whole), quiet=5)
    assert sum(part["without_events"] for part in both.lineage["parts"].values()) == 2
    with pytest.raises(InvalidInputError, match="span of time"):
        place.build(quiet=1)


def test_parts_in_order_of_time_are_apart(place, tmp_path):
    made = place.build(split=SplitBy.TIME, shares=(0.5, 0.5))
    add_version(made, place.artifacts)
    placed = read_parts(folder_of(made, place.artifacts, cache=tmp_path)).placed.values()
    part_of = {one.observation: one.part for one in placed}
    in_time = [part_of[one.id] for one in place.observations[: DAYS - 2]]
    assert in_time == [Part.TRAIN] * 3 + [Part.VALIDATION] * 3
    assert made.lineage["least_hours_between_parts"] == 12.0


def test_neighbours_are_one_group_and_too_few_groups_are_refused(place):
    with pytest.raises(InvalidInputError, match="1 groups; expected at least one for each of the 3 parts"):
        place.build(gap=13.0)
    with pytest.raises(InvalidInputError, match="chooses no observation"):
        place.build(query=EventQuery(event_types=("CE",)))


@given(
    st.lists(
        st.tuples(st.integers(0, 500), st.integers(1, 30), st.lists(st.sampled_from("abcdefg"), max_size=2)),
        max_size=20,
    )
)
def test_groups_share_neither_time_nor_links(samples):
    starts = np.array([np.datetime64(begin, "s") for begin, _, _ in samples], "datetime64[s]")
    ends = np.array([np.datetime64(begin + length, "s") for begin, length, _ in samples], "datetime64[s]")
    links = [one for _, _, one in samples]
    groups = chained(starts, ends, links, gap=np.timedelta64(10, "s"))
    assert set(groups.tolist()) == set(range(len(set(groups.tolist()))))
    for one in range(len(samples)):
        for other in range(len(samples)):
            near = starts[one] - ends[other] < np.timedelta64(10, "s") and starts[other] - ends[one] < np.timedelta64(
                10, "s"
            )
            if near or set(links[one]) & set(links[other]):
                assert groups[one] == groups[other]
