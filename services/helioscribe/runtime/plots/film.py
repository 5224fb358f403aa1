"""The frames of an image sequence one after the other: as an animated file, or for a page that plays them."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np

from helioscribe.domain.detection import Detection
from helioscribe.domain.product import Header, ImageSequence
from helioscribe.domain.times import format_utc, from_datetime64
from helioscribe.runtime.plots.sequence import colours_of_frames, evenly, lasting, place_of

__all__ = ["draw_film", "draw_sheet", "frames_of_sheet", "pixel_box"]

_PIXELS, _STEP, _MOST = 420, 120, 240
"""Least side of a film [px], time a frame [ms], most frames."""

_SHEET_PIXELS, _MOST_OF_SHEET = 320, 48
"""Largest side of a frame [px] and most frames of a sheet."""

_WHITE = (255, 255, 255)


def draw_film(sequence: ImageSequence, target: Path | IO[bytes], *, detections: Sequence[Detection] = ()) -> None:
    """Write the frames as an animated GIF in the instrument's colours, with the boxes of what was found."""
    from PIL import ImageDraw

    times, height = sequence.times, sequence.pixels.shape[1]
    zoom = max(1, round(_PIXELS / max(sequence.pixels.shape[1:])))
    shown = [int(index) for index in evenly(len(times), _MOST)]
    pictures = []
    for index, picture in zip(shown, _pictures(sequence, shown), strict=True):
        large = picture.resize((picture.width * zoom, picture.height * zoom))
        pen = ImageDraw.Draw(large)
        for one in lasting(detections, times[index]):
            left, low, right, high = pixel_box(one, sequence.headers[index])
            pen.rectangle((left * zoom, (height - high) * zoom, right * zoom, (height - low) * zoom), outline=_WHITE)
        pen.text((4, 2), format_utc(from_datetime64(times[index]))[:19].replace("T", " "), fill=_WHITE)
        pictures.append(large)
    film = io.BytesIO()
    pictures[0].save(film, format="GIF", save_all=True, append_images=pictures[1:], duration=_STEP, loop=0)
    if isinstance(target, Path):
        target.write_bytes(film.getvalue())
    else:
        target.write(film.getvalue())


def frames_of_sheet(sequence: ImageSequence) -> list[int]:
    """Return the numbers of the frames that `draw_sheet` shows."""
    return [int(index) for index in evenly(len(sequence.times), _MOST_OF_SHEET)]


def draw_sheet(sequence: ImageSequence) -> bytes:
    """Return the frames one below the other as one JPEG, for a page that shows one after the other."""
    from PIL import Image

    shown = frames_of_sheet(sequence)
    rows, columns = sequence.pixels.shape[1:]
    scale = min(1.0, _SHEET_PIXELS / max(rows, columns))
    width, height = max(1, round(columns * scale)), max(1, round(rows * scale))
    sheet = Image.new("RGB", (width, height * len(shown)))
    for number, picture in enumerate(_pictures(sequence, shown)):
        sheet.paste(picture.resize((width, height)), (0, number * height))
    data = io.BytesIO()
    sheet.save(data, format="JPEG", quality=88)
    return data.getvalue()


def _pictures(sequence: ImageSequence, shown: Sequence[int]) -> Iterator[Any]:
    from PIL import Image

    colours, norm = colours_of_frames(sequence)
    for index in shown:
        values = np.ma.masked_invalid(sequence.pixels[index])
        yield Image.fromarray(np.ascontiguousarray(colours(norm(values), bytes=True)[::-1, :, :3]))


def pixel_box(one: Detection, header: Header) -> tuple[float, float, float, float]:
    """Return west, south, east and north ends of a detection's box in pixels from the corner of a frame."""
    assert one.box is not None  # `lasting` leaves the others out
    origin, unit = place_of(header, 0.5, 0.5), place_of(header, 1.5, 1.5)
    corners = []
    for corner in (one.box.lower_left, one.box.upper_right):
        corners += [
            (value - start) / (following - start)
            for value, start, following in zip((corner.tx, corner.ty), origin, unit, strict=True)
        ]
    return (corners[0], corners[1], corners[2], corners[3])
