"""Whatever is sent over HTTP: no answer is a defect of the server."""

from __future__ import annotations

import json
import os
from http.client import HTTPConnection
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from helioscribe.web.filters import Filters
from support.factories import make_change, make_event

HOSTILE = "<script>alert(1)</script>\"'&;../../etc/passwd' OR 1=1 --\x01"
PATHS = (
    "/",
    "/happenings",
    "/disk",
    "/coverage",
    "/detectors",
    "/jobs",
    "/failures",
    "/review",
    "/clusters",
    "/login",
    "/schema",
    "/api/events",
    "/api/counts",
    "/api/happenings",
    "/feed.atom",
    "/hek/her",
    "/helioviewer/events",
    "/export/csv",
    "/v2",
)
NAMES = (
    *Filters.__dataclass_fields__,
    "by",
    "time",
    "cmd",
    "cosec",
    "event_type",
    "event_starttime",
    "event_endtime",
    "x1",
    "x2",
    "y1",
    "y2",
    "event_coordsys",
    "param0",
    "op0",
    "value0",
    "page",
    "result_limit",
    "return",
    "showtests",
    "callback",
    "ivorn",
    "observation",
    "sort_by",
    "back",
)
_near = some.sampled_from(
    (
        "0,0,1,1",
        "1,2,3",
        "1e400,0,1,1",
        "nan,0,1",
        "carrington",
        "fl_goescls>=M1",
        "a=b;c",
        "ar_noaanum like %",
        "2022-03-28",
        "0001-01-01",
        "9999-12-31T23:59:59",
        "2022-03-28T00:00:00,evt-1",
        "0.5,evt-1",
        "goes_class",
        "probability",
        "closed",
        "1",
        "12975",
        "X1",
        "%",
        "\\",
        "\0",
    )
)
_value = _near | some.text(max_size=40) | some.integers().map(str) | some.floats().map(str) | some.just(HOSTILE)
_TIMES = int(os.environ.get("FUZZ_EXAMPLES", "20"))  # as in tests/unit/rpc/test_fuzz.py
_slow = settings(max_examples=3 * _TIMES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def hostile(site):
    event = make_event(
        id="evt-" + "1" * 32, frm_name=HOSTILE, obs_instrument=HOSTILE, attributes={"event_description": HOSTILE}
    )
    site.catalogue.apply([make_change(event)], associated=[])
    return site


@_slow
@given(path=some.sampled_from(PATHS), parameters=some.dictionaries(some.sampled_from(NAMES), _value, max_size=6))
def test_any_query(hostile, path, parameters) -> None:
    answer = hostile.get(f"{path}?{urlencode(parameters, errors='surrogatepass')}")
    assert answer.status < 500, answer.text
    assert b"<script>alert" not in answer.body or not answer.headers["content-type"].startswith("text/html")


@_slow
@given(
    start=some.sampled_from(
        (
            "/events/",
            "/observations/",
            "/schema/",
            "/detectors/",
            "/export/",
            "/api/events/",
            "/similar/",
            "/clusters/a/b/",
            "/static/",
            "/api/reviews/event/",
            "/v2/models/",
        )
    ),
    rest=_value,
)
def test_any_path(hostile, start, rest) -> None:
    answer = hostile.get(start + quote(rest, safe="", errors="surrogatepass"))
    assert answer.status < 500, answer.text
    assert b"root:" not in answer.body


_json = some.recursive(
    some.none() | some.booleans() | some.floats(allow_nan=False) | some.text(max_size=10),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


@_slow
@given(
    path=some.sampled_from(
        (
            "/api/events",
            "/api/events/evt-" + "1" * 32 + "/relations",
            "/reviews",
            "/login",
            "/logout",
            "/v2/repository/index",
        )
    ),
    body=some.binary(max_size=200) | _json.map(lambda value: json.dumps(value).encode()),
)
def test_any_body(hostile, path, body) -> None:
    connection = HTTPConnection("127.0.0.1", hostile.port, timeout=20)
    connection.request("POST", path, body)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    assert answer.status < 500, text


def test_every_operation_of_the_openapi_schema(hostile) -> None:
    schemathesis = pytest.importorskip("schemathesis")
    schema = schemathesis.openapi.from_url(f"http://127.0.0.1:{hostile.port}/openapi.json")
    asked = 0
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=max(8, _TIMES // 3), deadline=None, database=None, suppress_health_check=list(HealthCheck)
        )
        @given(case=operation.as_strategy())
        def check(case) -> None:
            answer = case.call(timeout=20)
            assert answer.status_code < 500, (case.formatted_path, answer.text)

        check()
        asked += 1
    assert asked > 25
