"""STIX files of every layout."""

import gzip
import io
from dataclasses import replace

import numpy as np
import pytest
from astropy.io import fits

from helioscribe.domain.errors import InvalidInputError, UnsupportedInputError
from helioscribe.domain.times import parse_utc, to_datetime64
from helioscribe.ingest.readers import read_bytes, read_product
from helioscribe.ingest.sources.stix import live_fraction
from support.data import real_file
from support.stix import BANDS, LAYOUTS, Flare, Layout, StixDay, spectrogram, write_stix

DAY = StixDay(samples=300, flares=(Flare(start=200, peak=300, end=700),), gaps=((800, 860),), attenuated=((280, 320),))


def read(day, name="solo_L1_stix-ql-lightcurve_20220328_V01.fits"):
    return read_bytes(write_stix(day), name)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_every_layout_gives_the_same_light_curve(layout):
    reference = read(DAY).product
    source = read(replace(DAY, layout=layout))
    curve = source.product
    assert np.array_equal(curve.times, reference.times)
    assert np.array_equal(curve.counts, reference.counts)
    assert np.allclose(curve.exposure, 4.0, rtol=1e-12)
    assert np.array_equal(curve.attenuator, reference.attenuator)
    assert curve.attenuator.sum() == 10
    assert curve.good.all()
    assert curve.energies.tolist() == [list(band) for band in BANDS]
    assert set(curve.auxiliary) == {"control_index", "triggers", "triggers_err"}
    assert (source.level, source.channel) == (layout.level, "4-84 keV")
    assert source.quality == ()


def test_the_start_of_the_file_is_where_time_begins():
    curve = read(DAY).product
    start = to_datetime64(parse_utc("2022-03-28T10:00:00"))
    assert curve.times[0] == start
    gap = np.diff(curve.times).max() / np.timedelta64(1, "s")
    assert gap == 64.0
    peak = (curve.times[np.argmax(curve.counts[:, 1])] - start) / np.timedelta64(1, "s")
    assert peak == pytest.approx(300, abs=30)


def test_a_start_before_midnight_stays_before_midnight():
    curve = read(replace(DAY, start="2020-05-05T23:59:59.531")).product
    assert str(curve.times[0]) == "2020-05-05T23:59:59.531000000"
    assert str(curve.times[1]) == "2020-05-06T00:00:03.531000000"


def test_bands_are_the_files_own():
    channels = [
        (4, 5),
        (5, 10),
        (10, 15),
        (15, 25),
        (25, 50),
        (50, 84),
        (84, 100),
        *((100 + i, 101 + i) for i in range(5)),
    ]
    counts = np.tile(np.arange(1.0, 13.0), (20, 1))
    source = read_bytes(spectrogram(counts, channels), "spectrogram.fits")
    assert source.product.energies.tolist() == [list(band) for band in BANDS]
    assert source.product.counts[0].tolist() == [3.0, 3.0, 4.0, 5.0, 6.0]
    assert source.quality == ("energy channels summed to the quick-look bands",)


def test_errors_are_poisson_and_compression_together():
    curve = read(DAY).product
    # The file's own error is the square root of a twelfth of the counts.
    assert np.allclose(curve.errors, np.sqrt(curve.counts * 13 / 12), rtol=1e-6)


@pytest.mark.parametrize(
    ("triggers", "exposure", "expected"),
    [
        (0.0, 4.0, 1.0),
        # 6.4e4 triggers in 16 counters and 4 s: rate 1000/s; live 0.9888; pile-up exp(-1.1e-6 * 0.94059104 * 1000 / 0.9888)
        (64_000.0, 4.0, 0.9888 * 0.998954178),
        # rate 10000/s: live 0.888; exp(-0.01034650144 / 0.888) = exp(-0.0116514656)
        (160_000.0, 1.0, 0.888 * 0.98841615),
    ],
)
def test_live_time_by_hand(triggers, exposure, expected):
    assert live_fraction(np.array([triggers]), np.array([exposure]))[0] == pytest.approx(expected, abs=1e-8)


def test_live_time_stays_a_share_for_any_rate():
    live = live_fraction(np.array([1e12, 1e300]), np.array([0.5, 0.5]))
    assert ((live >= 0) & (live <= 1)).all()


def test_rates_are_corrected_for_dead_time():
    curve = read(DAY).product
    assert np.allclose(curve.rates, curve.counts / 4.0 / curve.live_fraction[:, None])
    assert (curve.live_fraction < 1).all()


def test_the_earths_time_and_place_come_from_the_header():
    curve = read(DAY).product
    assert curve.light_travel_time == 338.4
    assert curve.observer is not None
    assert curve.observer.distance == pytest.approx(0.32754, abs=1e-4)
    assert curve.observer.hgs_longitude == -83.5


def test_a_header_without_a_place_leaves_it_open():
    curve = read(replace(DAY, header=(("EAR_TDEL", None), ("DSUN_OBS", None)))).product
    assert (curve.light_travel_time, curve.observer) == (None, None)


def test_repeated_longitude_is_a_known_defect_of_early_files():
    assert "position keywords" in read(replace(DAY, header=(("CRLN_OBS", -83.5),))).quality[0]


def test_double_samples_are_dropped_and_said():
    twice = [*range(200), 199, 198, *range(200, 280)]
    source = read(replace(DAY, order=twice))
    assert len(source.product.times) == 280
    assert source.quality == ("2 double samples dropped, times sorted",)


def test_times_that_run_backwards_are_refused():
    with pytest.raises(InvalidInputError, match="times run backwards at 279 of 280 rows"):
        read(replace(DAY, order=range(279, -1, -1)))


@pytest.mark.parametrize(
    ("name", "version", "complete"),
    [
        ("solo_L1_stix-ql-lightcurve_20220328_V02.fits", "V02", True),
        ("solo_L1_stix-ql-lightcurve_20220328_V02U.fits", "V02", False),
        ("renamed.fits", "V01", True),
    ],
)
def test_the_version_and_whether_more_will_come(name, version, complete):
    source = read(DAY, name)
    assert (source.version, source.complete) == (version, complete)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"without": ("counts",)}, "a STIX file without counts"),
        ({"without": ("time",)}, "has no column time"),
        ({"without": ("timedel",)}, "has no column timedel"),
        ({"without": ("counts_err",)}, "has no column counts_comp_err or counts_err"),
        ({"without": ("ENERGIES",)}, "no table ENERGIES; the file has CONTROL, DATA, IDB_VERSIONS"),
        ({"without": ("DATA",)}, "no table DATA"),
        ({"order": []}, "no rows"),
        ({"units": (("time", "keV"),)}, "expected a unit of time"),
        ({"units": (("time", ""),)}, "expected a unit of time"),
        ({"units": (("counts", "W / m2"),)}, "expected counts, got unit"),
        ({"layout": Layout(unit="ms"), "units": (("timedel", "s"),)}, "timedel out of range"),
        ({"header": (("DATE-BEG", None),)}, "no DATE-BEG"),
        ({"header": (("DATE-BEG", "yesterday"),)}, "not a time: 'yesterday'"),
        ({"header": (("SSID", 31),)}, "quick-look background monitor"),
    ],
)
def test_what_a_file_lacks_is_said_in_one_line(changes, message):
    with pytest.raises(InvalidInputError, match=message) as caught:
        read(replace(DAY, **changes))
    assert "\n" not in caught.value.message
    assert caught.value.message.startswith(("solo_L1", "not a time"))


def test_not_a_number_is_missing_not_zero():
    counts = np.full((20, 5), 7.0)
    counts[3] = np.nan
    curve = read_bytes(spectrogram(counts, BANDS), "x.fits").product
    assert np.flatnonzero(~curve.good).tolist() == [3]
    assert np.isnan(curve.counts[3]).all()


def test_a_negative_count_is_refused():
    counts = np.full((20, 5), 7.0)
    counts[3, 1] = -1
    with pytest.raises(InvalidInputError, match="negative counts"):
        read_bytes(spectrogram(counts, BANDS), "x.fits")


@pytest.mark.parametrize("value", [np.inf, 1e30])
def test_times_beyond_reason_are_refused(value):
    with fits.open(io.BytesIO(write_stix(replace(DAY, layout=LAYOUTS["L1A"])))) as hdus:
        hdus["DATA"].data["time"][5] = value
        stream = io.BytesIO()
        hdus.writeto(stream)
    with pytest.raises(InvalidInputError, match="time"):
        read_bytes(stream.getvalue(), "x.fits")


def test_gzip_changes_nothing(tmp_path):
    path = tmp_path / "any name at all"
    path.write_bytes(gzip.compress(write_stix(DAY)))
    assert np.array_equal(read_product(path).product.counts, read(DAY).product.counts)


def test_a_real_quick_look_day():
    source = read_product(real_file("stix_lightcurves/ql/solo_L1_stix-ql-lightcurve_20200506_V01.fits.gz"))
    curve = source.product
    assert curve.counts.shape == (21516, 5)
    assert str(curve.times[0]).startswith("2020-05-0")
    assert curve.light_travel_time == pytest.approx(153.1)
    assert source.version == "V01"
    assert "position keywords repeat each other" in " ".join(source.quality)


def test_a_real_spectrogram():
    source = read_product(
        real_file(
            "stix_lightcurves/spectrogram/"
            "solo_L1A_stix-sci-spectrogram-2207238956_20220723T122007-20220723T182511_079258_V01.fits.gz"
        )
    )
    assert source.product.counts.shape == (1359, 5)
    assert source.product.energies.tolist() == [list(band) for band in BANDS]


@pytest.mark.parametrize(
    "name",
    [
        "hk-maxi_20200501",
        "ql-background_20200506",
        "ql-flareflag_20200506",
        "ql-spectra_20200506",
        "ql-variance_20200506",
        "ql-ql-tmstatusflarelist_20200506",
    ],
)
def test_other_real_products_are_refused(name):
    path = real_file(f"stix_lightcurves/ql/solo_L1_stix-{name}_V01.fits.gz")
    with pytest.raises(InvalidInputError) as caught:
        read_product(path)
    assert isinstance(caught.value, UnsupportedInputError), caught.value.message
    assert "\n" not in caught.value.message
