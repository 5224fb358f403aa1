"""The light-weight geometry agrees with sunpy's."""

from datetime import timedelta

import numpy as np
import pytest

from helioscribe.domain.coordinates import AU, Observer, Position
from helioscribe.domain.rotation import apparent, distance_of, heliographic, limb, rotation_rate
from support.factories import DAY

EARTH = Observer(name="earth", hgs_longitude=0.0, hgs_latitude=-6.7, distance=0.998)
ORBITER = Observer(name="Solar Orbiter", hgs_longitude=-83.5, hgs_latitude=-3.1, distance=0.33)
PLACES = [(0.0, 0.0), (400.0, 300.0), (-850.0, 200.0), (100.0, -700.0)]


def sky(position: Position, observer: Observer):
    import astropy.units as u
    from astropy.coordinates import SkyCoord
    from sunpy.coordinates import HeliographicStonyhurst, Helioprojective

    place = HeliographicStonyhurst(
        observer.hgs_longitude * u.deg, observer.hgs_latitude * u.deg, observer.distance * u.AU, obstime=DAY
    )
    frame = Helioprojective(observer=place, obstime=DAY)
    return SkyCoord(position.tx * u.arcsec, position.ty * u.arcsec, frame=frame)


@pytest.mark.parametrize("observer", [EARTH, ORBITER])
@pytest.mark.parametrize("place", PLACES)
def test_heliographic_is_sunpys(observer, place):
    position = Position(tx=place[0] / observer.distance, ty=place[1] / observer.distance)
    expected = sky(position, observer).heliographic_stonyhurst
    assert heliographic(position, observer) == pytest.approx((expected.lon.deg, expected.lat.deg), abs=1e-4)


def test_nothing_off_the_disk_has_a_heliographic_place():
    assert heliographic(Position(tx=1000.0, ty=0.0), EARTH) is None
    assert heliographic(Position(tx=1000.0, ty=0.0), ORBITER) is not None


@pytest.mark.parametrize("place", PLACES)
def test_another_observer_sees_what_sunpy_says(place):
    position = Position(tx=place[0], ty=place[1])
    found = apparent(position, EARTH, ORBITER, timedelta(0))
    coordinate = sky(position, EARTH)
    expected = coordinate.transform_to(sky(position, ORBITER).frame)
    visible = np.cos(np.deg2rad(coordinate.heliographic_stonyhurst.lon.deg - ORBITER.hgs_longitude)) > 0.1
    if not visible:
        assert found is None
    else:
        assert (found.tx, found.ty) == pytest.approx((expected.Tx.arcsec, expected.Ty.arcsec), abs=0.5)


def test_a_day_turns_as_much_as_in_sunpy():
    import astropy.units as u
    from sunpy.sun.models import differential_rotation

    latitudes = [0.0, 15.0, 40.0]
    expected = differential_rotation(1 * u.day, latitudes * u.deg, model="howard", frame_time="synodic").to_value("deg")
    assert [rotation_rate(latitude) for latitude in latitudes] == pytest.approx(expected, abs=0.01)


def test_the_sun_turns_westwards_and_back():
    start = Position(tx=-300.0, ty=200.0)
    later = apparent(start, EARTH, EARTH, timedelta(days=2))
    assert later.tx > start.tx + 300
    back = apparent(later, EARTH, EARTH, timedelta(days=-2))
    assert (back.tx, back.ty) == pytest.approx((start.tx, start.ty), abs=1e-6)


def test_what_turned_behind_the_limb_is_gone():
    assert apparent(Position(tx=900.0, ty=0.0), EARTH, EARTH, timedelta(days=5)) is None


def test_distance_follows_from_the_apparent_radius_that_headers_of_stix_give():
    # RSUN_OBS and DSUN_OBS of a published map of 9 November 2022.
    assert distance_of(1609.49) * AU == pytest.approx(89_163_921_155.1, rel=1e-4)
    there = Observer(name="Solar Orbiter", hgs_longitude=0.0, hgs_latitude=0.0, distance=0.6)
    assert distance_of(limb(there)) == pytest.approx(0.6, rel=1e-12)
