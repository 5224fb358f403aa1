from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.query import Order
from helioscribe.web.filters import Filters
from support.factories import make_event


def test_everything_is_asked_for_by_default():
    query = Filters.of({}).query(limit=7)
    assert (query.time_range, query.event_types, query.detectors, query.limit) == (None, (), (), 7)


def test_all_filters_reach_the_query():
    given_ = {
        "start": "2021-01-01",
        "end": "2021-01-02T03:04",
        "type": "fl",
        "detector": "d",
        "instrument": "STIX",
        "version": "1.2, 2",
    }
    query = Filters.of(given_ | {"min_probability": "0.5", "limit": "20"}).query(limit=7)
    assert query.time_range.start == datetime(2021, 1, 1, tzinfo=UTC)
    assert query.time_range.end == datetime(2021, 1, 2, 3, 4, tzinfo=UTC)
    assert (query.event_types, query.detectors, query.instruments) == (("FL",), ("d",), ("STIX",))
    assert query.versions == (1.2, 2.0)
    assert (query.probability, query.limit) == (0.5, 20)


def test_one_end_is_enough():
    early = Filters.of({"end": "2021-01-01"}).query(limit=1).time_range
    late = Filters.of({"start": "2021-01-01"}).query(limit=1).time_range
    assert early.start < early.end < late.end


@pytest.mark.parametrize("text", ["x", "nan", "inf", "-1", "1e99", "2"])
def test_probabilities_lie_between_0_and_1(text):
    with pytest.raises(InvalidInputError, match="min_probability"):
        Filters.of({"min_probability": text}).query(limit=1)


@given(st.dictionaries(st.sampled_from(["start", "end", "type", "detector"]), st.text(max_size=30)))
def test_a_link_leads_back_to_the_same_filters(values):
    filters = Filters.of(values)
    assert Filters.of(dict(parse_qsl(urlsplit(filters.url()).query))) == filters


def test_a_page_goes_on_after_the_last_event_in_every_order():
    event = make_event(12.3456789, 14.56789)  # to the microsecond
    for order in Order:
        filters = Filters.of({"sort": order.value, "type": "FL"})
        query = filters.query(limit=1)
        link = dict(parse_qsl(urlsplit(filters.following(query, event)).query))
        assert Filters.of(link).query(limit=1) == query.following(event)


def test_what_is_too_long_is_refused_and_not_cut():
    with pytest.raises(InvalidInputError, match="where: expected at most"):
        Filters.of({"where": ";".join(["event_type=FL"] * 1000)})


@pytest.mark.parametrize("after", ["x", "2022-03-28T11:00:00", "2022-03-28T11:00:00,", ",evt-1"])
def test_a_page_after_nothing_is_an_error(after):
    with pytest.raises(InvalidInputError):
        Filters.of({"after": after}).query(limit=1)


@given(st.dictionaries(st.sampled_from([*Filters.__dataclass_fields__]), st.text(max_size=30)))
def test_anything_is_a_query_or_a_clear_error(values):
    with suppress(InvalidInputError):
        assert 1 <= Filters.of(values).query(limit=5).limit <= 100_000
