"""The schema of HEK's records."""

import pytest

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import EVENT_CLASSES
from helioscribe.domain.hek.schema import Kind, columns, columns_of, json_schema
from support.hek import real_rows


def test_all_columns_of_the_specification() -> None:
    spec = [column for column in columns().values() if column.origin == "spec"]
    assert len(spec) == 253
    every = {column.name for column in spec if len(column.required) == len(EVENT_CLASSES)}
    assert len(every) == 30
    assert columns()["event_peaktime"].required == {"FL"}
    assert "LP" not in columns()["area_raw"].optional
    assert columns()["area_raw"].unit == "area_unit"


def test_every_unit_is_a_column_of_units() -> None:
    for column in columns().values():
        assert not column.unit or columns()[column.unit].kind is Kind.UNIT, column.name


def test_real_rows_have_no_column_that_is_not_in_the_schema() -> None:
    for row in real_rows():
        names = {column.name for column in columns_of(row["event_type"])}
        assert set(row) <= names
        # what the recorded replies lack: the server's own link, and skeletons of classes without one
        assert names - set(row) <= {"kb_archivurl"} | {name for name in names if name.endswith("_skeletoncc")}


@pytest.mark.parametrize("code", EVENT_CLASSES)
def test_json_schema_of_every_class(code: str) -> None:
    schema = json_schema(code)
    assert set(schema["required"]) == set(schema["properties"])
    assert {"event_starttime", "frm_name", "obs_meanwavel"} <= set(schema["x-required-of-submitters"])
    assert not any(name.startswith("kb_") for name in schema["x-required-of-submitters"])


def test_unknown_class() -> None:
    with pytest.raises(InvalidInputError, match="unknown event type 'XX'"):
        columns_of("XX")
