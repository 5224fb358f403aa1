"""Makes a sequence of frames: sorted by time, of one instrument and one size, as cut-outs if asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.coordinates import Observer, Position
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import ImageSequence, SolarImage
from helioscribe.domain.rotation import apparent
from helioscribe.domain.times import from_datetime64
from helioscribe.ingest.source_file import SourceFile
from helioscribe.ingest.sources.sequences.regularity import sequence_notes

__all__ = ["Frame", "assembled", "cut"]

_OFF_BY = 2
"""Largest difference in size between frames [pixel]; the last rows and columns of larger ones are dropped."""

_MOST_TOLD = 20
_MOST_PIXELS = 1 << 29


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """One image, with what its file says about it."""

    image: SolarImage
    """The image, prepared with north up."""

    name: str
    """Name of its file."""

    channel: str
    """Channel, as detectors name it."""

    level: str
    """Processing level."""

    quality: tuple[str, ...]
    """Notes on defects of the image."""

    @classmethod
    def of(cls, file: SourceFile, image: SolarImage, name: str) -> Self:
        """Return the frame of a file that was read."""
        return cls(image=image, name=name, channel=file.channel, level=file.level, quality=file.quality)

    @property
    def kind(self) -> tuple[str, str, str, str]:
        """What all frames of a sequence must have in common."""
        return (self.image.observatory, self.image.instrument, self.channel, self.image.unit)


def assembled(
    frames: Sequence[Frame],
    *,
    name: str,
    cutout: tuple[float, float, float, float] | None = None,
    tracked: bool = True,
    problems: Sequence[str] = (),
) -> SourceFile:
    """Make a sequence.

    Parameters
    ----------
    frames
        In any order.
    name
        For messages.
    cutout
        Middle (west, north) at the first frame, width and height [arcsec]; None for the whole field.
    tracked
        Whether the cut-out follows the Sun's rotation.
    problems
        Errors of the frames that could not be read.

    Raises
    ------
    InvalidInputError
        If fewer than two frames go together; the line says why the others do not.
    """
    notes = list(problems)
    ordered = _of_one_kind(sorted(frames, key=lambda frame: frame.image.time), notes)
    images = [frame.image for frame in ordered]
    if cutout is not None and images:
        images = _cut_out(images, cutout, tracked=tracked, notes=notes)
    images = _of_one_size(_without_repeats(images, notes), notes)
    if len(images) < 2:
        why = f"; {notes[0]}" if notes else ""
        raise InvalidInputError(f"{name}: {len(images)} usable frames of one field; expected two at least{why}")
    sequence = _sequence(images, name)
    told = Counter(note for frame in ordered for note in frame.quality)
    notes = [note if count == len(ordered) else f"{note} ({count} frames)" for note, count in told.items()] + notes
    more = len(notes) - _MOST_TOLD
    kept = notes if more <= 0 else [*notes[:_MOST_TOLD], f"and {more} more frames with problems"]
    quality = (*kept, *sequence_notes(sequence.times, sequence.pixels))
    return SourceFile(product=sequence, channel=ordered[0].channel, level=ordered[0].level, quality=quality)


def _of_one_kind(frames: list[Frame], notes: list[str]) -> list[Frame]:
    if not frames:
        return []
    (usual, _), *others = Counter(frame.kind for frame in frames).most_common()
    for kind, count in others:
        notes.append(f"{count} frames are of {' '.join(kind)}, not of {' '.join(usual)}")
    return [frame for frame in frames if frame.kind == usual]


def _without_repeats(images: list[SolarImage], notes: list[str]) -> list[SolarImage]:
    kept: list[SolarImage] = []
    for image in images:
        if kept and image.time == kept[-1].time:
            notes.append(f"two frames of {from_datetime64(image.time):%H:%M:%S}; the second is left out")
        else:
            kept.append(image)
    return kept


def _of_one_size(images: list[SolarImage], notes: list[str]) -> list[SolarImage]:
    if not images:
        return []
    usual = Counter(image.pixels.shape for image in images).most_common(1)[0][0]
    fitting = [
        image
        for image in images
        if all(abs(one - other) <= _OFF_BY for one, other in zip(image.pixels.shape, usual, strict=True))
    ]
    if len(fitting) < len(images):
        notes.append(f"{len(images) - len(fitting)} frames are of another size than {usual[1]} x {usual[0]} pixels")
    rows, columns = (min(image.pixels.shape[axis] for image in fitting) for axis in (0, 1))
    return [replace(image, pixels=image.pixels[:rows, :columns], mask=image.mask[:rows, :columns]) for image in fitting]


def _cut_out(
    images: Sequence[SolarImage], box: tuple[float, float, float, float], *, tracked: bool, notes: list[str]
) -> list[SolarImage]:
    middle, found = Position(tx=box[0], ty=box[1]), []
    for image in images:
        place = _moved(middle, images[0], image) if tracked else middle
        part = cut(image, place, box[2], box[3]) if place is not None else None
        if part is None:
            notes.append(f"frame of {from_datetime64(image.time):%H:%M:%S} does not show the field")
        else:
            found.append(part)
    return found


def _moved(middle: Position, first: SolarImage, image: SolarImage) -> Position | None:
    before, now = first.observer or _EARTH, image.observer or _EARTH
    return apparent(middle, before, now, from_datetime64(image.time) - from_datetime64(first.time))


_EARTH = Observer(name="earth", hgs_longitude=0.0, hgs_latitude=0.0, distance=1.0)


def cut(image: SolarImage, middle: Position, width: float, height: float) -> SolarImage | None:
    """Return the part of an image around a place, on its own pixels; None if the image does not show all of it.

    Parameters
    ----------
    image
        With north up; its header holds the coordinates.
    middle
        Centre of the part.
    width, height
        Size of the part [arcsec].
    """
    header, sides = dict(image.header), []
    for axis, at, size in ((1, middle.tx, width), (2, middle.ty, height)):
        pixel, value, step = (float(header[f"{key}{axis}"]) for key in ("CRPIX", "CRVAL", "CDELT"))
        pixels = max(1, round(size / step))
        first = round(pixel - 1 + (at - value) / step - (pixels - 1) / 2)
        if first < 0 or first + pixels > image.pixels.shape[2 - axis]:
            return None
        sides.append(slice(first, first + pixels))
        header[f"CRPIX{axis}"] = pixel - first
    rows, columns = sides[1], sides[0]
    return replace(
        image, pixels=np.ascontiguousarray(image.pixels[rows, columns]), mask=image.mask[rows, columns], header=header
    )


def _sequence(images: Sequence[SolarImage], name: str) -> ImageSequence:
    first = images[0]
    if len(images) * first.pixels.size > _MOST_PIXELS:
        raise InvalidInputError(
            f"{name}: {len(images)} frames of {first.pixels.shape}: more than {_MOST_PIXELS} pixels; cut out a field"
        )
    return ImageSequence(
        observatory=first.observatory,
        instrument=first.instrument,
        channel=first.channel,
        times=np.array([image.time for image in images], "datetime64[ns]"),
        pixels=_stacked(images),
        unit=first.unit,
        headers=tuple(image.header for image in images),
        observer=first.observer,
        light_travel_time=first.light_travel_time,
    )


def _stacked(images: Sequence[SolarImage]) -> NDArray[np.float32]:
    return np.stack([np.where(image.mask, np.float32(np.nan), image.pixels) for image in images])
