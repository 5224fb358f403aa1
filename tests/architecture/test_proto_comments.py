"""Every field on the wire says what it means; moments say their time scale, numbers their unit or range."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PROTO = Path(__file__).parents[2] / "proto" / "helioscribe" / "proto"
FIELD = re.compile(r"(?:^|\{)\s*(?:optional |repeated )?(map<[^>]+>|[\w.]+) (\w+) = \d+;")
NUMBERS = ("double", "float")
SIZED = re.compile(
    r"\[.+\]|0 to 1|unit|as of a box|as event_coord|Euclidean|finite number|frm_versionnumber|version of|numbers|metric|dimensions|without unit|of FP|^number$"
)


def fields(file: Path) -> Iterator[tuple[str, str, str]]:
    """Yield type, name and comment of each field; comments stand behind it, or on the line before."""
    before = ""
    for line in file.read_text(encoding="utf-8").splitlines():
        comment = line.partition("//")[2] or (
            before.strip().removeprefix("//") if before.strip().startswith("//") else ""
        )
        for kind, name in FIELD.findall(line.partition("//")[0]):
            yield kind, name, comment.strip()
        before = line


@pytest.mark.parametrize("file", sorted(PROTO.glob("*/*.proto")), ids=lambda file: file.name)
def test_every_field_says_what_it_means(file: Path) -> None:
    found = list(fields(file))
    assert found
    assert not [name for _, name, comment in found if not comment]
    moments = [(name, comment) for kind, name, comment in found if kind.endswith(("Timestamp", "TimeRange"))]
    assert not [name for name, comment in moments if "UTC" not in comment]
    numbers = [(name, comment) for kind, name, comment in found if kind in NUMBERS]
    assert not [(name, comment) for name, comment in numbers if not SIZED.search(comment)]
