from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helioscribe.domain.errors import InvalidInputError
from helioscribe_ar_detectnet.classes import CLASSES, four_of, mount_wilson
from helioscribe_ar_detectnet.labels.hek import RegionLabel, from_hek, to_hek
from helioscribe_ar_detectnet.labels.kitti import KittiBox, read_kitti, write_kitti
from helioscribe_ar_detectnet.labels.noaa import (
    NoaaRegion,
    NoaaRegions,
    parse_regions,
    read_srs,
    write_parameter,
    write_srs,
)
from support.data import real_file

SRS = """:Product: 0215SRS.txt
:Issued: 2011 Feb 15 0030 UTC
I.  Regions with Sunspots.  Locations Valid at 14/2400Z
Nmbr Location  Lo  Area  Z   LL   NN Mag Type
1158 S20W10     034  0450 Ekc  12   36 Beta-Gamma-Delta
1161 N12E26     358  0090 Dso  07   09 Beta
IA. H-alpha Plages without Spots.  Locations Valid at 14/2400Z Feb
Nmbr  Location  Lo
1157  N20W72    096
II. Regions Due to Return 15 Feb to 17 Feb
"""
corner = st.floats(0, 4000).map(lambda v: round(v, 2))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Beta-Gamma-Delta", "BETA-GAMMA-DELTA"),
        ("βγδ", "BETA-GAMMA-DELTA"),
        ("BGD", "BETA-GAMMA-DELTA"),
        ("α", "ALPHA"),
        ("beta", "BETA"),
        ("Gamma Delta", "GAMMA-DELTA"),
        ("", None),
        ("alpha-gamma", None),
        ("Hsx", None),
    ],
)
def test_classes_in_all_spellings(text, name):
    assert mount_wilson(text) == name


def test_every_class_has_one_of_s3s_labels():
    assert {four_of(name) for name in CLASSES} == {"A", "B", "AG", "BG"}


def test_a_summary_is_read():
    table = read_srs(SRS)
    assert table.valid == datetime(2011, 2, 15, tzinfo=UTC)
    assert [one.number for one in table.regions] == [11158, 11161]
    first = table.regions[0]
    assert (first.latitude, first.longitude, first.area, first.spots, first.mcintosh) == (-20, 10, 450, 36, "Ekc")
    assert first.mount_wilson == "BETA-GAMMA-DELTA"


def test_what_is_written_is_read_again():
    table = read_srs(SRS)
    again = read_srs(write_srs(table))
    assert again == table
    parsed = parse_regions(write_parameter(table))
    assert [(one.number, one.latitude, one.longitude) for one in parsed.regions] == [(11158, -20, 10), (11161, 12, -26)]


def test_a_real_summary_is_read():
    table = read_srs(real_file("magnetograms/labels/20110215SRS.txt").read_text())
    assert 11158 in [one.number for one in table.regions]


def test_positions_turn_with_the_sun():
    table = NoaaRegions(
        valid=datetime(2011, 2, 15, tzinfo=UTC), regions=(NoaaRegion(number=1, longitude=0.0, latitude=0.0),)
    )
    (later,) = table.at(datetime(2011, 2, 17, tzinfo=UTC))
    assert later.longitude == pytest.approx(2 * (14.326 - 0.9856))


def two_regions():
    regions = (NoaaRegion(number=1, longitude=0.0, latitude=10.0), NoaaRegion(number=2, longitude=5.0, latitude=10.0))
    return NoaaRegions(valid=datetime(2011, 2, 15, tzinfo=UTC), regions=regions)


@pytest.mark.parametrize(
    ("places", "numbers"),
    [
        ([(1.0, 10.0), (2.0, 10.0)], [1, 2]),  # both are nearest to 1, and only one gets it
        ([(2.0, 10.0), (1.0, 10.0), (40.0, 10.0)], [2, 1, None]),
        ([(-7.0, 10.0), (-9.5, 10.0)], [1, None]),
        ([None, (5.0, 12.0)], [None, 2]),
        ([], []),
    ],
)
def test_a_number_is_given_once_and_to_the_nearest(places, numbers):
    table = two_regions()
    assert [one and one.number for one in table.match(places, table.valid)] == numbers


def test_numbers_are_matched_where_the_regions_have_turned_to():
    table = two_regions()
    later = table.valid + timedelta(days=2)
    turned = [(one.longitude, one.latitude) for one in table.at(later)]
    assert turned[0][0] > 25
    assert [one.number for one in table.match(turned, later)] == [1, 2]
    assert table.match([(0.0, 10.0)], later) == [None]


@pytest.mark.parametrize("text", ["rubbish", "2011-02-15T00:00:00Z; 11158 here", "yesterday; 11158 S20W10"])
def test_a_wrong_table_is_refused(text):
    with pytest.raises(InvalidInputError):
        parse_regions(text)
    with pytest.raises(InvalidInputError):
        read_srs(text)


@given(
    st.lists(
        st.tuples(corner, corner, corner, corner, st.none() | st.floats(0, 1).map(lambda v: round(v, 4))), max_size=5
    )
)
def test_kitti_comes_back(rows):
    boxes = [
        KittiBox(label="sunspot", box=(min(a, c), min(b, d), max(a, c), max(b, d)), score=s) for a, b, c, d, s in rows
    ]
    assert read_kitti(write_kitti(boxes)) == boxes


def test_kitti_of_s3_is_read():
    text = "sunspot 0.0 0 0.0 56 143 82 163 0 0 0 0 0 0 0\nsunspot 0 0 0 226 171 231 176 0 0 0 0 0 0 0 0.5 0\n\n"
    assert [one.box for one in read_kitti(text)] == [(56, 143, 82, 163), (226, 171, 231, 176)]
    assert [one.box for one in read_kitti(text, least_area=36)] == [(56, 143, 82, 163)]


@pytest.mark.parametrize("line", ["sunspot 1 2 3", "sunspot " + "x " * 14, "sunspot 0 0 0 9 9 1 1 0 0 0 0 0 0 0"])
def test_a_wrong_line_is_named(line):
    with pytest.raises(InvalidInputError, match="line 1"):
        read_kitti(line)


def test_hek_comes_back():
    label = RegionLabel(region=11158, kind="BETA-GAMMA", box=(-10.0, 20.0, 30.0, 44.0), time="2011-02-15T00:00:00")
    assert from_hek([to_hek(label), {"event_type": "FL"}]) == [label]
