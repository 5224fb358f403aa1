"""Tables of labels: CSV, gzipped or not; anything else is refused in one line."""

import gzip

import pytest

from helioscribe.domain.errors import InvalidInputError
from helioscribe.sdk.labels import read_table

TEXT = "start,class\n2011-06-07T06:16,M2.5\n2011-06-07T09:00,\n"
ROWS = [{"start": "2011-06-07T06:16", "class": "M2.5"}, {"start": "2011-06-07T09:00", "class": ""}]


def test_a_table_is_read_by_the_names_of_its_columns_gzipped_or_not(tmp_path):
    (tmp_path / "flares.csv").write_text(TEXT)
    (tmp_path / "flares.csv.gz").write_bytes(gzip.compress(TEXT.encode()))
    assert read_table(tmp_path / "flares.csv") == read_table(tmp_path / "flares.csv.gz") == ROWS


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("absent.csv", None),
        ("no_gzip.csv.gz", b"start,class\n"),
        ("cut_off.csv.gz", gzip.compress(TEXT.encode(), mtime=0)[:-9]),
        ("spoilt.csv.gz", gzip.compress(b"", mtime=0)[:10] + b"\xff" * 20),
        ("no_text.csv", b"\xff\xfe\x00"),
    ],
)
def test_what_is_no_table_is_named(tmp_path, name, content):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidInputError, match=f"{name}: no table"):
        read_table(tmp_path / name)
