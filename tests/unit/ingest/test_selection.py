import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helioscribe.domain.errors import InvalidInputError
from helioscribe.ingest.sources.selection import select

COLUMNS = {
    "EXPTIME": np.array([1.9, 2.0, 2.9, np.nan]),
    "QUALITY": np.array([0.0, 0.0, 4.0, 0.0]),
    "WAVE_STR": np.array(["171_THIN", "171_THIN", "304_THIN", "94_THIN"]),
}


@pytest.mark.parametrize(
    ("expression", "rows"),
    [
        ("EXPTIME < 2.0", [0]),
        ("1.95 <= EXPTIME < 2.95", [1, 2]),
        ("QUALITY == 0 and EXPTIME >= 2", [1]),
        ("QUALITY != 0 or EXPTIME < 2", [0, 2]),
        ("not QUALITY == 0", [2]),
        ("WAVE_STR in ('304_THIN', '94_THIN')", [2, 3]),
        ("WAVE_STR not in ['304_THIN', '94_THIN']", [0, 1]),
        ("QUALITY > -1", [0, 1, 2, 3]),
        ("1 < 2", [0, 1, 2, 3]),
    ],
)
def test_rows_are_chosen(expression, rows):
    assert list(np.flatnonzero(select(expression, COLUMNS))) == rows


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "EXPTIME",
        "EXPTIME <",
        "EXPTIME < QUALITY + 1",
        "__import__('os').system('true') == 0",
        "EXPTIME.shape == 1",
        "[x for x in (1,)] == 1",
        "EXPTIME < '2'",
        "NOWHERE == 1",
        "lambda: 0",
        "EXPTIME if 1 else 2",
        "1" * 501,
        "(" * 200 + ")" * 200,
        "EXPTIME is None",
        "WAVE_STR in EXPTIME",
        "a := 1",
        "b'x' == 1",
        "EXPTIME < None",
        "\0",
    ],
)
def test_anything_else_is_refused_in_one_line(expression):
    with pytest.raises(InvalidInputError, match="^selection") as caught:
        select(expression, COLUMNS)
    assert "\n" not in caught.value.message


@given(st.text(max_size=60))
def test_any_text_is_rows_or_refused(text):
    with contextlib.suppress(InvalidInputError):
        assert select(text, COLUMNS).shape == (4,)
