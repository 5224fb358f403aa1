"""Nouns survive the way into a message and back."""

from dataclasses import fields
from datetime import UTC, datetime
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from helioscribe.adapters.rpc.convert import from_time, to_message, to_noun, to_time
from helioscribe.adapters.rpc.queries import limit_of, query_from_message, query_to_message
from helioscribe.adapters.rpc.values import (
    from_attributes,
    from_scalars,
    from_value,
    put_attributes,
    put_values,
    to_text,
    to_value,
)
from helioscribe.domain.association import EventChange
from helioscribe.domain.benchmark import Benchmark, Measurement
from helioscribe.domain.conditions import Condition
from helioscribe.domain.coordinates import Box, Observer, Position
from helioscribe.domain.coverage import Coverage, CoveredSpan
from helioscribe.domain.dataset import DatasetFile, DatasetVersion
from helioscribe.domain.detection import Detection, Method, Provenance
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import EVENT_CLASSES, Event, EventStatus
from helioscribe.domain.failure import Failure
from helioscribe.domain.job import Job, JobError, JobKind, JobOrder
from helioscribe.domain.members import member_of
from helioscribe.domain.model import AliasChange, ModelCard, ModelFile, TensorSpec
from helioscribe.domain.observation import Observation
from helioscribe.domain.output import OutputFile
from helioscribe.domain.query import Order
from helioscribe.domain.relation import Relation
from helioscribe.domain.review import Review, Standing, SubjectKind, Verdict
from helioscribe.domain.search_region import SearchBox, SearchCone
from helioscribe.domain.times import TimeRange
from helioscribe.domain.training_run import RunEntry, TrainingOrder, TrainingStatus
from helioscribe.domain.training_search import SearchCell, SearchPlan
from helioscribe.ports.catalogue import EventQuery, RecordedRun, Revision
from helioscribe.proto.v1 import catalogue_pb2, nouns_pb2
from helioscribe.sdk.discovery import Plugin
from helioscribe.sdk.manifest import DetectorManifest, InputSpec, MethodInfo, ModelSpec, ParameterSpec
from support.factories import make_detection, make_event, make_observation, span

NOUNS = [
    TimeRange,
    Observer,
    Position,
    Box,
    Observation,
    Method,
    Provenance,
    Detection,
    CoveredSpan,
    Coverage,
    RecordedRun,
    Event,
    EventChange,
    Revision,
    Failure,
    JobError,
    Job,
    JobOrder,
    TensorSpec,
    ModelFile,
    ModelCard,
    AliasChange,
    InputSpec,
    ModelSpec,
    ParameterSpec,
    MethodInfo,
    DetectorManifest,
    Plugin,
    RunEntry,
    TrainingStatus,
    TrainingOrder,
    DatasetFile,
    DatasetVersion,
    SearchCell,
    SearchPlan,
    Review,
    Standing,
    Condition,
    SearchBox,
    SearchCone,
    Benchmark,
    Measurement,
    OutputFile,
    Relation,
]

TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
INT64 = st.integers(-(2**63), 2**63 - 1)
TIMES = st.datetimes(timezones=st.just(UTC))
SCALARS = TEXT | INT64 | FINITE | st.booleans()
JSON = st.recursive(
    SCALARS | st.none() | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
)
RANGES = st.tuples(TIMES, TIMES).map(lambda both: TimeRange(start=min(both), end=max(both)))


def of_hint(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a field, by its type."""
    origin, arms = get_origin(hint), get_args(hint)
    if hint is Any:
        return JSON
    if origin in (Union, UnionType):
        return st.one_of(st.none() if arm is type(None) else of_hint(arm) for arm in arms)
    if origin is tuple and ... in arms:
        return st.lists(of_hint(arms[0]), max_size=3).map(tuple)
    if origin is tuple:
        return st.tuples(*map(of_hint, arms))
    if arms:
        return st.dictionaries(TEXT, of_hint(arms[1]), max_size=3)
    plain = {str: TEXT, float: FINITE, int: INT64, bool: st.booleans(), datetime: TIMES, TimeRange: RANGES}
    if hint in plain:
        return plain[hint]
    return st.sampled_from(hint) if hasattr(hint, "__members__") else of_noun(hint)


@st.composite
def of_noun(draw, kind):
    """Any noun of a kind that the domain allows."""
    if kind is TimeRange:
        return draw(RANGES)
    hints = get_type_hints(kind)
    values = {field.name: draw(of_hint(hints[field.name])) for field in fields(kind) if field.name != "root"}
    return kind(**values | (ALLOWED[kind](draw, values) if kind in ALLOWED else {}))


def allowed_detection(draw, values):
    span = values["time_range"]
    peak = draw(st.none() | st.sampled_from([span.start, span.end]))
    return {"probability": draw(st.none() | st.floats(0, 1)), "peak_time": peak}


def allowed_event(draw, _values):
    span = draw(RANGES)
    kind = draw(st.sampled_from(list(EVENT_CLASSES)))
    return {"event_type": kind, "event_starttime": span.start, "event_endtime": span.end}


def allowed_review(draw, _values):
    of, verdict = draw(st.sampled_from([("event", "rate"), ("event", "comment"), ("image", "label")]))
    said = {"kind": SubjectKind(of), "verdict": Verdict(verdict), "subject": "a", "by": "b", "comment": "why"}
    rating = draw(st.floats(0, 1)) if verdict == "rate" else None
    return said | {"label": "loop" if verdict == "label" else "", "rating": rating}


def allowed_box(draw, _values):
    return dict(zip(("x1", "x2", "y1", "y2"), sorted(draw(st.tuples(*[FINITE] * 4))), strict=True))


def allowed_query(draw, values):
    key = TIMES if values["order"] in (Order.START, Order.END, Order.RUN) else FINITE
    return {"after": draw(st.none() | st.tuples(key, TEXT))}


def allowed_search(draw, _values):
    cells = draw(st.lists(of_noun(SearchCell), min_size=1, max_size=3))
    return {"cells": tuple(cells), "direction": draw(st.sampled_from(["lower", "higher"]))}


def allowed_file(draw, _values):
    return {
        "path": draw(st.sampled_from(["a.fits", "b/ü.fits"])),
        "sha256": "0" * 64,
        "size": draw(st.integers(0, 9)),
    }


def allowed_dataset(draw, _values):
    files = {file.path: file for file in draw(st.lists(of_noun(DatasetFile), min_size=1))}
    return {"name": "jets", "files": tuple(files.values())}


# What the checks of a noun ask of its fields, beyond their types.
ALLOWED = {
    Detection: allowed_detection,
    Event: allowed_event,
    Review: allowed_review,
    Condition: lambda draw, _: {"column": draw(st.sampled_from(["fl_goescls", "frm_name"]))},
    SearchBox: allowed_box,
    SearchCone: lambda _, values: {"radius": abs(values["radius"])},
    EventQuery: allowed_query,
    RunEntry: lambda draw, _: {"step": draw(st.integers(0, 2**63 - 1))},
    Benchmark: lambda draw, _: {"dataset": "set-1", "metric": "real/f1", "loss": draw(st.floats(0, 1))},
    Relation: lambda _, __: {"first": "evt-1", "second": "evt-2", "by": "ann"},
    SearchPlan: allowed_search,
    DatasetFile: allowed_file,
    DatasetVersion: allowed_dataset,
}


@pytest.mark.parametrize("kind", NOUNS, ids=lambda kind: kind.__name__)
@settings(max_examples=25)
@given(data=st.data())
def test_there_and_back_is_identity(kind, data):
    noun = data.draw(of_noun(kind))
    message = to_message(noun, getattr(nouns_pb2, kind.__name__)())
    received = type(message).FromString(message.SerializeToString())
    assert to_noun(received, kind) == noun


@pytest.mark.parametrize("kind", NOUNS, ids=lambda kind: kind.__name__)
def test_messages_have_the_fields_of_their_nouns_and_no_others(kind):
    # A detector's folder is the affair of the machine that it lies on.
    expected = {field.name for field in fields(kind)} - {"root"}
    assert set(getattr(nouns_pb2, kind.__name__).DESCRIPTOR.fields_by_name) == expected


def test_every_message_of_a_noun_is_tested():
    assert set(nouns_pb2.DESCRIPTOR.message_types_by_name) - {"Value", "Attributes"} == {
        kind.__name__ for kind in NOUNS
    }


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(of_noun(EventQuery))
@example(EventQuery())
@example(EventQuery(statuses=()))
@example(EventQuery(statuses=(EventStatus.RETRACTED,), limit=1_000_000))
def test_queries_survive(query):
    if query.limit > 1_000_000:
        with pytest.raises(InvalidInputError, match="limit: expected at most"):
            query_from_message(query_to_message(query))
    else:
        assert query_from_message(query_to_message(query)) == query


def test_an_empty_query_is_the_usual_one():
    assert query_from_message(catalogue_pb2.EventQuery()) == EventQuery()


@given(JSON)
def test_values_survive(value):
    assert from_value(nouns_pb2.Value.FromString(to_value(value).SerializeToString())) == value


@given(st.dictionaries(TEXT, SCALARS | st.integers()))
def test_attributes_survive_as_what_they_are(values):
    message = nouns_pb2.Attributes()
    put_attributes(message, values)
    found = from_attributes(nouns_pb2.Attributes.FromString(message.SerializeToString()))
    assert found == values
    assert {name: type(one) for name, one in found.items()} == {name: type(one) for name, one in values.items()}


def test_odd_attributes_become_what_a_message_can_hold():
    message = nouns_pb2.Attributes()
    put_attributes(message, {"a": "\udcff", "\udcfe": 1, "half": np.float64(0.5), "kind": EventStatus.OPEN})
    assert from_attributes(message) == {"a": "\\udcff", "\\udcfe": 1, "half": 0.5, "kind": "open"}
    with pytest.raises(InvalidInputError, match="list: expected a number, flag or text"):
        put_attributes(message, {"list": [1]})
    message.large["number"] = "many"
    with pytest.raises(InvalidInputError, match="number"):
        from_attributes(message)


def test_numbers_and_flags_stay_what_they_are():
    for value in (1, 1.0, True, "1"):
        assert type(from_value(to_value(value))) is type(value)


@pytest.mark.parametrize("value", [object(), {1, 2}, [float("nan")], b"bytes"])
def test_what_json_cannot_hold_is_refused(value):
    with pytest.raises(InvalidInputError):
        to_value(value)


@pytest.mark.parametrize("text", ["", "{", "NaN", "[Infinity]", "[" * 100_000, "1" * 10_000, "'x'"])
def test_broken_json_is_refused(text):
    with pytest.raises(InvalidInputError):
        from_value(nouns_pb2.Value(json=text))


@pytest.mark.parametrize("value", [[1], {"a": 1}, None])
def test_parameters_are_scalars(value):
    message = nouns_pb2.Method()
    put_values(message.parameters, {"threshold": value})
    with pytest.raises(InvalidInputError, match="threshold: expected a number, flag or text"):
        from_scalars(message.parameters)
    with pytest.raises(InvalidInputError, match="message Method: expected a number, flag or text"):
        to_noun(message, Method)


def test_names_of_files_that_are_no_text_can_be_sent():
    name = b"flare-\xff.fits".decode("utf-8", "surrogateescape")
    message = to_message(make_observation(name=name), nouns_pb2.Observation())
    assert to_noun(message, Observation).name == "flare-\\udcff.fits" == to_text(name)


def test_a_missing_part_is_no_zero():
    message = to_message(make_detection(), nouns_pb2.Detection())
    message.ClearField("time_range")
    with pytest.raises(InvalidInputError, match="message Detection: time_range is missing"):
        to_noun(message, Detection)


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [("event_type", "XX", "unknown event type 'XX'"), ("status", "asleep", "'asleep' is not a valid EventStatus")],
)
def test_what_the_domain_refuses_is_refused(field, value, expected):
    message = to_message(make_event(), nouns_pb2.Event())
    setattr(message, field, value)
    with pytest.raises(InvalidInputError, match=expected):
        to_noun(message, Event)


def test_times_that_run_backwards_are_refused():
    message = to_message(span(), nouns_pb2.TimeRange())
    message.end.seconds = 0
    with pytest.raises(InvalidInputError, match="runs backwards"):
        to_noun(message, TimeRange)


@given(TIMES)
def test_times_are_exact(moment):
    assert from_time(to_time(moment)) == moment


@pytest.mark.parametrize("seconds", [-(2**62), 2**62, 253402300800])
def test_times_beyond_the_calendar_are_refused(seconds):
    stamp = to_time(datetime(2000, 1, 1, tzinfo=UTC))
    stamp.seconds = seconds
    with pytest.raises(InvalidInputError, match="outside the years"):
        from_time(stamp)


def test_names_of_an_enumeration():
    assert member_of(JobKind, "detect") is JobKind.DETECT
    with pytest.raises(InvalidInputError, match="JobKind: expected one of ingest, detect"):
        member_of(JobKind, "DETECT")


def test_limits():
    assert limit_of(catalogue_pb2.ListFailuresRequest()) == 1000
    assert limit_of(catalogue_pb2.ListFailuresRequest(limit=0)) == 0
    with pytest.raises(InvalidInputError):
        limit_of(catalogue_pb2.ListFailuresRequest(limit=10**7))
