import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helioscribe.domain.job import JobKind, JobOrder, new_job
from helioscribe.domain.times import utc_now
from helioscribe.domain.trace import TraceContext, current, following, header

# The example of the standard itself.
EXAMPLE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_the_standards_example_survives():
    found = TraceContext.parse(EXAMPLE)
    assert found == TraceContext("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", sampled=True)
    assert str(found) == EXAMPLE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        EXAMPLE.upper(),
        EXAMPLE + "-more",
        EXAMPLE.replace("00-4b", "ff-4b"),
        EXAMPLE[:-3],
        f"00-{'0' * 32}-00f067aa0ba902b7-01",
        f"00-4bf92f3577b34da6a3ce929d0e0e4736-{'0' * 16}-01",
        EXAMPLE + "\n",
    ],
)
def test_what_is_no_header_is_ignored(text):
    assert TraceContext.parse(text) is None


def test_a_later_version_may_say_more():
    assert TraceContext.parse("01" + EXAMPLE[2:] + "-whatever") == TraceContext.parse(EXAMPLE)


@given(st.text(max_size=600))
def test_no_text_breaks_it(text):
    found = TraceContext.parse(text)
    assert found is None or TraceContext.parse(str(found)) == found


def test_a_step_stays_in_its_trace():
    first = TraceContext.new()
    second = first.child()
    assert second.trace_id == first.trace_id
    assert second.span_id != first.span_id


def test_a_place_is_this_threads_and_ends_with_its_block():
    place, seen = TraceContext.new(), []
    with following(place):
        assert header() == str(place)
        other = threading.Thread(target=lambda: seen.append(current()))
        other.start()
        other.join()
    assert (current(), header(), seen) == (None, "", [None])


def test_a_job_carries_the_trace_of_who_submitted_it():
    with following(TraceContext.parse(EXAMPLE)):
        job = new_job(JobOrder(kind=JobKind.DETECT, key="k"), now=utc_now())
    assert job.trace == EXAMPLE
