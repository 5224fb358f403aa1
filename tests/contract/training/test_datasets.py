"""Datasets are kept by content, made of the catalogue, and given to programs."""

import io
from dataclasses import replace

import pytest

from helioscribe.domain.dataset import DatasetFile, DatasetVersion, DatasetWish, SplitBy
from helioscribe.domain.errors import InvalidInputError, NotFoundError
from helioscribe.domain.identity import digest
from helioscribe.domain.query import EventQuery
from helioscribe.domain.training_run import TrainingOrder
from helioscribe.ports.artifacts import artifact_key
from support.factories import make_change, make_event, make_observation, span
from support.tiny_training import TinyProgram
from support.training_place import BOTH

pytestmark = BOTH


def test_datasets_by_content(place):
    file = place.service.put_file(io.BytesIO(b"x" * 3_000_000), path="a/b.fits")
    assert file == DatasetFile(path="a/b.fits", sha256=digest(b"x" * 3_000_000), size=3_000_000)
    version = DatasetVersion(name="jets", files=(file,), lineage={"labels": "Solar Jet Hunter"})
    assert place.service.add_dataset(version) == place.service.add_dataset(version) == version.id
    other = DatasetVersion(name="jets", files=(file,), lineage={"labels": "reviews"})
    place.service.add_dataset(other)
    assert {one.id for one in place.service.datasets("jets")} == {version.id, other.id}
    assert place.service.datasets("flares") == []
    missing = DatasetFile(path="c", sha256="1" * 64, size=1)
    with pytest.raises(NotFoundError, match="file c"):
        place.service.add_dataset(DatasetVersion(name="jets", files=(missing,)))
    with pytest.raises(InvalidInputError, match="not a path below"):
        DatasetFile(path="../c", sha256="1" * 64, size=1)


def test_a_program_gets_the_files_of_its_dataset(place, monkeypatch):
    seen = {}

    def prepare(self, options, *, data, read):
        seen["text"] = (data / "sub" / "a.txt").read_text()
        return original(self, options, data=None, read=read)

    original = TinyProgram.prepare
    monkeypatch.setattr(TinyProgram, "prepare", prepare)
    file = place.service.put_file(io.BytesIO(b"counts"), path="sub/a.txt")
    dataset = place.service.add_dataset(DatasetVersion(name="tiny", files=(file,), lineage={"labels": "reviews"}))
    job = place.service.submit(TrainingOrder(detector="tiny", options={"epochs": 1}, dataset=dataset))
    place.work()
    done = place.service.get(job.id).job
    assert seen["text"] == "counts"
    card = place.stores.models.card("tiny", done.result["version"])
    assert card.dataset["dataset"] == {"version": dataset, "name": "tiny", "files": 1, "from": {"labels": "reviews"}}
    assert dataset.encode() in place.service.file(job.id, "report.html")


def test_a_dataset_is_made_of_the_catalogue(place):
    days = [make_observation(f"day {day}", time_range=span(1440 * day, 1440 * day + 60)) for day in range(4)]
    for day, one in enumerate(days):
        place.stores.catalogue.add_observation(one)
        place.artifacts.put(artifact_key("raw", one.sha256), f"day {day}".encode())
        event = make_event(1440 * day, 1440 * day + 9, event_peaktime=None, id=f"evt-{day}", observation_ids=(one.id,))
        place.stores.catalogue.apply([make_change(event)], associated=[])
    wish = DatasetWish(
        name="flares",
        detector="tiny",
        query=EventQuery(time_range=span(0, 4000)),
        split=SplitBy.TIME,
        shares=(0.5, 0.5),
        gap=2.0,
        seed=7,
    )
    made = place.service.build_dataset(wish)
    assert made in place.service.datasets("flares")
    assert made.lineage["query"] == {"time_range": "2022-03-28T00:00:00/2022-03-30T18:40:00"}
    assert {part: one["observations"] for part, one in made.lineage["parts"].items()} == {"train": 2, "validation": 1}
    assert place.service.build_dataset(wish).id == made.id
    with pytest.raises(InvalidInputError, match="chooses no observation"):
        place.service.build_dataset(replace(wish, query=EventQuery(event_types=("CE",))))
