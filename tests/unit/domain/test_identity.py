"""Names follow from content."""

import hashlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.identity import canonical_json, content_id, digest, digest_stream, plain_json

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


def test_ids_never_change() -> None:
    """Ids are in catalogues out there."""
    assert content_id("obs", sha256="00" * 32) == "obs-1e7c90a2104d581b81558ee4f9195c65"


def test_order_of_parts_does_not_matter() -> None:
    assert content_id("x", a=1, b={"c": 2, "d": 3}) == content_id("x", b={"d": 3, "c": 2}, a=1)


def test_kind_and_content_matter() -> None:
    ids = {
        content_id("x", a=1),
        content_id("y", a=1),
        content_id("x", a=2),
        content_id("x", b=1),
        content_id("x", a="1"),
    }
    assert len(ids) == 5


@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_equal_content_gives_equal_text(value: dict[str, object]) -> None:
    assert canonical_json(value) == canonical_json(dict(reversed(value.items())))
    assert plain_json(value) == value


def test_names_of_files_that_are_no_text() -> None:
    assert content_id("fail", subject="\udcff") != content_id("fail", subject="\udcfe")


@pytest.mark.parametrize("value", [float("inf"), float("nan"), b"bytes", {1, 2}, object()])
def test_what_is_no_json(value: object) -> None:
    with pytest.raises(InvalidInputError, match="not a JSON object"):
        plain_json({"x": value})


def test_plain_json_is_a_copy() -> None:
    value = {"a": [1]}
    copy = plain_json(value)
    value["a"].append(2)
    assert copy == {"a": [1]}


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1])
def test_digest_of_a_stream(size: int) -> None:
    data = b"s" * size
    assert digest_stream(io.BytesIO(data)) == (digest(data), size)
    assert digest(data) == hashlib.sha256(data).hexdigest()
