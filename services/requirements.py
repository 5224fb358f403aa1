"""Write what the extras of pyproject.toml ask for, a file an extra: ``requirements.py catalogue ingest ...``.

The libraries of an image are made from such a file, so that they are made again when it changes, and not whenever
anything else in pyproject.toml does.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path


def asked(extras: Mapping[str, Sequence[str]], name: str) -> Iterator[str]:
    """Yield the requirements of an extra, and of those that it names."""
    for line in extras[name]:
        if others := re.fullmatch(r"helioscribe\[(.+)\]", line):
            for other in others[1].split(","):
                yield from asked(extras, other)
        else:
            yield line


if __name__ == "__main__":
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    for extra in sys.argv[1:]:
        lines = sorted({*project["dependencies"], *asked(project["optional-dependencies"], extra)})
        Path(f"{extra}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
