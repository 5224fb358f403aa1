"""sunpy's own client of HEK, unchanged, against this catalogue."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
import sunpy
from packaging.version import Version

from helioscribe.client.sunpy import use_server
from helioscribe.domain.event import EVENT_CLASSES
from helioscribe.domain.hek.imported import event_of_row
from support.factories import at, make_change, make_event
from support.hek import real_rows

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of archives that these tests do not ask
    from sunpy.net import Fido
    from sunpy.net import attrs as a
    from sunpy.net.hek import HEKClient

DAY = a.Time("2011/08/09 07:23:56", "2011/08/09 12:40:29")
UNITS = Version(sunpy.__version__) >= Version("7.0")
"""Since then the client reads the units of every column, and fails where it cannot."""


@pytest.fixture
def client(site) -> Any:
    rows = real_rows()
    events = {event.id: event for event in (event_of_row(row, origin="hek") for row in rows)}
    mixed = [
        make_event(id="evt-" + "1" * 32, obs_meanwavel=1.77e-8, attributes={"fl_goescls": "M4.0"}),
        make_event(
            id="evt-" + "2" * 32,
            event_type="CJ",
            event_peaktime=None,
            event_coordsys="UTC-HPC-TOPO",
            event_coordunit="arcsec,arcsec",
            event_coord1=100.0,
            event_coord2=-200.0,
            noposition=False,
            attributes={
                "bound_chaincode": "90,-210,110,-210,110,-190,90,-210",
                "outflow_speed": 200.0,
                "outflow_speedunit": "km/s",
            },
        ),
        make_event(
            id="evt-" + "3" * 32,
            event_type="AR",
            event_peaktime=None,
            event_coordsys="UTC-HGS-TOPO",
            event_coordunit="degrees",
            event_coord1=30.0,
            event_coord2=-10.0,
            noposition=False,
            attributes={"ar_noaanum": 12976, "ar_mtwilsoncls": "BETA-GAMMA"},
        ),
        make_event(id="evt-" + "4" * 32, event_type="NR", event_peaktime=None),
    ]
    site.catalogue.apply([make_change(event) for event in [*events.values(), *mixed]], associated=[])
    return HEKClient(url=f"http://127.0.0.1:{site.port}/hek/her?")


def test_a_day_of_flares(client) -> None:
    found = client.search(DAY, a.hek.FL)
    assert {row["fl_goescls"] for row in found} >= {"X6.9", "C1.4"}
    assert len(client.search(DAY, a.hek.FL, a.hek.FRM.Name == "SWPC")) == 2


@pytest.mark.parametrize("code", EVENT_CLASSES)
def test_every_class_can_be_asked_for(client, code) -> None:
    for written in (code, code.lower()):
        found = client.search(a.Time("2022/03/28", "2022/03/29"), a.hek.EventType(written))
        assert [row["event_type"] for row in found] == [code] * (code in {"AR", "CJ", "FL", "NR"})


def test_every_attribute_is_understood(client) -> None:
    groups = [
        value
        for name, value in vars(a.hek).items()
        if isinstance(value, type) or name in ("AR", "CC", "CD", "CE", "EF", "FI", "FL", "SG", "SS", "TO")
    ]
    asked = 0
    for group in [*groups, a.hek.Event, a.hek.FRM, a.hek.OBS, a.hek.Misc, a.hek.Bound, a.hek.BoundBox, a.hek.Intens]:
        for attribute in vars(type(group) if not isinstance(group, type) else group).values():
            if type(attribute).__name__.endswith("ParamAttrWrapper"):
                client.search(
                    DAY, attribute == "5" if "time" not in str(attribute.name).lower() else attribute < "2012-01-01"
                )
                asked += 1
    assert asked > 100


def test_operators(client) -> None:
    assert {row["fl_goescls"] for row in client.search(DAY, a.hek.FL, a.hek.FL.GOESCls > "M1.0")} == {"X6.9"}
    assert len(client.search(DAY, a.hek.OBS.Observatory == "GOES", a.hek.FL.GOESCls > "M1.0")) == 1
    assert len(client.search(DAY, a.hek.FRM.Name != "asainz")) < len(client.search(DAY))
    assert len(client.search(a.Time("2013/02/01", "2013/02/02"), a.hek.FRM.Name.like("%SPoCA%"))) == 89
    assert len(client.search(DAY, a.hek.Event.Coord1 > 800)) > 0
    assert len(client.search(DAY, a.hek.FL.PeakFlux > 4000.0)) > 0


def test_several_classes_and_regions(client) -> None:
    both = client.search(a.Time("2013/02/01", "2013/02/02"), a.hek.AR | a.hek.CH)
    assert set(both["event_type"]) == {"AR", "CH"}
    part = client.search(a.Time("2013/02/01", "2013/02/02"), a.hek.SpatialRegion(-300, -1200, 300, -500))
    assert 0 < len(part) < len(both)


def test_regions_on_the_surface(client) -> None:
    def within(west, east, frame):
        return len(client.search(DAY, a.hek.SpatialRegion(west, -90, east, 90, frame)))

    # That day's meridian was at 230 degrees of Carrington longitude.
    assert within(0, 90, "stonyhurst") == within(230, 320, "carrington") > 0
    assert within(0, 90, "carrington") == 0


def test_contains(client) -> None:
    day = a.Time("2013/02/01", "2013/02/02")
    found = client.search(day, a.hek.Contains("ar"))
    assert set(found["event_type"]) == {"AR"}
    assert 0 < len(found) < len(client.search(day, a.hek.AR))


def test_nothing_found_is_an_empty_table(client) -> None:
    assert len(client.search(a.Time("1985/01/01", "1985/01/02"))) == 0


def test_mixed_classes_make_one_table(client) -> None:
    table = client.search(a.Time("2022/03/28", "2022/03/29"))
    assert sorted(table["event_type"]) == ["AR", "CJ", "FL", "NR"]
    if UNITS:
        assert table["obs_meanwavel"].unit == "cm"
        assert len(table["event_coord"]) == 4
        assert table["outflow_speed"].unit == "km/s"


def test_more_than_a_page(site, client) -> None:
    many = [
        make_event(
            id=f"evt-{number:032x}",
            event_starttime=at(2000 + number),
            event_endtime=at(2001 + number),
            event_peaktime=None,
        )
        for number in range(16, 266)
    ]
    site.catalogue.apply([make_change(event) for event in many], associated=[])
    assert len(client.search(a.Time("2022/03/29", "2022/04/05"), a.hek.FL)) == 250


def test_voevents(site, client) -> None:
    row = client.search(DAY, a.hek.FL, a.hek.FRM.Name == "SWPC")[0]
    document = row.get_voevent(base_url=client.url)
    assert len(document["voe:VOEvent"]) == 7
    text = row.get_voevent(as_dict=False, base_url=client.url)
    assert b'ivorn="ivo://helio-informatics.org/' in text


def test_fido_asks_this_server(site, client) -> None:
    with use_server(f"http://127.0.0.1:{site.port}"):
        found = Fido.search(DAY, a.hek.FL, a.hek.FRM.Name == "SWPC")
    assert len(found["hek"]) == 2
    assert "lmsal" in HEKClient().url
