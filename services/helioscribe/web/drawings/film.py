"""The frames of a sequence with the boxes of what was found, for a page that plays them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from helioscribe.domain.detection import Detection
from helioscribe.domain.product import ImageSequence
from helioscribe.domain.times import from_datetime64
from helioscribe.runtime.plots.film import frames_of_sheet, pixel_box
from helioscribe.runtime.plots.sequence import lasting
from helioscribe.runtime.wording import moment

__all__ = ["Film", "FilmBox", "lay_film"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmBox:
    """A box on one frame, in pixels from the north-east corner."""

    frame: int
    """Number of the frame in the film."""

    x: float
    y: float
    width: float
    height: float

    event_type: str
    """HEK's two letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """What a page needs to play a sheet of frames."""

    width: int
    """Of a frame [px]."""

    height: int
    """Of a frame [px]."""

    times: tuple[str, ...]
    """Of the frames, UTC."""

    first: int
    """The frame to begin with: in the middle of what was found."""

    boxes: tuple[FilmBox, ...]
    """On all frames."""

    channel: str
    """What was seen."""


def lay_film(sequence: ImageSequence, detections: Sequence[Detection]) -> Film:
    """Say which boxes lie on which frames."""
    shown = frames_of_sheet(sequence)
    boxes = tuple(_boxes(sequence, detections, shown))
    marked = sorted({box.frame for box in boxes})
    rows, columns = sequence.pixels.shape[1:]
    return Film(
        width=columns,
        height=rows,
        times=tuple(moment(from_datetime64(sequence.times[index])) for index in shown),
        first=marked[len(marked) // 2] if marked else len(shown) // 2,
        boxes=boxes,
        channel=f"{sequence.observatory} {sequence.instrument} {sequence.channel}",
    )


def _boxes(sequence: ImageSequence, detections: Sequence[Detection], shown: Sequence[int]) -> Iterator[FilmBox]:
    for number, index in enumerate(shown):
        for one in lasting(detections, sequence.times[index]):
            left, low, right, high = pixel_box(one, sequence.headers[index])
            yield FilmBox(
                frame=number,
                x=round(left, 1),
                y=round(sequence.pixels.shape[1] - high, 1),
                width=round(right - left, 1),
                height=round(high - low, 1),
                event_type=one.event_type,
            )
