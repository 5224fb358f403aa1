"""Images of a zarr store as inputs, selected by channel, time and header."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from helioscribe.domain.errors import HelioscribeError, InvalidInputError, NotFoundError, UnavailableError
from helioscribe.domain.times import TimeRange
from helioscribe.embedded.inputs.input import Input

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from helioscribe.ingest.sources.sdoml_zarr import SdomlChannel, SdomlStore

__all__ = ["EVERYTHING", "Choice", "zarr_inputs"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which images of a zarr store to read."""

    channels: tuple[str, ...] = ()
    """Names of channels, such as ``171A``; all by default."""

    where: str = ""
    """Condition on header keywords, such as ``EXPTIME < 2.0``; empty selects all."""

    span: TimeRange | None = None
    """Only images within this time, UTC."""

    cadence: float | None = None
    """Time between images [s]; None takes all."""

    cache: Path | None = None
    """Folder to cache the headers of stores in."""


EVERYTHING = Choice()
"""All images."""


def zarr_inputs(named: str, choice: Choice = EVERYTHING) -> list[Input]:
    """Return one input for each chosen image. Images that cannot be read raise their error when they are opened.

    Raises
    ------
    NotFoundError
        If the store holds no such channel, or no such image.
    InvalidInputError
        If the selection is wrong.
    UnavailableError
        If the store does not answer.
    """
    from helioscribe.ingest.sources.sdoml_zarr import SdomlStore

    store = SdomlStore(named, choice.cache)
    present = store.channels()
    wanted = [(year, name) for year, name in present if not choice.channels or name in choice.channels]
    if not wanted:
        there = ", ".join(sorted({name for _, name in present})) or "none"
        raise NotFoundError(f"{named}: no such channel; it has {there}")
    found = [item for year, name in wanted for item in _channel(store, year, name, choice)]
    if not found:
        raise NotFoundError(f"{named}: no image of that channel, time and header")
    return found


def _channel(store: SdomlStore, year: str, name: str, choice: Choice) -> Iterator[Input]:
    title = f"{store.files.name}.{year}.{name}"
    try:
        channel = store.channel(year, name)
    except UnavailableError:
        raise
    except HelioscribeError as error:
        yield _failing(title, error)
        return
    for problem in channel.problems:
        yield _failing(f"{title}.{problem.split()[1]}", InvalidInputError(problem))
    for index in (int(index) for index in _untimed(channel)):
        yield _failing(f"{title}.{index}", InvalidInputError(f"{channel.images.name}: image {index} has no time"))
    chosen = channel.select(where=choice.where, span=choice.span, cadence=choice.cadence)
    reader = _Reader(channel)
    # In the order of the store, so that every chunk is read once.
    for index in sorted(int(index) for index in chosen):
        yield Input(name=f"{title}.{index}.fits", open=partial(reader.open, index), archive="sdoml")


def _untimed(channel: SdomlChannel) -> NDArray[np.intp]:
    import numpy as np

    return np.flatnonzero(np.isnat(channel.times))


def _failing(name: str, error: HelioscribeError) -> Input:
    def fail() -> BinaryIO:
        raise error

    return Input(name=name, open=fail, archive="sdoml")


class _Reader:
    """Reads images of a channel; keeps the chunk that was read last, or its error."""

    def __init__(self, channel: SdomlChannel) -> None:
        self._channel = channel
        self._number = -1
        self._images: NDArray[np.float32] | HelioscribeError = NotFoundError("no chunk was read")

    def open(self, index: int) -> BinaryIO:
        from helioscribe.ingest.sources.sdoml_fits import as_fits

        images = self._channel.images
        number = index // images.chunk
        if number != self._number:
            self._number = number
            try:
                self._images = images.chunk_images(number)
            except HelioscribeError as error:
                self._images = error
        if isinstance(self._images, HelioscribeError):
            raise self._images
        return io.BytesIO(as_fits(self._images[index - number * images.chunk], self._channel.header(index)))
