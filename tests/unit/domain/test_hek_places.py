"""Places in HEK's frames, against sunpy."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from helioscribe.domain.ephemeris import carrington_longitude, earth, from_earth
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import Event
from helioscribe.domain.footprint import Extent, footprint, footprints
from helioscribe.domain.hek.imported import event_of_row
from helioscribe.domain.hek.places import FRAMES, frame_of, in_frames, place_columns, polygon, seen_from_earth, vertices
from support.factories import make_event
from support.hek import real_rows

MOMENT = datetime(2013, 2, 1, 0, 13, 31, tzinfo=UTC)


def framed(frame: str, place: tuple[float, float]) -> dict[str, tuple[float, float]]:
    observers, meridians = from_earth([MOMENT])
    found = in_frames(frame, np.array(place)[:, None], observers, meridians)
    return {name: tuple(pair[:, 0].tolist()) for name, pair in found.items()}


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
    found = framed("hpc", (x, y))
    assert found["hgs"] == pytest.approx((stonyhurst.lon.deg, stonyhurst.lat.deg), abs=0.05)


@given(frame=some.sampled_from(["hgs", "hgc", "hrc"]), x=some.floats(-60, 60), y=some.floats(-60, 60))
def test_every_frame_leads_back(frame: str, x: float, y: float) -> None:
    if frame == "hgc":
        x += carrington_longitude(MOMENT)
    start = (abs(x) / 100 + 0.01, y % 360) if frame == "hrc" else (x, y)
    sky = framed(frame, start)["hpc"]
    if np.isnan(sky[0]):
        return  # latitude 60 in the north of a Sun that leans south lies behind the limb
    back = framed("hpc", sky)[frame]
    turn = 0.0 if frame == "hrc" else round((start[0] - back[0]) / 360) * 360
    assert back == pytest.approx((start[0] - turn, start[1]), abs=0.02)


def test_as_hek_itself_has_the_places() -> None:
    for row in real_rows():
        if row["noposition"] == "true":
            continue
        (found,) = place_columns([event_of_row(row, origin="hek")])
        assert (found["hpc_x"], found["hpc_y"]) == pytest.approx((row["hpc_x"], row["hpc_y"]), abs=0.5)
        # Close to the limb a tenth of an arcsec is a degree.
        limit = 0.2 if row["hrc_r"] < 0.95 else 2.0
        for name in ("hgs_x", "hgs_y", "hgc_x", "hgc_y"):
            assert found[name] == pytest.approx(row[name], abs=limit), name
        # HEK took the Sun's radius for 960 arcsec at first.
        assert (found["hrc_r"], found["hrc_a"]) == pytest.approx((row["hrc_r"], row["hrc_a"]), rel=0.02)


def test_behind_the_limb_there_is_no_place_on_the_sky() -> None:
    (columns,) = place_columns([placed("UTC-HGS-TOPO", "deg,deg", 170, 5, wide=5)])
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
    (seen,) = seen_from_earth([placed("UTC-HPC-TOPO", "deg,deg", 0.1, -0.1)], [[(0.1, -0.1)]])
    assert seen["hpc"] == [(360.0, -360.0)]
    (columns,) = place_columns([placed("UTC-HRC-TOPO", "deg, rsun", 90.0, 1.0)])
    assert (columns["hrc_r"], columns["hrc_a"]) == (1.0, 90.0)
    assert frame_of("utc-hcr-topo") == "hrc"
    with pytest.raises(InvalidInputError, match="expected one of UTC-HPC-TOPO"):
        frame_of("UTC-XYZ-TOPO")


SYSTEMS = {
    "UTC-HPC-TOPO": ("arcsec,arcsec", 1000, 1000),
    "UTC-HGS-TOPO": ("deg,deg", 180, 90),
    "UTC-HGC-TOPO": ("deg,deg", 360, 90),
    "UTC-HRC-TOPO": ("deg,rsun", 360, 3),
}


@some.composite
def anywhere(draw: some.DrawFn) -> Event:
    system = draw(some.sampled_from(sorted(SYSTEMS)))
    unit, first, second = SYSTEMS[system]
    x, y = draw(some.floats(-first, first)), draw(some.floats(0 if "HRC" in system else -second, second))
    wide = draw(some.sampled_from([0.0, 0.1, 0.01]))
    later = timedelta(hours=draw(some.integers(-200_000, 200_000)), seconds=draw(some.integers(0, 3599)))
    chain = f"POLYGON(({x} {y},{x + 1} {y},{x} {y + 1},{x} {y}))" if draw(some.booleans()) else ""
    return placed(system, unit, x, y, wide=wide * first, moment=MOMENT + later, chain=chain)


@settings(deadline=None, max_examples=60)
@given(some.lists(anywhere(), max_size=9))
def test_many_places_at_once_are_those_of_each(events: list[Event]) -> None:
    """Neighbours of whatever frame, epoch and shape change nothing."""
    together = footprints(events)
    for event, found, columns in zip(events, together, place_columns(events), strict=True):
        alone = footprint(event)
        assert found.meridian == pytest.approx(alone.meridian, abs=1e-9)
        assert (found.seen, found.surface) == (close(alone.seen), close(alone.surface))
        for name, value in next(place_columns([event])).items():
            assert columns[name] == (pytest.approx(value, abs=1e-9) if isinstance(value, float) else value), name


def close(extent: Extent | None) -> object:
    return None if extent is None else pytest.approx(extent, abs=1e-9)


def placed(
    system: str, unit: str, x: float, y: float, *, wide: float = 0.0, moment: datetime = MOMENT, chain: str = ""
) -> Event:
    return make_event(
        noposition=False,
        event_coordsys=system,
        event_coordunit=unit,
        event_coord1=x,
        event_coord2=y,
        boundbox_c1ll=x - wide,
        boundbox_c2ll=y - wide,
        boundbox_c1ur=x + wide,
        boundbox_c2ur=y + wide,
        event_starttime=moment,
        event_endtime=moment,
        event_peaktime=None,
        attributes={"bound_chaincode": chain},
    )
