"""Conditions on columns."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helioscribe.domain.conditions import Condition, Operator, like
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import hek_record
from helioscribe.domain.goes_class import class_number
from support.factories import make_event

RECORD = {
    "event_starttime": "2022-03-28T11:25:36",
    "frm_name": "Flare Detective - Trigger Module",
    "fl_goescls": "M4.0",
    "ar_noaanum": 12975,
    "event_probability": 0.98,
    "event_peaktime": "",
    "obs_meanwavel": None,
    "frm_humanflag": "false",
    "event_testflag": True,
}


@pytest.mark.parametrize(
    "text",
    [
        "fl_goescls > C9.9",
        "FL_GOESCls < X1",
        "fl_goescls<M10",
        "fl_goescls>=M",
        "fl_goescls = m4",
        "fl_goescls like M%",
        "fl_goescls != M4.1",
        "fl_goescls<=X10",
        "ar_noaanum = 12975",
        "ar_noaanum>9999",
        "ar_noaanum != 11158",
        "ar_noaanum != none",
        "event_probability>=.98",
        "frm_name = Flare Detective - Trigger Module",
        "frm_name like %detective%",
        "frm_name > Fa",
        "frm_name != SPoCA",
        "event_starttime >= 2022-03-28T11:25:36Z",
        "event_starttime < 2022-03-28T13:00+01:00",
        "event_peaktime =",
        "obs_meanwavel =",
        "sg_shape =",
        "frm_name !=",
        "frm_humanflag = false",
        "frm_humanflag = F",
        "event_testflag = true",
        "event_testflag != 0",
    ],
)
def test_holds(text: str) -> None:
    assert Condition.parse(text).holds(RECORD)


@pytest.mark.parametrize(
    "text",
    [
        "fl_goescls < C9.9",
        "fl_goescls>M4.0",
        "fl_goescls = M",
        "fl_goescls > nonsense",
        "fl_goescls like M",
        "ar_noaanum = 12976",
        "ar_noaanum = none",
        "ar_noaanum > none",
        "ar_noaanum < 9999",
        "event_probability > nan",
        "frm_name = flare detective - trigger module",
        "frm_name like detective",
        "frm_name like %spoca%",
        "event_starttime > 2022-03-28T11:25:36",
        "event_peaktime > 2000-01-01",
        "event_peaktime != 2000-01-01",
        "obs_meanwavel < 1",
        "obs_meanwavel != 1",
        "sg_shape != S",
        "sg_shape !=",
        "frm_name =",
        "frm_humanflag = true",
        "frm_humanflag = maybe",
        "event_testflag = F",
    ],
)
def test_does_not_hold(text: str) -> None:
    assert not Condition.parse(text).holds(RECORD)


@pytest.mark.parametrize(
    "text", ["", "fl_goescls", "fl_goescls ~ M1", "1=1", "a.b=1", "=M1", "event_starttime > soon", "x" * 65 + "=1"]
)
def test_what_is_no_condition(text: str) -> None:
    with pytest.raises(InvalidInputError):
        Condition.parse(text)


def test_values_are_bounded() -> None:
    for value in ("x" * 1001, "%" * 21):
        with pytest.raises(InvalidInputError, match="at most"):
            Condition(column="frm_name", operator=Operator.LIKE, value=value)


def test_moments_and_flags_need_not_be_text() -> None:
    record = {"event_starttime": datetime(2022, 3, 28, tzinfo=UTC), "noposition": True}
    assert Condition.parse("event_starttime=2022-03-28").holds(record)
    assert Condition.parse("noposition=true").holds(record)


def test_a_record_of_ours() -> None:
    record = hek_record(make_event())
    assert Condition.parse("noposition = true").holds(record)
    assert Condition.parse("hs_bands >= 5").holds(record)


def test_classes_in_order() -> None:
    names = ["A1.0", "B9.9", "C1", "C9.9", "M1.0", "M9.9", "X1.0", "X10", "X45.0"]
    numbers = [class_number(name) for name in names]
    assert numbers == sorted(numbers)
    assert class_number("M10") == class_number("X1")
    assert [class_number(name) for name in ("", "Z1", "M1.0 or so", "1.0", "M-1")] == [None] * 5


@given(st.text("aB%\n(", max_size=12), st.text("aAb%(\n_", max_size=8))
def test_like_is_what_a_regular_expression_says(text: str, pattern: str) -> None:
    wanted = ".*".join(re.escape(part) for part in pattern.split("%"))
    assert like(text, pattern) == bool(re.fullmatch(wanted, text, re.DOTALL | re.IGNORECASE))


@given(st.integers(-(10**400), 10**400), st.sampled_from(Operator), st.text(max_size=5) | st.floats().map(str))
def test_any_number_can_be_compared_with_any_text(held: int, operator: Operator, value: str) -> None:
    Condition(column="x", operator=operator, value=value).holds({"x": held})
