"""Light curves as CSV, and GOES files."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from helioscribe.domain.errors import InvalidInputError, UnsupportedInputError
from helioscribe.ingest.readers import read_bytes, read_product
from support.data import real_file
from support.stix import BANDS

NUMBERED = "utc,ebin1,ebin2,ebin3,ebin4,ebin5"
NAMED = "utc,cts_4_10keV,cts_10_15keV,cts_15_25keV,cts_25_50keV,cts_50_84keV"
ROWS = "2020-06-13T10:30:29,247,49,67,863,463\n2020-06-13T10:30:33,255,,63,879,399\n2020-06-13T10:30:41Z,1,2,3,4,5\n"


@pytest.mark.parametrize("header", [NUMBERED, NAMED, NAMED.replace("utc", " Time "), "\ufeff" + NUMBERED])
def test_both_forms_say_the_same(header):
    source = read_bytes(f"{header}\n{ROWS}".encode(), "curve.csv")
    curve = source.product
    assert curve.energies.tolist() == [list(band) for band in BANDS]
    assert curve.counts[0].tolist() == [247, 49, 67, 863, 463]
    assert np.isnan(curve.counts[1, 1])
    assert curve.good.tolist() == [True, False, True]
    assert str(curve.times[2]) == "2020-06-13T10:30:41.000000000"
    assert curve.exposure.tolist() == [6.0, 6.0, 6.0]
    assert (source.channel, curve.light_travel_time) == ("4-84 keV", None)


def test_bands_may_have_any_edges():
    curve = read_bytes(b"time,lc 6-12 keV,lc 12.5-25 keV\n2020-06-13,1,2\n", "x").product
    assert curve.energies.tolist() == [[6.0, 12.0], [12.5, 25.0]]
    assert curve.exposure.tolist() == [4.0]


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("a,b\n1,2\n", UnsupportedInputError, "without a utc or time column"),
        ("", UnsupportedInputError, "without a utc or time column"),
        ("utc,a\n2020,1\n", UnsupportedInputError, "CSV without bands"),
        ("utc,ebin1,ebin2\n", UnsupportedInputError, "CSV without bands"),
        ("utc,a_10_4keV\n2020-01-01,1\n", InvalidInputError, "lower edge is not below"),
        (f"{NUMBERED}\n", InvalidInputError, "no rows below the header"),
        (f"{NUMBERED}\n2020-06-13T10:30:29,1,2\n", InvalidInputError, "line 2 has 3 cells, expected 6"),
        (f"{NUMBERED}\n2020-06-13T10:30:29,1,2,3,4,many\n", InvalidInputError, "near line 2"),
        (f"{NUMBERED}\nlunch,1,2,3,4,5\n", InvalidInputError, "near line"),
        (f"{NUMBERED}\n,1,2,3,4,5\n", InvalidInputError, "a row has no time"),
        (f"{NUMBERED}\n2020-06-13T10:30:29,-1,2,3,4,5\n", InvalidInputError, "negative or infinite"),
        (f"{NUMBERED}\n2020-06-13T10:30:29,inf,2,3,4,5\n", InvalidInputError, "negative or infinite"),
    ],
)
def test_bad_text_is_refused_in_one_line(text, kind, message):
    with pytest.raises(kind, match=message) as caught:
        read_bytes(text.encode(), "curve.csv")
    assert caught.value.message.startswith("curve.csv: ")
    assert "\n" not in caught.value.message


def test_double_times_are_dropped_and_backwards_times_refused():
    stamps = [f"2020-06-13T10:{m:02d}:00" for m in (*range(30), 29, 28)]
    rows = "\n".join(f"{stamp},1,2,3,4,5" for stamp in stamps)
    assert len(read_bytes(f"{NUMBERED}\n{rows}\n".encode(), "x").product.times) == 30
    rows = "\n".join(f"{stamp},1,2,3,4,5" for stamp in reversed(stamps[:30]))
    with pytest.raises(InvalidInputError, match="times run backwards at 29 of 30 rows"):
        read_bytes(f"{NUMBERED}\n{rows}\n".encode(), "x")


@pytest.mark.parametrize("data", [b"utc;\xe9\xe8", b"\rutc,ebin1"], ids=["latin letters", "bare return"])
def test_what_is_no_csv(data):
    with pytest.raises(UnsupportedInputError, match="neither FITS nor CSV"):
        read_bytes(data, "x")


@pytest.mark.parametrize("name", ["stix_ql_lc_20200613T1030.csv", "stix_ql_lc_20201117T1333_part1.csv.gz"])
def test_real_csv(name):
    curve = read_product(real_file(f"stix_lightcurves/ql_csv/{name}")).product
    assert len(curve.times) > 1000
    assert curve.good.all()
    assert curve.exposure[0] == pytest.approx(4.0, abs=0.05)


def goes() -> Path:
    spec = find_spec("sunpy.data.test")
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "go1520110607.fits"


def test_a_goes_day():
    source = read_product(goes())
    curve = source.product
    assert (curve.instrument, curve.unit, curve.light_travel_time) == ("XRS", "W / m2", 0.0)
    assert str(curve.times[0]).startswith("2011-06-06T23:59:59.96")  # the file's first second is -0.038
    # 1 to 8 and 0.5 to 4 Angstrom
    assert curve.energies[0] == pytest.approx([1.5498, 12.3984], abs=1e-3)
    assert curve.energies[1] == pytest.approx([3.0996, 24.7968], abs=1e-3)
    # The M2.5 flare of that day, whose long band peaked at 06:41.
    peak = curve.times[np.nanargmax(curve.counts[:, 0])]
    assert abs(peak - np.datetime64("2011-06-07T06:41")) < np.timedelta64(2, "m")
    assert np.nanmax(curve.counts[:, 0]) == pytest.approx(2.5e-5, rel=0.15)
    assert np.array_equal(curve.rates, curve.counts, equal_nan=True)
