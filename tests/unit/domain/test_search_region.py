"""Where events lie, and whether they lie where one looks."""

import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.footprint import footprint
from helioscribe.domain.search_region import Frame, SearchBox, SearchCone
from support.factories import make_event


def placed(frame: str, x: float, y: float, wide: float, **changes):
    unit = "arcsec,arcsec" if frame == "HPC" else "deg,deg"
    box = {"boundbox_c1ll": x - wide, "boundbox_c1ur": x + wide, "boundbox_c2ll": y - wide, "boundbox_c2ur": y + wide}
    return make_event(
        noposition=False,
        event_coordsys=f"UTC-{frame}-TOPO",
        event_coordunit=unit,
        event_coord1=x,
        event_coord2=y,
        **box | changes,
    )


def test_a_box_on_the_disk_is_sunpys_in_the_other_frames() -> None:
    import astropy.units as u
    from astropy.coordinates import SkyCoord
    from sunpy.coordinates import frames

    event = placed("HPC", 500, -250, 50)
    found = footprint(event)
    moment = event.event_starttime.replace(tzinfo=None)
    there = SkyCoord(500 * u.arcsec, -250 * u.arcsec, frame=frames.Helioprojective(observer="earth", obstime=moment))
    surface = there.transform_to(frames.HeliographicStonyhurst(obstime=moment))
    assert found.surface is not None
    assert (found.surface.x, found.surface.y) == pytest.approx((surface.lon.deg, surface.lat.deg), abs=0.1)
    carrington = there.transform_to(frames.HeliographicCarrington(obstime=moment, observer="earth"))
    assert found.surface.x + found.meridian == pytest.approx(carrington.lon.deg, abs=0.1)


@given(st.floats(-70, 70), st.floats(-60, 60), st.floats(0, 8))
def test_frames_agree(x: float, y: float, wide: float) -> None:
    """An event given in one frame is found there again by way of the others."""
    surface = placed("HGS", x, y, wide)
    seen = footprint(surface).seen
    assert seen is not None
    sky = footprint(placed("HPC", seen.x, seen.y, 0)).surface
    assert sky is not None
    assert (sky.x, sky.y) == pytest.approx((x, y), abs=0.01)
    meridian = footprint(surface).meridian
    turned = footprint(placed("HGC", (x + meridian) % 360, y, wide)).surface
    assert turned is not None
    assert (turned.x, turned.x1, turned.y2) == pytest.approx((x, x - wide, y + wide), abs=1e-6)


def test_behind_the_limb_and_off_the_disk() -> None:
    behind, above = footprint(placed("HGS", 150, 10, 5)), footprint(placed("HPC", 1100, 0, 20))
    assert behind.seen is None
    assert behind.surface is not None
    assert above.surface is None
    assert above.seen is not None
    prominence = footprint(placed("HPC", 980, 0, 60)).surface
    assert prominence is not None
    assert 60 < prominence.x <= 91


def test_an_ejection_by_position_angle() -> None:
    north = footprint(placed("HRC", 0, 2, 0))
    assert north.seen is not None
    assert north.seen.x == pytest.approx(0, abs=1e-6)
    assert 1900 < north.seen.y < 1960
    east = footprint(placed("HRC", 90, 1, 0))
    assert east.seen is not None
    assert east.seen.x < -940


def test_an_unfilled_box_is_a_point_and_nonsense_is_nowhere() -> None:
    empty = dict.fromkeys(("boundbox_c1ll", "boundbox_c1ur", "boundbox_c2ll", "boundbox_c2ur"), 0.0)
    point = footprint(placed("HPC", 300, 200, 0, **empty)).seen
    assert point is not None
    assert (point.x1, point.y2) == (300, 200)
    for event in (placed("HPC", 1e300, 0, 1), placed("XYZ", 1, 1, 1), make_event()):
        assert footprint(event).seen is None


def test_longitudes_know_no_edge() -> None:
    event = placed("HGS", 178, 0, 5)
    assert SearchBox(frame=Frame.STONYHURST, x1=-180, x2=-178, y1=-5, y2=5).holds(footprint(event))
    assert SearchCone(frame=Frame.STONYHURST, x=-178, y=0, radius=4.01).holds(footprint(event))
    assert not SearchCone(frame=Frame.STONYHURST, x=-178, y=0, radius=3.99).holds(footprint(event))
    meridian = footprint(event).meridian
    for turn in (-360, 0, 360):
        x = (178 + meridian) % 360 + turn
        assert SearchBox(frame=Frame.CARRINGTON, x1=x, x2=x + 1, y1=0, y2=1).holds(footprint(event))


def test_the_whole_sun_holds_what_has_no_place() -> None:
    nowhere = footprint(make_event())
    for frame, wide, high in (
        (Frame.HELIOPROJECTIVE, 1200, 1200),
        (Frame.STONYHURST, 90, 90),
        (Frame.CARRINGTON, 180, 90),
    ):
        box = SearchBox(frame=frame, x1=-wide, x2=wide, y1=-high, y2=high)
        assert box.holds(nowhere)
        smaller = SearchBox(frame=frame, x1=-wide / 2, x2=wide / 2, y1=-high, y2=high)
        assert not smaller.holds(nowhere)


@pytest.mark.parametrize("edges", [(1, 0, 0, 1), (0, 1, 1, 0), (math.nan, 0, 1, 1), (0, 0, math.inf, 1)])
def test_what_is_no_box(edges) -> None:
    with pytest.raises(InvalidInputError, match="box"):
        SearchBox(**dict(zip(("x1", "y1", "x2", "y2"), edges, strict=True)))
    with pytest.raises(InvalidInputError, match="cone"):
        SearchCone(x=0, y=0, radius=-1)


@given(st.timedeltas(timedelta(0), timedelta(days=400_000)))
def test_every_duration_has_a_class_that_is_long_enough(duration: timedelta) -> None:
    from helioscribe.domain.reach import REACHES, reach_of

    number = reach_of(duration)
    assert duration <= REACHES[number]
    assert number == 0 or duration > REACHES[number - 1]
