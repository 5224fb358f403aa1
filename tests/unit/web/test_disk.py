from datetime import UTC, datetime, timedelta

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from hypothesis import given
from hypothesis import strategies as st
from sunpy.coordinates import HeliographicCarrington, HeliographicStonyhurst, Helioprojective
from sunpy.sun.models import differential_rotation

from helioscribe.domain.coordinates import Observer
from helioscribe.domain.product import SolarImage
from helioscribe.sdk.testing import synthetic_light_curve
from helioscribe.web.drawings.disk import draw_disk, frame_of
from support.factories import make_event

MOMENT = datetime(2013, 2, 1, 12, tzinfo=UTC)


def placed(x, y, *, frame="HGS", start=MOMENT, half=0.0, **changes):
    unit = "arcsec,arcsec" if frame == "HPC" else "deg,deg"
    return make_event(
        event_type="AR",
        event_starttime=start,
        event_peaktime=None,
        event_endtime=start,
        noposition=False,
        event_coordsys=f"UTC-{frame}-TOPO",
        event_coordunit=unit,
        event_coord1=x,
        event_coord2=y,
        boundbox_c1ll=x - half,
        boundbox_c2ll=y - half,
        boundbox_c1ur=x + half,
        boundbox_c2ur=y + half,
        **changes,
    )


def seen(coordinate, moment=MOMENT):
    """Where sunpy says that the Earth sees a coordinate, with south positive as in the drawing."""
    at = coordinate.transform_to(Helioprojective(observer="earth", obstime=moment.replace(tzinfo=None)))
    return at.Tx.to_value("arcsec"), -at.Ty.to_value("arcsec")


@given(st.floats(-70, 70), st.floats(-60, 60))
def test_a_point_lies_where_sunpy_puts_it(longitude, latitude):
    (place,) = draw_disk([placed(longitude, latitude)], MOMENT).places
    frame = HeliographicStonyhurst(
        longitude * u.deg, latitude * u.deg, 695_700 * u.km, obstime=MOMENT.replace(tzinfo=None)
    )
    assert (place.x, place.y) == pytest.approx(seen(SkyCoord(frame)), abs=1.0)


def test_carrington_longitudes_are_understood():
    (place,) = draw_disk([placed(200.0, 10.0, frame="HGC")], MOMENT).places
    frame = HeliographicCarrington(
        200 * u.deg, 10 * u.deg, 695_700 * u.km, obstime=MOMENT.replace(tzinfo=None), observer="earth"
    )
    assert (place.x, place.y) == pytest.approx(seen(SkyCoord(frame)), abs=2.0)


@pytest.mark.parametrize("hours", [-36, 24, 60])
def test_a_region_turns_with_the_surface(hours):
    later = MOMENT + timedelta(hours=hours)
    (place,) = draw_disk([placed(-5.0, 20.0)], later).places
    turned = -5.0 * u.deg + differential_rotation(hours * u.hour, 20 * u.deg, model="howard", frame_time="synodic")
    frame = HeliographicStonyhurst(turned, 20 * u.deg, 695_700 * u.km, obstime=later.replace(tzinfo=None))
    assert (place.x, place.y) == pytest.approx(seen(SkyCoord(frame), later), abs=3.0)


def test_what_went_behind_the_limb_is_counted_and_not_drawn():
    events = [placed(60.0, 0.0), placed(-60.0, 0.0), make_event()]
    disk = draw_disk(events, MOMENT + timedelta(days=4))
    assert [place.event for place in disk.places] == [events[1]]
    assert disk.hidden == 2


def test_what_is_off_the_limb_stays():
    (place,) = draw_disk([placed(1100.0, 50.0, frame="HPC")], MOMENT + timedelta(hours=6)).places
    assert (place.x, place.y) == (1100.0, -50.0)


def test_a_polygon_is_drawn_as_it_is_and_a_broken_one_as_a_box():
    square = "POLYGON((-100 0,0 0,0 80,-100 80,-100 0))"
    drawn, broken = (
        draw_disk([placed(0.0, 0.0, frame="HPC", half=10.0, attributes={"hpc_boundcc": text})], MOMENT).places[0].path
        for text in (square, "POLYGON((<script>))")
    )
    assert drawn.count("L") == 4
    assert "script" not in broken
    assert broken.count("L") > 10


def test_small_ones_lie_above_large_ones():
    large, small = placed(0.0, 0.0, half=10.0), placed(0.0, 0.0, half=2.0)
    assert [place.event for place in draw_disk([small, large], MOMENT).places] == [large, small]


def test_the_limb_is_as_large_as_that_day():
    assert draw_disk([], MOMENT).radius == pytest.approx(973.9, abs=0.5)
    assert draw_disk([], datetime(2013, 7, 5, tzinfo=UTC)).radius == pytest.approx(943.7, abs=0.5)


def image(observer=None, **header):
    values = {
        "CTYPE1": "HPLN-TAN",
        "CTYPE2": "HPLT-TAN",
        "CRPIX1": 50.5,
        "CRPIX2": 50.5,
        "CRVAL1": 0.0,
        "CRVAL2": 0.0,
        "CDELT1": 24.0,
        "CDELT2": 24.0,
    }
    return SolarImage(
        observatory="SDO",
        instrument="HMI",
        channel="magnetogram",
        time=np.datetime64("2013-02-01T12:00", "ns"),
        pixels=np.zeros((100, 100), np.float32),
        unit="G",
        header=values | header,
        mask=np.zeros((100, 100), bool),
        observer=observer,
    )


def test_an_image_lies_behind_the_disk_where_its_header_says():
    frame = frame_of(image())
    assert (frame.x, frame.y, frame.width, frame.height) == (-1200.0, -1200.0, 2400.0, 2400.0)
    shifted = frame_of(image(CRPIX1=40.5))
    assert shifted.x == -960.0


def test_other_products_have_no_place_behind_the_disk():
    assert frame_of(image(CTYPE1="CRLN-CEA")) is None
    assert frame_of(synthetic_light_curve()) is None


@pytest.mark.parametrize(
    ("longitude", "latitude", "distance", "drawn"),
    [
        (0.0, -6.0, 0.985, True),
        (0.5, -6.1, 0.975, True),
        (40.0, -6.0, 0.985, False),
        (0.0, 20.0, 0.985, False),
        (0.0, -6.0, 0.5, False),
    ],
)
def test_only_what_was_seen_from_about_the_earth_lies_behind_the_disk(longitude, latitude, distance, drawn):
    there = Observer(name="there", hgs_longitude=longitude, hgs_latitude=latitude, distance=distance)
    assert (frame_of(image(there)) is not None) is drawn
