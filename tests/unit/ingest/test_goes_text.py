"""GOES X-ray fluxes as SWPC's JSON and as CSV."""

import json
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helioscribe.domain.errors import HelioscribeError, InvalidInputError
from helioscribe.ingest.readers import read_bytes

NCEI = """:spacecraft: "GOES-15"
data:
time_tag,A_QUAL_FLAG,A_NUM_PTS,A_AVG,B_QUAL_FLAG,B_NUM_PTS,B_AVG
2013-11-09 00:00:00.000,0,30,1.1e-08,0,30,1.0e-06
2013-11-09 00:01:00.000,0,30,1.2e-08,1,30,1.1e-06
2013-11-09 00:02:00.000,0,30,1.3e-08,0,0,-99999
2013-11-09 00:03:00.000,0,30,1.4e-08,0,30,1.2e-06
"""
OLD = "time_tag,xs,xl\n2003-10-28 11:00:00.000,1e-5,1e-3\n2003-10-28 11:01:00.000,2e-5,1.5e-3\n"
SUNPY = (
    ",xrsa,xrsb,xrsa_quality,xrsb_quality\n2021-01-01 22:20:00,8e-09,4e-08,4,0\n2021-01-01 22:21:00,9e-09,5e-08,4,0\n"
)


def record(minute, energy, flux, satellite=18, contaminated=False):
    return {
        "time_tag": f"2026-08-06T01:{minute:02d}:00Z",
        "satellite": satellite,
        "flux": flux,
        "observed_flux": flux,
        "electron_correction": 0.0,
        "electron_contaminaton": contaminated,
        "energy": energy,
    }


def swpc(*more):
    rows = [
        record(minute, energy, flux)
        for minute in range(3)
        for energy, flux in (("0.05-0.4nm", 1e-8), ("0.1-0.8nm", (minute + 1) * 1e-6))
    ]
    return json.dumps([*rows, *more]).encode()


def test_json_of_swpc():
    curve = read_bytes(
        swpc(record(3, "0.1-0.8nm", 5e-6, contaminated=True), record(1, "0.1-0.8nm", 9.0, 19)), "x"
    ).product
    assert (curve.observatory, curve.instrument, curve.unit) == ("GOES 18", "XRS", "W / m2")
    assert str(curve.times[0]) == "2026-08-06T01:00:30.000000000"
    assert curve.counts[:, 0].tolist() == [1e-6, 2e-6, 3e-6, 5e-6]
    assert np.isnan(curve.counts[3, 1])
    assert curve.good.tolist() == [True, True, True, False]


def test_what_swpc_writes_for_nothing_is_not_good():
    assert read_bytes(swpc(record(3, "0.1-0.8nm", 1e-9)), "x").product.good.tolist() == [True, True, True, False]


@pytest.mark.parametrize(
    ("text", "observatory", "fluxes", "good"),
    [
        (NCEI, "GOES 15", [1.0e-6, 1.1e-6, None, 1.2e-6], [True, False, False, True]),
        (OLD, "GOES 15", [1e-3, 1.5e-3], [True, True]),
        (SUNPY, "GOES 15", [4e-8, 5e-8], [True, True]),
    ],
)
def test_csv(text, observatory, fluxes, good):
    curve = read_bytes(text.encode(), "g15_xrs_1m_20131101_20131130.csv").product
    assert (curve.observatory, curve.instrument, curve.unit) == (observatory, "XRS", "W / m2")
    assert [None if np.isnan(flux) else flux for flux in curve.counts[:, 0]] == fluxes
    assert curve.good.tolist() == good
    assert str(curve.times[0])[17:19] == "30"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (swpc()[:-40] + b"]", "not SWPC's X-ray fluxes"),
        (swpc().replace(b'"satellite"', b'"craft"'), "not SWPC's X-ray fluxes"),
        (OLD.replace("1e-3", "many").encode(), "a row is not a time and fluxes"),
        (OLD.splitlines()[0].encode() + b"\n", "no rows below the header line"),
    ],
)
def test_broken_ones_are_refused_in_one_line(data, message):
    with pytest.raises(InvalidInputError, match=message) as caught:
        read_bytes(data, "goes.csv")
    assert "\n" not in caught.value.message


@given(st.integers(0, len(NCEI) - 1), st.integers(0, 255), st.sampled_from([NCEI.encode(), swpc(), SUNPY.encode()]))
def test_a_changed_byte_never_breaks_the_reader(place, value, data):
    changed = bytearray(data)
    changed[place % len(data)] = value
    with suppress(HelioscribeError):
        read_bytes(bytes(changed), "x")
