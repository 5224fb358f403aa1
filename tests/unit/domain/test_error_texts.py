"""What errors say of others' errors."""

import pytest

from helioscribe.domain.errors import InvalidInputError, UnavailableError


def test_where_a_file_lies_is_not_told(tmp_path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        (tmp_path / "secret" / "file").read_bytes()
    assert InvalidInputError.wrap(caught.value, doing="file").message == "file: No such file or directory"


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("two\n lines"), "x: two lines"),
        (KeyError(), "x: KeyError"),
        (OSError("no number"), "x: no number"),
        (TimeoutError(110, "Connection timed out"), "x: Connection timed out"),
    ],
)
def test_errors_of_others_take_one_line(error, text) -> None:
    assert UnavailableError.wrap(error, doing="x").message == text
