import pytest

from helioscribe.domain.hek.columns import attribute_names, mean_wavelength, parameter_set, version_number
from support.factories import make_method


def test_the_parameter_set_names_everything_that_ran():
    method = make_method(parameters={"threshold": 5.0, "combine": True, "mode": "a; b"})
    pairs = dict(pair.split("=", 1) for pair in parameter_set(method, code_version="0.1.0").split("; "))
    assert pairs == {
        "detector": "stix-lstm",
        "version": "1.0.0",
        "model_version": "1.0.0",
        "model_sha256": method.model_sha256,
        "code_version": "0.1.0",
        "combine": "true",
        "mode": "a, b",
        "threshold": "5.0",
    }


def test_a_parameter_cannot_hide_the_version():
    pairs = parameter_set(make_method(parameters={"version": 9}), code_version="0.1.0").split("; ")
    assert "version=1.0.0" in pairs
    assert "param.version=9" in pairs


@pytest.mark.parametrize(
    ("text", "number"), [("1.2.3", 1.2), ("3", 3.0), ("0.10.1", 0.1), ("2.0.0rc1", 2.0), ("", 0.0), ("dev", 0.0)]
)
def test_versions_become_numbers(text, number):
    assert version_number(text) == number


@pytest.mark.parametrize(
    ("channel", "wavelength"),
    [("171", 1.71e-6), ("1600 A", 1.6e-5), ("7-7 keV", 1.77120e-8), ("4-84 keV", 1.6236e-8), ("magnetogram", None)],
)
def test_channels_become_wavelengths_in_cm(channel, wavelength):
    found = mean_wavelength(channel)
    assert found == (wavelength if wavelength is None else pytest.approx(wavelength, rel=1e-3))


def test_a_band_from_zero_has_no_mean_wavelength():
    assert mean_wavelength("0-3 keV") is None


def test_hek_names_stay_and_ours_get_their_prefix():
    names = attribute_names({"fl_goescls": "M4.0", "intensmax": 3.0, "total": 1, "score": 0.5, "hs_x": 1})
    assert set(names) == {"fl_goescls", "intensmax", "hs_total", "hs_score", "hs_x"}


def test_only_an_irradiance_is_heks_peak_flux():
    assert attribute_names({"fl_peakflux": 9.0, "fl_peakfluxunit": "ct/s"}) == {
        "hs_peakflux": 9.0,
        "hs_peakfluxunit": "ct/s",
    }
    goes = {"fl_peakflux": 1e-5, "fl_peakfluxunit": "W / m2"}
    assert attribute_names(goes) == goes
