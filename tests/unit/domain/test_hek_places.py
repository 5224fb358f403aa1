"""Places in HEK's frames, against sunpy."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from helioscribe.domain.ephemeris import carrington_longitude, earth
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.hek.places import FRAMES, in_frames, native_place, place_columns, polygon, vertices
from support.hek import real_rows

MOMENT = datetime(2013, 2, 1, 0, 13, 31, tzinfo=UTC)


@pytest.mark.parametrize("days", range(0, 14610, 611))
def test_the_earth_stands_where_sunpy_has_it(days: int) -> None:
    from astropy.time import Time
    from sunpy.coordinates import get_earth
    from sunpy.coordinates.sun import L0

    moment = datetime(1990, 1, 1, 5, 40, tzinfo=UTC) + timedelta(days=days)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # leap seconds after 2026 are not known
        there = get_earth(Time(moment)).transform_to("heliographic_stonyhurst")
        middle = L0(Time(moment)).deg
    here = earth(moment)
    assert here.hgs_latitude == pytest.approx(there.lat.deg, abs=0.02)
    assert here.distance == pytest.approx(there.radius.au, abs=1e-4)
    assert (carrington_longitude(moment) - middle + 180) % 360 - 180 == pytest.approx(0, abs=0.1)


@settings(deadline=None, max_examples=25)
@given(x=some.floats(-650, 650), y=some.floats(-650, 650))
def test_frames_against_sunpy(x: float, y: float) -> None:
    import astropy.units as u
    from astropy.coordinates import SkyCoord
    from sunpy.coordinates import frames

    frame = frames.Helioprojective(observer="earth", obstime=MOMENT.replace(tzinfo=None))
    place = SkyCoord(x * u.arcsec, y * u.arcsec, frame=frame)
    stonyhurst = place.transform_to(frames.HeliographicStonyhurst(obstime=place.obstime))
    found = in_frames("hpc", (x, y), MOMENT)
    assert found["hgs"] == pytest.approx((stonyhurst.lon.deg, stonyhurst.lat.deg), abs=0.05)


@given(frame=some.sampled_from(["hgs", "hgc", "hrc"]), x=some.floats(-60, 60), y=some.floats(-60, 60))
def test_every_frame_leads_back(frame: str, x: float, y: float) -> None:
    if frame == "hgc":
        x += carrington_longitude(MOMENT)
    start = (abs(x) / 100 + 0.01, y % 360) if frame == "hrc" else (x, y)
    sky = in_frames(frame, start, MOMENT)["hpc"]
    if sky is None:
        return  # latitude 60 in the north of a Sun that leans south lies behind the limb
    back = in_frames("hpc", sky, MOMENT)[frame]
    assert back is not None
    turn = 0.0 if frame == "hrc" else round((start[0] - back[0]) / 360) * 360
    assert back == pytest.approx((start[0] - turn, start[1]), abs=0.02)


def test_as_hek_itself_has_the_places() -> None:
    for row in real_rows():
        if row["noposition"] == "true":
            continue
        moment = datetime.fromisoformat(row["event_starttime"]).replace(tzinfo=UTC)
        low, high = (row["boundbox_c1ll"], row["boundbox_c2ll"]), (row["boundbox_c1ur"], row["boundbox_c2ur"])
        found = place_columns(
            row["event_coordsys"], row["event_coordunit"], place=(row["event_coord1"], row["event_coord2"]),
            box=(low, high), chain=row["bound_chaincode"], moment=moment,
        )  # fmt: skip
        assert (found["hpc_x"], found["hpc_y"]) == pytest.approx((row["hpc_x"], row["hpc_y"]), abs=0.5)
        # Close to the limb a tenth of an arcsec is a degree.
        limit = 0.2 if row["hrc_r"] < 0.95 else 2.0
        for name in ("hgs_x", "hgs_y", "hgc_x", "hgc_y"):
            assert found[name] == pytest.approx(row[name], abs=limit), name
        # HEK took the Sun's radius for 960 arcsec at first.
        assert (found["hrc_r"], found["hrc_a"]) == pytest.approx((row["hrc_r"], row["hrc_a"]), rel=0.02)


def test_behind_the_limb_there_is_no_place_on_the_sky() -> None:
    box = ((165, 0), (175, 10))
    columns = place_columns("UTC-HGS-TOPO", "deg,deg", place=(170, 5), box=box, chain="", moment=MOMENT)
    assert columns["hpc_x"] is None
    assert (columns["hpc_coord"], columns["hpc_bbox"]) == ("", "")
    assert columns["hgs_coord"] == "POINT(170 5)"
    assert set(FRAMES) == {"hpc", "hgs", "hgc", "hrc"}


def test_polygons_are_read_in_both_of_heks_ways() -> None:
    ring = [(1.0, 2.0), (3.5, -4.25), (1.0, 2.0)]
    assert vertices(polygon(ring)) == ring
    assert vertices("1,2,3.5,-4.25,1,2") == ring
    assert vertices("") == []
    assert polygon([]) == ""
    with pytest.raises(InvalidInputError, match="expected POLYGON"):
        vertices("POLYGON((1 2,3))")


def test_degrees_of_the_helioprojective_frame_become_arcsec() -> None:
    assert native_place("utc-hpc-topo", "deg,deg", (0.1, -0.1)) == ("hpc", (360.0, -360.0))
    assert native_place("UTC-HRC-TOPO", "deg, rsun", (90.0, 1.0)) == ("hrc", (1.0, 90.0))
