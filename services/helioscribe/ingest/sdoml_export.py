"""Export of ingested images in the layout of the SDO machine-learning dataset (SDOML).

A zarr store of format 2 with one group for each year and one array for each channel: Blosc (zstd, bit shuffle), chunks
of 15 images, every header keyword a list with one value for each image. Images that are in the store are not written
again, so that an interrupted export can be resumed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.adapters.product_codec import decode_product
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.observation import Observation
from helioscribe.domain.product import SolarImage
from helioscribe.domain.times import to_datetime64
from helioscribe.ports.artifacts import ArtifactStore

__all__ = ["CADENCES", "Exported", "export_zarr", "paced", "thinned"]

CADENCES = {"AIA": 360.0, "HMI": 720.0}
"""Time between images of the published dataset [s], by instrument."""

_CHUNK, _TOGETHER = 15, 150
"""Images in a chunk, and images after which the lists of keywords are rewritten; those of a year are long."""

_SDO = ("AIA", "HMI")
_LARGEST = 1 << 30
_OBSERVATION = "HS_OBSID"
_UNITS = {"DN / s": "DN/s", "G": "Gauss"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """Result of an export."""

    written: int
    """Number of images that were written."""

    present: int
    """Number of images that were in the set already."""

    problems: tuple[str, ...] = ()
    """One line for each image that was left out, saying why."""


def paced(observations: Sequence[Observation], cadence: float | None) -> list[Observation]:
    """Return the images of each channel, thinned to `cadence` [s] or to that of the published dataset."""
    channels = sorted({(one.instrument, one.channel) for one in observations})
    return [
        one
        for instrument, channel in channels
        for one in thinned(
            [one for one in observations if (one.instrument, one.channel) == (instrument, channel)],
            cadence or CADENCES.get(instrument, CADENCES["AIA"]),
        )
    ]


def thinned(observations: Sequence[Observation], cadence: float) -> list[Observation]:
    """Return the observation nearest to each multiple of `cadence` [s] since midnight, where there is one."""
    step = np.timedelta64(round(cadence * 1e9), "ns")
    best: dict[int, tuple[float, Observation]] = {}
    for one in observations:
        moment = to_datetime64(one.time_range.start + one.time_range.duration / 2)
        since = (moment - np.datetime64("1970-01-01", "ns")) / step
        slot, apart = round(float(since)), abs(float(since) - round(float(since)))
        if slot not in best or apart < best[slot][0]:
            best[slot] = (apart, one)
    return [one for _, one in (best[slot] for slot in sorted(best))]


def export_zarr(
    root: Path,
    observations: Sequence[Observation],
    *,
    artifacts: ArtifactStore,
    side: int = 512,
    version: str = "1",
    progress: Callable[[int], None] = lambda _done: None,
) -> Exported:
    """Write full-disk images into a set.

    Parameters
    ----------
    root
        Folder of the data set; made if missing.
    observations
        Observations to write. Those that are no full-disk image, or cannot be binned to `side`, become `problems`.
    artifacts
        Store of their products.
    side
        Width and height of the written images [pixel].
    version
        Version of the data set, kept in its attributes.
    progress
        Called with the number of observations that are done.

    Raises
    ------
    InvalidInputError
        If the data set exists with another version or image size.
    """
    group, parts, problems, written = _opened(root, version), dict[tuple[str, str], _Part](), list[str](), 0
    for number, one in enumerate(observations, 1):
        try:
            image = _image(one, artifacts)
            pixels = _sized(image, side)
        except InvalidInputError as error:
            problems.append(f"{one.name}: {error.message.removeprefix(f'{one.name}: ')}")
            continue
        year, channel = f"{one.time_range.start:%Y}", _channel_name(image)
        if (year, channel) not in parts:
            parts[year, channel] = _Part(group.require_group(year), channel, side)
        written += parts[year, channel].add(one.id, pixels, _header(one, image, side))
        progress(number)
    for part in parts.values():
        part.write()
    present = len(observations) - written - len(problems)
    return Exported(written=written, present=present, problems=tuple(problems))


def _opened(root: Path, version: str) -> Any:
    import zarr

    group = zarr.open_group(root, mode="a", zarr_format=2)
    known = group.attrs.get("version", version)
    if known != version:
        raise InvalidInputError(
            f"{root.name}: holds version {known} of a data set, not {version}; choose another folder"
        )
    group.attrs["version"] = version
    return group


class _Part:
    """One channel of one year. Images that an interrupted export wrote without their keywords are overwritten."""

    def __init__(self, group: Any, channel: str, side: int) -> None:
        self._array = _array(group, channel, side)
        self._lists = {key: list(values) for key, values in dict(self._array.attrs).items() if isinstance(values, list)}
        self._known = set(self._lists.get(_OBSERVATION, ()))
        self._pixels: list[NDArray[np.float32]] = []

    def add(self, observation_id: str, pixels: NDArray[np.float32], header: dict[str, Any]) -> bool:
        """Add an image; return whether it is new."""
        if observation_id in self._known:
            return False
        for key in header:
            # A keyword that earlier images lack gets None for them, so that all lists have the same length.
            self._lists.setdefault(key, [None] * len(self._known))
        for key, values in self._lists.items():
            values.append(header.get(key))
        self._known.add(observation_id)
        self._pixels.append(pixels)
        if len(self._pixels) >= _TOGETHER and len(self._known) % _CHUNK == 0:
            self.write()
        return True

    def write(self) -> None:
        """Write the images added since the last call."""
        if not self._pixels:
            return
        count = len(self._known)
        self._array.resize((count, *self._array.shape[1:]))
        self._array[count - len(self._pixels) : count] = np.stack(self._pixels)
        self._array.attrs.put(self._lists)
        self._pixels.clear()


def _image(one: Observation, artifacts: ArtifactStore) -> SolarImage:
    product = decode_product(artifacts.get(one.product_key, limit=_LARGEST))
    if not isinstance(product, SolarImage) or not str(product.header.get("CTYPE1", "")).startswith("HPLN"):
        raise InvalidInputError(f"{one.name}: not an image of the full disk")
    return product


def _array(group: Any, channel: str, side: int) -> Any:
    if channel in group:
        array = group[channel]
        if array.shape[1:] != (side, side):
            raise InvalidInputError(
                f"{channel}: the images of the data set are {array.shape[1]} pixels wide, not {side}"
            )
        return array
    from numcodecs import Blosc

    return group.create_array(
        channel,
        shape=(0, side, side),
        chunks=(_CHUNK, side, side),
        dtype="float32",
        fill_value=0.0,
        compressors=Blosc(cname="zstd", clevel=5, shuffle=Blosc.BITSHUFFLE),
    )


def _channel_name(image: SolarImage) -> str:
    """Return the channel name of the published dataset; other instruments than SDO's have theirs as a prefix."""
    name = f"{image.channel}A" if image.channel.isdigit() else image.channel
    return name if image.instrument in _SDO else f"{image.instrument}_{name}"


def _header(one: Observation, image: SolarImage, side: int) -> dict[str, Any]:
    factor = image.pixels.shape[0] / side
    moved = {f"CRPIX{axis}": (float(image.header[f"CRPIX{axis}"]) - 0.5) / factor + 0.5 for axis in (1, 2)}
    scaled = {f"CDELT{axis}": float(image.header[f"CDELT{axis}"]) * factor for axis in (1, 2)}
    unit = _UNITS.get(image.unit, image.unit)
    times = {"T_OBS": f"{str(image.time)[:23]}Z", "DATE-OBS": str(image.time)[:23]}
    size = {"NAXIS1": side, "NAXIS2": side}
    return {**image.header, **moved, **scaled, **times, **size, "PIXLUNIT": unit, _OBSERVATION: one.id}


def _sized(image: SolarImage, side: int) -> NDArray[np.float32]:
    have = image.pixels.shape[0]
    if image.pixels.shape[1] != have or have % side:
        raise InvalidInputError(f"an image of {have} pixels cannot be binned to {side}")
    step = have // side
    pixels = np.where(image.mask, np.nan, image.pixels).reshape(side, step, side, step)
    known = np.isfinite(pixels).sum(axis=(1, 3))
    total = np.nansum(pixels, axis=(1, 3))
    # The published dataset has 0 where there are no data.
    return np.where(known > 0, total / np.maximum(known, 1), 0).astype(np.float32)
