import pytest

from helioscribe.runtime.wording import counted, looks, moment, plain, strength
from support.factories import DAY, make_event


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        ({"fl_goescls": "M4.0", "fl_peakflux": 4e-5}, "M4.0"),
        ({"fl_peakflux": 59391.75, "fl_peakfluxunit": "ct/s"}, "59,392 ct/s"),
        ({"hs_peakflux": 88.55, "hs_peakfluxunit": "ct/s"}, "88.5 ct/s"),
        ({"fl_peakflux": 1.23456e-5, "fl_peakfluxunit": "W m-2"}, "1.23e-05 W m-2"),
        ({"hs_seen": "several sources", "hs_image_cluster": 4}, "several sources"),
        ({}, ""),
    ],
)
def test_strength_is_the_class_or_the_flux(attributes, said):
    assert strength(make_event(attributes=attributes)) == said


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        (
            {
                "anomaly": -0.05,
                "rank": 0.978,
                "multiple": 0.927,
                "doubt": 0.0039,
                "cluster": 50.0,
                "distance": 1.03,
                "pc1": 0.2,
            },
            "unusual, odder than 97.8 % · several sources 0.93 ± 0.004",
        ),
        ({"anomaly": 0.05, "rank": 0.5}, "odder than 50 %"),
        ({"anomaly": -0.05, "sharpness": 0.123456}, "anomaly -0.05 · sharpness 0.123"),
        ({"multiple": 0.2, "disagreement": 0.3}, "several sources 0.20 · shadow 0.30 off"),
        ({"cluster": 3.0}, ""),
    ],
)
def test_what_a_model_says_of_an_image(scores, said):
    assert looks(scores) == said


def test_small_words():
    assert (moment(None), moment(DAY)) == ("", "2022-03-28 00:00:00")
    assert (counted(1, "event"), counted(12345, "event"), counted(0, "file")) == ("1 event", "12,345 events", "0 files")
    assert (plain(0.123456789), plain("x"), plain(True)) == ("0.123457", "x", "True")
