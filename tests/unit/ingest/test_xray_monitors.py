"""X-ray monitors near the Earth: GOES as netCDF, RHESSI, SoLEXS, EVE."""

import io
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import given
from hypothesis import strategies as st

from helioscribe.domain.errors import HelioscribeError, InvalidInputError, UnsupportedInputError
from helioscribe.ingest.readers import read_bytes, read_product
from helioscribe.ingest.sources.xray.rhessi import _RATES, _STEPS
from helioscribe_xray_threshold.detector import create
from support.data import real_file

h5py = pytest.importorskip("h5py")
SUNPY = Path(find_spec("sunpy").origin).parent / "data/test"
DETECTOR = create({"rise": 1.4, "minutes": 4, "floor": 1e-7, "significance": 5.0, "gap": 10.0})
FLAGS = {
    "flag_meanings": b"good_data eclipsed_by_earth electron_correction_valid bad_data",
    "flag_values": [0, 2, 8, 1],
}


def netcdf(*, without=(), **changed):
    columns = {
        "time": np.arange(5) * 60.0,
        "xrsa_flux": np.full(5, 1e-8),
        "xrsb_flux": np.array([1e-6, 2e-6, 3e-6, -9999.0, 5e-6]),
        "xrsb_flag": np.array([0, 2, 8, 0, 3], np.uint16),
    } | changed
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        file.attrs["platform"] = b"g16"
        for name, column in columns.items():
            if name not in without:
                file[name] = column
        if "time" in file:
            file["time"].attrs["units"] = b"seconds since 2000-01-01 12:00:00"
            file["time"].attrs["long_name"] = b"Record start time, neglecting leap seconds."
        for key, value in FLAGS.items():
            if "xrsb_flag" in file:
                file["xrsb_flag"].attrs[key] = value
    return stream.getvalue()


def test_times_are_middles_and_flags_say_what_is_good():
    source = read_bytes(netcdf(), "goes.nc")
    curve = source.product
    assert (curve.observatory, curve.instrument, curve.unit) == ("GOES 16", "XRS", "W / m2")
    assert str(curve.times[0]) == "2000-01-01T12:00:30.000000000"
    # Eclipsed, fill value, and bad data together with another flag; the electron correction does no harm.
    assert curve.good.tolist() == [True, False, True, False, False]
    assert curve.energies[:, 0] == pytest.approx([1.5498, 3.0996], abs=1e-4)
    assert curve.counts[2].tolist() == [3e-6, 1e-8]
    assert np.isnan(curve.counts[3, 0])


@pytest.mark.parametrize(
    ("data", "kind", "message"),
    [
        (netcdf(without=("xrsb_flux",)), UnsupportedInputError, "without the fluxes of GOES XRS"),
        (netcdf(without=("time",)), UnsupportedInputError, "without the fluxes of GOES XRS"),
        (netcdf(xrsa_flux=np.ones(4)), InvalidInputError, "5 times, 4 fluxes"),
        (netcdf(xrsb_flag=np.zeros(2, np.uint16)), InvalidInputError, "5 times, 2 flags"),
        (netcdf(xrsb_flux=np.ones((5, 2))), InvalidInputError, r"has shape \(5, 2\)"),
        (netcdf(time=np.full(5, -9999.0)), InvalidInputError, "expected 1 to 1000000 samples, got 0"),
        (netcdf()[:600], InvalidInputError, "broken netCDF"),
        (b"\x89HDF\r\n\x1a\n" + bytes(4000), InvalidInputError, "broken netCDF"),
    ],
)
def test_netcdf_of_another_kind_is_refused_in_one_line(data, kind, message):
    with pytest.raises(kind, match=message) as caught:
        read_bytes(data, "goes.nc")
    assert "\n" not in caught.value.message


@given(st.integers(8, 4000), st.integers(0, 255))
def test_a_changed_byte_never_breaks_the_reader(place, value):
    data = bytearray(netcdf())
    data[place % len(data)] = value
    with suppress(HelioscribeError):
        read_bytes(bytes(data), "goes.nc")


@pytest.mark.parametrize(
    ("name", "observatory", "width"),
    [
        ("sci_xrsf-l2-flx1s_g17_d20201016_truncated.nc", "GOES 17", 1.0),
        ("sci_xrsf-l2-avg1m_g16_d20210101_truncated.nc", "GOES 16", 60.0),
        ("sci_gxrs-l2-irrad_g13_d20170901_truncated.nc", "GOES 13", 2.047),
        ("goes_13_leap_second.nc", "GOES", 2.047),
    ],
)
def test_files_of_all_generations(name, observatory, width):
    curve = read_product(SUNPY / name).product
    assert curve.observatory == observatory
    assert curve.exposure[0] == pytest.approx(width, abs=1e-3)
    assert curve.good.all()
    assert (curve.counts[:, 0] < 1e-5).all()


@pytest.mark.parametrize(
    ("day", "listed"),
    [
        ("avg1m_g15_d20101016_v1-0-0", ["01:46", "17:03", "19:12"]),
        ("avg1m_g14_d20100612_v1-0-0", ["00:57", "02:58", "04:06", "09:17", "23:54"]),
        ("avg1m_g15_d20120712_v1-0-0", ["01:09", "01:36", "16:49"]),
    ],
)
def test_the_flares_that_noaa_lists_are_found(day, listed):
    curve = read_product(real_file(f"xray_goes_rhessi/goes/sci_xrsf-l2-{day}.nc")).product
    peaks = [found.peak_time for found in DETECTOR.detect(curve, None).detections]
    minutes = [peak.hour * 60 + peak.minute for peak in peaks]
    for peak in listed:
        hour, minute = map(int, peak.split(":"))
        assert min(abs(found - hour * 60 - minute) for found in minutes) <= 4, peak


def test_each_byte_of_rhessi_is_the_end_of_the_step_before():
    # The scale as it is published: steps of one up to 16, of two up to 48, of four up to 112 and so on.
    assert _RATES[[0, 1, 16, 17, 32, 48, 255]].tolist() == [0, 1, 16, 18, 48, 112, 1_015_792]
    assert np.allclose(np.diff(_RATES), _STEPS[:-1])


def test_a_rhessi_summary():
    source = read_product(SUNPY / "hsi_obssumm_20120601_018_truncated.fits.gz")
    curve = source.product
    assert (curve.observatory, curve.instrument, source.channel) == ("RHESSI", "HESSI", "3-20000 keV")
    assert str(curve.time_range.start)[:19] == "2012-06-01 00:00:00"
    assert curve.exposure[0] == 4.0
    with fits.open(SUNPY / "hsi_obssumm_20120601_018_truncated.fits.gz") as hdus:
        raw = hdus["HSI_OBSSUMMRATEDATA"].data["countrate"]
    assert np.array_equal(curve.rates, _RATES[raw])


def test_rhessi_sees_what_its_list_has():
    """The flares of 2013-11-09 between 02:16 and 03:38 that RHESSI's list has, without eclipse between them."""
    curve = read_product(real_file("xray_goes_rhessi/rhessi/hsi_obssumm_20131109_058.fits.gz")).product
    assert 0.4 < curve.good.mean() < 0.7  # half of each orbit is night
    peaks = [str(found.peak_time)[11:16] for found in DETECTOR.detect(curve, None).detections]
    assert {"02:16", "03:37"} <= set(peaks)


def solexs(**changed):
    time = np.arange(600.0) + 1_729_814_400
    counts = np.full(600, 40.0)
    counts[7] = np.nan
    table = fits.BinTableHDU.from_columns(
        [fits.Column("TIME", "D", array=time), fits.Column("COUNTS", "D", array=counts)], name="RATE"
    )
    header = {"INSTRUME": "SoLEXS", "TIMESYS": "UTC", "TIMEDEL": 1, "MJDREFI": 40587, "MJDREFF": 0} | changed
    for key, value in header.items():
        table.header[key] = value
    stream = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), table]).writeto(stream)
    return stream.getvalue()


def test_solexs_is_five_seconds_nearer_to_the_sun():
    curve = read_bytes(solexs(), "al1.lc").product
    assert str(curve.times[0]) == "2024-10-25T00:00:00.500000000"
    assert curve.light_travel_time == 5.0
    assert curve.energies.tolist() == [[2.0, 22.0]]
    assert np.flatnonzero(~curve.good).tolist() == [7]
    with pytest.raises(InvalidInputError, match="expected times in UTC, got 'TT'"):
        read_bytes(solexs(TIMESYS="TT"), "al1.lc")


def test_eve_gives_proxies_of_xrs_and_its_own_bands():
    source = read_product(SUNPY / "EVE_L0CS_DIODES_1m_truncated.txt")
    curve = source.product
    assert (source.level, curve.instrument, curve.unit) == ("L0CS", "EVE", "W / m2")
    assert str(curve.times[0]) == "2016-06-10T00:00:30.000000000"
    assert curve.counts[0].tolist() == [2.18e-07, 1.84e-10]
    assert curve.auxiliary["esp_30_4"][0] == 5.83e-04
    assert np.isnan(curve.auxiliary["megsp_121_6"][0])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("; EVE_L0CS\nnothing", "expected a line with year"),
        ("; EVE_L0CS\n2016 162 06 10\n0000 1 2 3\n", "expected rows of 20 columns"),
        ("; EVE_L0CS\n2016 162 06 10\n0000 many\n", "not a table of numbers"),
        ("; EVE_L0CS\n2016 162 13 10\n0000 1\n", "not a table of numbers"),
    ],
)
def test_a_table_that_is_not_eves_is_refused(text, message):
    with pytest.raises(InvalidInputError, match=message):
        read_bytes(text.encode(), "eve.txt")
