"""A day as a film: ``python -m helioscribe_ar_detectnet.movie FOLDER day.gif`` joins annotated magnetograms by name."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from helioscribe.domain.errors import InvalidInputError

__all__ = ["join"]

_MOST = 500
_SIDE = 900


def join(pictures: Sequence[Path], target: Path, *, milliseconds: int = 250) -> Path:
    """Write pictures one after the other into an animated GIF.

    Raises
    ------
    InvalidInputError
        If there are none, or more than 500.
    """
    from PIL import Image

    if not 0 < len(pictures) <= _MOST:
        raise InvalidInputError(f"expected 1 to {_MOST} annotated magnetograms, got {len(pictures)}")
    frames = []
    for path in pictures:
        with Image.open(path) as picture:
            frame = picture.convert("P", palette=Image.Palette.ADAPTIVE)
            frame.thumbnail((_SIDE, _SIDE))
            frames.append(frame)
    frames[0].save(target, save_all=True, append_images=frames[1:], duration=milliseconds, loop=0)
    return target


def main(arguments: Sequence[str]) -> int:
    """Join the pictures of a folder."""
    if len(arguments) != 2:
        print("usage: python -m helioscribe_ar_detectnet.movie FOLDER FILE.gif", file=sys.stderr)  # noqa: T201
        return 2
    pictures = sorted(path for path in Path(arguments[0]).glob("*_ar-detectnet.png"))
    print(join(pictures, Path(arguments[1])))  # noqa: T201  # a command
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
