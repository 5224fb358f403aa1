import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helioscribe.domain.coordinates import Observer
from helioscribe.domain.errors import InvalidInputError
from helioscribe.ingest.readers import read_product
from helioscribe_ar_detectnet._crops import Window
from helioscribe_ar_detectnet._disk import read_disk
from helioscribe_ar_detectnet._geometry import cosines
from helioscribe_ar_detectnet._grouping import overlap
from helioscribe_ar_detectnet.classes import CLASSES
from helioscribe_ar_detectnet.evaluation._real import judge, labelled_disks
from helioscribe_ar_detectnet.evaluation._simulated import as_image
from helioscribe_ar_detectnet.labels.claims import claims_of_bitmap, claims_of_hek, read_claims
from helioscribe_ar_detectnet.labels.disks import observed_disks
from helioscribe_ar_detectnet.labels.hek import RegionLabel, to_hek
from helioscribe_ar_detectnet.labels.kitti import KittiBox, write_kitti
from helioscribe_ar_detectnet.labels.noaa import NoaaRegion, NoaaRegions, read_srs, write_srs
from helioscribe_ar_detectnet.labels.splits import PARTS, split_by_time
from helioscribe_ar_detectnet.simulation.disk import Instrument, render
from helioscribe_ar_detectnet.simulation.scenes import place_region
from helioscribe_ar_detectnet.training._dataset import make_dataset
from helioscribe_ar_detectnet.training._observed import read_observed
from helioscribe_ar_detectnet.training._patches import patch_of, place_of
from support.data import real_file

DAY = datetime(2014, 1, 1, tzinfo=UTC)
EMPTY = ":Issued: 2014 Jan 01 0030 UTC\nI.  Regions with Sunspots.\nNmbr Location\nNone\n"


def scene_of(*places, kind="BETA"):
    rng = np.random.default_rng(5)
    placed = [place_region(rng, kind, longitude, latitude, leading=1) for longitude, latitude in places]
    return render(rng, placed, Instrument(network=5.0, noise=3.0))


def table(*regions, day=DAY):
    return write_srs(NoaaRegions(valid=day, regions=tuple(regions)))


def region(number, longitude, latitude, kind="BETA"):
    return NoaaRegion(
        number=number,
        longitude=longitude,
        latitude=latitude,
        extent=6,
        mcintosh="Dao",
        mount_wilson=kind,
        spots=4,
        area=90,
    )


class Folder:
    """A folder of images that a reader knows, and of label files that are really there."""

    def __init__(self, path):
        self.path, self.images = path, {}

    def image(self, name, field, day=DAY):
        (self.path / name).write_bytes(b"")
        self.images[name] = replace(as_image(field), time=np.datetime64(day.replace(tzinfo=None), "ns"))

    def read(self, path):
        if path.name not in self.images:
            raise InvalidInputError(f"{path.name}: unknown")
        return self.images[path.name]

    def disks(self):
        return list(observed_disks(self.path, self.read))


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)


@pytest.mark.parametrize("place", [(-40, 20), (35, -12)])
def test_a_summary_gives_a_box_around_the_strong_field_and_its_class(folder, place):
    scene = scene_of(place)
    folder.image("sun.fits", scene.field)
    (folder.path / "20140101SRS.txt").write_text(table(region(11944, *place, kind="BETA-GAMMA")))
    (disk,) = folder.disks()
    (found,) = disk.regions
    assert (found.source, found.number, found.kind, found.plage) == ("SRS", 11944, "BETA-GAMMA", False)
    assert overlap(np.array([found.box]), scene.boxes.astype(float))[0, 0] > 0.4


def test_a_day_without_regions_is_quiet_and_one_without_labels_is_left_out(folder):
    folder.image("sun.fits", scene_of().field)
    assert folder.disks() == []
    (folder.path / "20140101SRS.txt").write_text(EMPTY)
    (disk,) = folder.disks()
    assert disk.regions == ()


def test_kitti_beside_the_image_keeps_its_boxes_and_classes(folder):
    scene = scene_of((20, 15))
    folder.image("sun.fits", scene.field)
    x1, y1, x2, y2 = scene.boxes[0].tolist()
    drawn = KittiBox(label="beta-delta", box=(x1, 511 - y2, x2, 511 - y1))
    (folder.path / "sun.txt").write_text(write_kitti([drawn]))
    (found,) = folder.disks()[0].regions
    assert found.box == pytest.approx(scene.boxes[0], abs=0.01)
    assert (found.source, found.kind) == ("KITTI", "BETA-DELTA")


def test_labelled_disks_come_into_the_dataset_and_quiet_ones_behind_the_suns(folder):
    scene = scene_of((-20, 15), (40, -15), kind="BETA-GAMMA")
    folder.image("sun.fits", scene.field)
    (folder.path / "20140101SRS.txt").write_text(table(region(11944, -20, 15, kind="BETA-GAMMA")))
    data = make_dataset(scenes=4, seed=1, data=folder.path, read=folder.read)
    arrays = data.train.arrays
    assert len(arrays["field"]) == 3
    np.testing.assert_allclose(arrays["field"][0], np.where(cosines() > 0, scene.field, 0), atol=0.51)
    assert (arrays["spotted"][0] != 0).sum() == 1
    assert arrays["kind"][0].tolist() == [CLASSES.index("BETA-GAMMA")] + [-1] * 7
    window = Window(**dict(zip(("x", "y", "size"), arrays["windows"][0, 0].tolist(), strict=True)))
    column, row = round(window.x), round(window.y)
    assert abs(float(arrays["crops"][0, 0, 64, 64]) - scene.field[row, column]) < 600
    assert np.abs(arrays["crops"][0, 0]).max() > 300
    told = data.description
    assert told["real_disks"] == {"train": 1, "validation": 0, "test": 0}
    assert told["real_regions"] == {"BETA-GAMMA": 1, "SRS": 1}
    assert told["held_out"] == []


def test_a_long_archive_is_shared_out_by_time(folder):
    for month in range(20):
        day = DAY + timedelta(days=30 * month)
        folder.image(f"sun{month:02d}.fits", scene_of().field, day=day)
        (folder.path / f"{day:%Y%m%d}SRS.txt").write_text(EMPTY.replace("2014 Jan 01", f"{day:%Y %b %d}"))
    observed = read_observed(folder.path, folder.read)
    assert set(observed.names["train"]) & set(observed.names["test"]) == set()
    assert observed.description()["held_out"] == observed.names["test"]
    assert observed.names["test"]


def test_disks_with_labels_of_training_can_be_evaluated(folder):
    scene = scene_of((-20, 15), (40, -15), kind="BETA-GAMMA")
    folder.image("sun.fits", scene.field)
    (folder.path / "20140101SRS.txt").write_text(table(region(11944, -20, 15, kind="BETA-GAMMA")))
    (one,) = labelled_disks(folder.path, folder.read)
    assert (one.numbers, one.kinds) == (("11944",), ("BETA-GAMMA",))
    boxes = (scene.boxes.astype(float) - 255.5) * one.disk.scale
    verdict = judge(one, boxes)
    assert verdict.own.tolist() == [0]
    assert verdict.right.tolist() == [True, False]


def test_heks_boxes_turn_with_the_sun_and_what_noaa_does_not_know_is_plage(folder):
    scene = scene_of((-20, 15), (30, -15))
    folder.image("sun.fits", scene.field)
    scale = read_disk(folder.images["sun.fits"]).scale
    early = [(box - 255.5) * scale - [100, 0, 100, 0] for box in scene.boxes.astype(float)]  # about ten hours before
    rows = [to_hek(RegionLabel(region=0, kind="", box=tuple(box), time="2013-12-31T14:00:00")) for box in early]
    (folder.path / "hek.json").write_text(json.dumps({"result": [*rows, {"event_type": "FL"}]}))
    (folder.path / "20140101SRS.txt").write_text(table(region(11944, -20, 15)))
    found = {one.source + str(one.number): one for one in folder.disks()[0].regions}
    assert set(found) == {"HEK11944", "HEK0"}
    assert not found["HEK11944"].plage
    assert found["HEK0"].plage
    shared = overlap(np.array([found["HEK11944"].box, early[0] / scale + 255.5]), scene.boxes[:1].astype(float))
    assert shared[0, 0] > max(0.5, shared[1, 0] + 0.2)


def test_a_real_bitmap_lies_where_noaa_saw_the_region():
    path = real_file("magnetograms/sharp/377/hmi.sharp_cea_720s.377.20110215_020000_TAI.bitmap.fits")
    srs = read_srs(real_file("magnetograms/labels/20110215SRS.txt").read_text())
    image = read_product(path).product
    (claim,) = claims_of_bitmap(image)
    assert claim.number == 11158
    disk = read_disk(as_image(np.zeros((512, 512))))
    disk = type(disk)(field=disk.field, fine=disk.fine, mu=disk.mu, scale=disk.scale, observer=image.observer)
    box = claim.on(disk, claim.moment)
    corners = [disk.place(*corner) for corner in (box[:2], box[2:])]
    (noaa,) = [one for one in srs.at(claim.moment) if one.number == 11158]
    assert corners[0][0] < noaa.longitude < corners[1][0]
    assert corners[0][1] - 3 < noaa.latitude < corners[1][1] + 3
    assert claim.on(disk, claim.moment + timedelta(days=1)) is None
    later = claim.on(disk, claim.moment + timedelta(hours=10))
    assert later[0] > box[0] + 8  # the Sun turns to the west


def test_real_records_of_hek_are_claims(tmp_path):
    data = gzip.decompress(real_file("hek/hek_all_20130201.json.gz").read_bytes())
    claims = claims_of_hek(json.loads(data.decode("latin-1"))["result"])
    assert len(claims) == 50
    assert {claim.number for claim in claims} == {0}
    (tmp_path / "a.json").write_bytes(b"{broken")
    (tmp_path / "b.json").write_text("[1, 2]")
    assert read_claims(tmp_path, lambda path: None) == []


@given(st.lists(st.integers(0, 4000), min_size=1, max_size=60))
def test_no_region_can_be_in_two_parts(days):
    parts = split_by_time([DAY + timedelta(days=day) for day in days])
    assert set(parts) <= {*PARTS, None}
    known = [(day, part) for day, part in zip(days, parts, strict=True) if part]
    assert all(abs(a - b) >= 13 for a, part in known for b, other in known if part != other)


def test_parts_are_seventy_twenty_and_ten():
    parts = split_by_time([DAY + timedelta(hours=12 * step) for step in range(7000)])
    shares = [sum(part == one for part in parts) / sum(part is not None for part in parts) for one in PARTS]
    assert shares == pytest.approx([0.7, 0.2, 0.1], abs=0.02)
    assert split_by_time([]) == []
    assert split_by_time([DAY, DAY + timedelta(days=3)]) == ["train", "train"]


def test_a_dataset_that_says_how_it_is_split_is_split_so(folder):
    placed = []
    for day, part in enumerate(("validation", "train", "test")):
        folder.image(f"{day}.fits", scene_of((20 - 13 * day, 10)).field, day=DAY + timedelta(days=day))
        text = table(region(11944, 20 - 13 * day, 10), day=DAY + timedelta(days=day))
        (folder.path / f"{day}SRS.txt").write_text(text)
        placed.append(f"{day}.fits,{part}")
    (folder.path / "split.csv").write_text("\n".join(["path,part", *placed]) + "\n")
    observed = read_observed(folder.path, folder.read)
    assert observed.names == {"train": ["1.fits"], "validation": ["0.fits"], "test": ["2.fits"], "between": []}


@pytest.mark.parametrize(("east", "north", "tilt", "place"), [(0, 7, 7, (0, 0)), (60, 0, 0, (60, 0))])
def test_a_patch_is_set_where_it_was_seen_with_its_radial_field(east, north, tilt, place):
    image = patch(east, north, tilt)
    assert place_of(image) == pytest.approx(place, abs=0.01)
    assert patch_of(image).field.mean() == pytest.approx(100 / np.cos(np.radians(east)), rel=0.01)


def test_a_patch_behind_the_limb_is_refused():
    with pytest.raises(InvalidInputError, match="does not show"):
        patch_of(patch(90, -7, 7))


def patch(east, north, tilt):
    header = {"CTYPE1": "CRLN-CEA", "CRVAL1": 350.0 + east, "CRVAL2": north, "CRLN_OBS": 350.0, "CDELT1": 0.06}
    by = Observer(name="sdo", hgs_longitude=0.0, hgs_latitude=tilt, distance=1.0)
    return replace(as_image(np.full((64, 64), 100.0)), header=header, observer=by)
