"""An institution's own ML-ready set: ingested images in the layout of the SDO machine-learning dataset.

Years and channels as zarr arrays of format 2, Blosc (zstd, bit shuffle), chunks of 15 images, every keyword a list with
a value per image. Writing goes on where it stopped: an image that is there is not written again.
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
"""Seconds between images, as the published dataset has them."""

_CHUNK = 15
_LARGEST = 1 << 30
_OBSERVATION = "HS_OBSID"
_UNITS = {"DN / s": "DN/s", "G": "Gauss"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written."""

    written: int
    """Images that are new in the set."""

    present: int
    """Images that were there already."""


def paced(observations: Sequence[Observation], cadence: float | None) -> list[Observation]:
    """Return the images of every channel at a cadence [s], or at the published one of their instrument."""
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
    """Return the observation nearest to every step of a cadence [s], counted from midnight; gaps stay gaps."""
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
        Folder of the set; made if missing.
    observations
        What to write; others than images of the full disk are refused.
    artifacts
        Where their products lie.
    side
        Pixels a side.
    version
        Of the set, kept in its attributes; another version is refused.
    progress
        Told how many are done.

    Raises
    ------
    InvalidInputError
        If the set has another version or size, or an observation is no full disk.
    """
    import zarr

    group = zarr.open_group(root, mode="a", zarr_format=2)
    known = group.attrs.get("version", version)
    if known != version:
        raise InvalidInputError(f"{root.name}: version {known} of the set, not {version}; choose another folder")
    group.attrs["version"] = version
    written = 0
    for number, one in enumerate(observations):
        written += _append(group, one, _image(one, artifacts), side)
        progress(number + 1)
    return Exported(written=written, present=len(observations) - written)


def _image(one: Observation, artifacts: ArtifactStore) -> SolarImage:
    product = decode_product(artifacts.get(one.product_key, limit=_LARGEST))
    if not isinstance(product, SolarImage) or not str(product.header.get("CTYPE1", "")).startswith("HPLN"):
        raise InvalidInputError(f"{one.name}: no image of the full disk")
    return product


def _append(group: Any, one: Observation, image: SolarImage, side: int) -> bool:
    year, channel = f"{one.time_range.start:%Y}", _channel_name(image)
    array = _array(group.require_group(year), channel, side)
    attributes = {key: list(values) for key, values in dict(array.attrs).items() if isinstance(values, list)}
    if one.id in attributes.get(_OBSERVATION, []):
        return False
    count = int(array.shape[0])
    header = _header(one, image, side)
    for key in header:
        # Keywords that earlier images had not stay lists of one length.
        attributes.setdefault(key, [None] * count)
    array.resize((count + 1, side, side))
    array[count] = _sized(image, side)
    array.attrs.put({key: [*values, header.get(key)] for key, values in attributes.items()})
    return True


def _array(group: Any, channel: str, side: int) -> Any:
    if channel in group:
        array = group[channel]
        if array.shape[1:] != (side, side):
            raise InvalidInputError(f"{channel}: the set has {array.shape[1]} pixels a side, not {side}")
        return array
    from numcodecs import Blosc

    return group.create_array(
        channel, shape=(0, side, side), chunks=(_CHUNK, side, side), dtype="float32", fill_value=0.0,
        compressors=Blosc(cname="zstd", clevel=5, shuffle=Blosc.BITSHUFFLE),
    )  # fmt: skip


def _channel_name(image: SolarImage) -> str:
    return f"{image.channel}A" if image.channel.isdigit() else image.channel


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
    # The published set has 0 where there is nothing.
    return np.where(known > 0, total / np.maximum(known, 1), 0).astype(np.float32)
