"""Makes animated GIFs from pictures."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from helioscribe.domain.errors import InvalidInputError

__all__ = ["MOST", "join_pictures"]

MOST = 500
"""Largest number of pictures in a film."""

_SIDE = 900
_SHORTEST, _LONGEST = 10, 10_000
_MOST_PIXELS = 64 << 20


def join_pictures(pictures: Iterable[bytes], *, milliseconds: int = 250) -> bytes:
    """Return an animated GIF whose sides have at most 900 pixels.

    Parameters
    ----------
    pictures
        Bytes of files that Pillow can read, all of the same size.
    milliseconds
        Time for which each picture is shown [ms].

    Raises
    ------
    InvalidInputError
        If there are no pictures or more than 500, one cannot be read or has another size, or the time is not 10 ms to
        10 s.
    """
    if not _SHORTEST <= milliseconds <= _LONGEST:
        raise InvalidInputError(f"film: expected {_SHORTEST} to {_LONGEST} milliseconds a picture, got {milliseconds}")
    frames: list[Any] = []
    for number, data in enumerate(pictures, 1):
        frame = _frame(data, number)
        if number > MOST or (frames and frame.size != frames[0].size):
            raise InvalidInputError(f"film: expected at most {MOST} pictures of one size; picture {number} is too much")
        frames.append(frame)
    if not frames:
        raise InvalidInputError(f"film: expected 1 to {MOST} pictures, got none")
    film = io.BytesIO()
    frames[0].save(film, format="GIF", save_all=True, append_images=frames[1:], duration=milliseconds, loop=0)
    return film.getvalue()


def _frame(data: bytes, number: int) -> Any:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise InvalidInputError(f"film: picture {number} has {picture.width} x {picture.height} pixels")
            frame = picture.convert("RGB")
    except (OSError, ValueError, SyntaxError) as error:
        raise InvalidInputError.wrap(error, doing=f"film: picture {number}") from None
    frame.thumbnail((_SIDE, _SIDE))
    return frame.quantize()
