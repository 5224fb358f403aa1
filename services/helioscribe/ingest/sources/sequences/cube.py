"""Data cubes: an image axis of three, and the times of the frames in a table or along the third axis."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.coordinates import Observer
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import Header, ImageSequence
from helioscribe.domain.times import format_utc, from_datetime64, to_datetime64
from helioscribe.ingest.source_file import SourceFile
from helioscribe.ingest.sources.fits_scan import Hdu, Table
from helioscribe.ingest.sources.images.header import DISPLAY, identity_of, moment_of, observer_of, repaired, unit_of
from helioscribe.ingest.sources.images.rice import open_rice
from helioscribe.ingest.sources.observer import keywords_of
from helioscribe.ingest.sources.sequences.regularity import sequence_notes
from helioscribe.ingest.sources.stix_maps import light_travel_time
from helioscribe.ingest.sources.time_grid import utc_times

__all__ = ["is_cube", "read_cube"]

_MOST_PIXELS = 1 << 28
_LONGEST_SIDE = 4096
_AMONG = 4
_TYPES = {8: "u1", 16: ">i2", 32: ">i4", 64: ">i8", -32: ">f4", -64: ">f8"}
_PLACE = ("CRPIX1", "CRPIX2", "CRVAL1", "CRVAL2", "CDELT1", "CDELT2")
_KEPT = ("TELESCOP", "OBSRVTRY", "INSTRUME", "WAVELNTH", "WAVEUNIT", "EXPTIME", "CROTA2", "RSUN_OBS")


def is_cube(hdus: Sequence[Hdu]) -> bool:
    """Whether a file holds images of a telescope, with coordinates, along a third axis."""
    index = _cube_hdu(hdus)
    if index is None or not hdus[index].header.get("CTYPE1"):
        return False
    return any(hdus[index].header.get(key) for key in ("TELESCOP", "INSTRUME", "OBSRVTRY"))


def _cube_hdu(hdus: Sequence[Hdu]) -> int | None:
    for index, hdu in enumerate(hdus[:_AMONG]):
        header = hdu.header
        if header.get("ZIMAGE") is True and header.get("ZNAXIS") == 3:
            return index
        if header.get("NAXIS") == 3 and header.get("XTENSION", "IMAGE") == "IMAGE":
            return index
    return None


def read_cube(hdus: Sequence[Hdu], data: bytes, name: str) -> SourceFile:
    """Read a cube.

    Parameters
    ----------
    hdus, data
        The file, scanned and whole. A table ``TIMES`` with a column ``time`` says when each frame was taken; without
        one the third axis must be time in seconds after ``DATE-OBS``.
    name
        For messages.

    Raises
    ------
    InvalidInputError
        If the size is unreasonable, pixels are broken, times are missing or do not increase, or there are no
        helioprojective coordinates.
    """
    index = _cube_hdu(hdus)
    assert index is not None  # `is_cube` has seen it
    header = repaired(hdus[index].header, name)
    place = _place(header, name)
    raw = _pixels(hdus, index, data, name)
    times = _times(hdus, header, len(raw), name)
    pixels, unit, notes = _values(raw, header)
    moment = from_datetime64(times[0])
    observer = observer_of(header, moment)
    observatory, instrument, channel = identity_of(header)
    sequence = ImageSequence(
        observatory=observatory,
        instrument=instrument,
        channel=channel,
        times=times,
        pixels=pixels,
        unit=unit,
        headers=_headers(header, place, times, observer, unit),
        observer=observer,
        light_travel_time=light_travel_time(observer, moment),
    )
    display = unit == DISPLAY
    return SourceFile(
        product=sequence,
        channel=f"{channel} (display)" if display else channel,
        level=DISPLAY if display else str(header.get("LVL_NUM", ""))[:10],
        quality=(*notes, *sequence_notes(times, pixels)),
    )


def _place(header: Mapping[str, Any], name: str) -> dict[str, str | float]:
    if not (kind := str(header.get("CTYPE1", ""))).upper().startswith("HPLN"):
        raise InvalidInputError(f"{name}: no helioprojective coordinates; CTYPE1 is {kind!r:.40}")
    unit = str(header.get("CUNIT1", "arcsec")).strip().lower()
    scale = {"arcsec": 1.0, "": 1.0, "deg": 3600.0}.get(unit)
    found: dict[str, str | float] = {"CTYPE1": "HPLN-TAN", "CTYPE2": "HPLT-TAN", "CUNIT1": "arcsec", "CUNIT2": "arcsec"}
    for key in _PLACE:
        value = header.get(key)
        if scale is None or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise InvalidInputError(f"{name}: no coordinates; {'CUNIT1' if scale is None else key} cannot be read")
        found[key] = float(value) * (1.0 if key.startswith("CRPIX") else scale)
    if not (0 < float(found["CDELT1"]) < 3600 and 0 < float(found["CDELT2"]) < 3600):
        raise InvalidInputError(f"{name}: pixels of {found['CDELT1']} x {found['CDELT2']} arcsec")
    return found


def _pixels(hdus: Sequence[Hdu], index: int, data: bytes, name: str) -> NDArray[Any]:
    header = hdus[index].header
    packed = header.get("ZIMAGE") is True
    shape = _shape(header, "Z" if packed else "", name)
    if packed:
        stacked = _stacked(hdus[index], shape, name)
        return stacked if stacked is not None else _unpacked(header, shape, data, index, name)
    dtype = np.dtype(_TYPES[int(header["BITPIX"])])
    return np.frombuffer(hdus[index].data, dtype, math.prod(shape)).reshape(shape)


def _shape(header: Mapping[str, Any], prefix: str, name: str) -> tuple[int, ...]:
    given = [header.get(f"{prefix}NAXIS{axis}") for axis in (3, 2, 1)]
    sides = tuple(side if type(side) is int and side >= 1 else _MOST_PIXELS + 1 for side in given)
    if max(sides[1:]) > _LONGEST_SIDE or math.prod(sides) > _MOST_PIXELS:
        size = " x ".join(str(side)[:20] for side in given)
        raise InvalidInputError(
            f"{name}: a cube of {size}; expected sides of 1 to {_LONGEST_SIDE} and at most {_MOST_PIXELS} pixels"
        )
    return sides


def _stacked(hdu: Hdu, shape: tuple[int, ...], name: str) -> NDArray[Any] | None:
    """Return a cube whose tiles are those of one tall image, frame above frame; None if they are not."""
    rows = hdu.header.get("ZTILE2", 1)
    if hdu.header.get("ZTILE3", 1) != 1 or type(rows) is not int or rows < 1 or shape[1] % rows:
        return None
    tall = open_rice(hdu, (shape[0] * shape[1], shape[2]), name)
    return tall.whole().reshape(shape) if tall is not None else None


def _unpacked(header: Mapping[str, Any], shape: tuple[int, ...], data: bytes, index: int, name: str) -> NDArray[Any]:
    from astropy.io import fits

    tiles = [header.get(f"ZTILE{axis}", 1) for axis in (3, 2, 1)]
    if any(type(tile) is not int or not 1 <= tile <= side for tile, side in zip(tiles, shape, strict=True)):
        raise InvalidInputError(f"{name}: tiles of {tiles} in a cube of {list(shape)}")
    try:
        with warnings.catch_warnings(), fits.open(io.BytesIO(data), do_not_scale_image_data=True) as file:
            warnings.simplefilter("ignore")
            found = np.asarray(file[index].data)
    except Exception as error:  # noqa: BLE001  # whatever a broken tile makes the decoder say
        raise InvalidInputError.wrap(error, doing=f"{name}: broken compressed cube") from None
    if found.shape != shape:
        raise InvalidInputError(f"{name}: expected a cube of shape {shape}, got {found.shape}")
    return found


def _times(hdus: Sequence[Hdu], header: Mapping[str, Any], frames: int, name: str) -> NDArray[np.datetime64]:
    if any(hdu.name == "TIMES" for hdu in hdus):
        times = _from_table(Table(hdus, "TIMES", file=name), frames, name)
    else:
        times = _along_axis(header, frames, name)
    if np.isnat(times).any():
        raise InvalidInputError(f"{name}: frame {int(np.isnat(times).argmax())} has no time")
    if (np.diff(times) <= np.timedelta64(0, "ns")).any():
        late = int((np.diff(times) <= np.timedelta64(0, "ns")).argmax()) + 1
        raise InvalidInputError(f"{name}: frame {late} is not later than the one before")
    return times


def _from_table(table: Table, frames: int, name: str) -> NDArray[np.datetime64]:
    if len(table) != frames:
        raise InvalidInputError(f"{name}: {len(table)} times for {frames} frames")
    column = np.ascontiguousarray(table.column("time"))
    texts = column.view(f"S{column.dtype.itemsize * math.prod(column.shape[1:])}").reshape(frames)
    return utc_times([text.decode("latin-1").strip("\x00 ") for text in texts])


def _along_axis(header: Mapping[str, Any], frames: int, name: str) -> NDArray[np.datetime64]:
    numbers = [header.get(key) for key in ("CRPIX3", "CRVAL3", "CDELT3")]
    seconds = str(header.get("CUNIT3", "")).strip() == "s" and all(isinstance(one, (int, float)) for one in numbers)
    if not seconds:
        raise InvalidInputError(f"{name}: no table TIMES, and the third axis is not in seconds")
    pixel, value, step = (float(one) for one in numbers if isinstance(one, (int, float)))
    after = value + (np.arange(frames) + 1 - pixel) * step
    if not (abs(after) < 1e9).all():
        raise InvalidInputError(f"{name}: times of up to {abs(after).max():g} s after the start")
    start, offsets = to_datetime64(moment_of(header, name)), np.rint(after * 1e9).astype("timedelta64[ns]")
    times: NDArray[np.datetime64] = start + offsets
    return times


def _values(raw: NDArray[Any], header: Mapping[str, Any]) -> tuple[NDArray[np.float32], str, tuple[str, ...]]:
    scale, zero = (header.get(key) for key in ("BSCALE", "BZERO"))
    unit = unit_of(header)
    pixels = raw.astype(np.float32)
    if isinstance(scale, (int, float)) and scale != 1:
        pixels *= np.float32(scale)
    if isinstance(zero, (int, float)) and zero:
        pixels += np.float32(zero)
    if raw.dtype == np.uint8 and not str(header.get("BUNIT", "")).strip():
        unit = DISPLAY  # no camera has 8 bit: these are the indices of a colour table
    exposure = header.get("EXPTIME")
    if unit in ("DN", "ct") and isinstance(exposure, (int, float)) and 0 < exposure < 1e5:
        return pixels / np.float32(exposure), f"{unit} / s", ()
    return pixels, unit, ("display values of 8 bit, not physical ones",) if unit == DISPLAY else ()


def _headers(
    header: Mapping[str, Any],
    place: Mapping[str, str | float],
    times: NDArray[np.datetime64],
    observer: Observer,
    unit: str,
) -> tuple[Header, ...]:
    kept = {key: header[key] for key in _KEPT if isinstance(header.get(key), (str, int, float))}
    common = kept | dict(place) | {"TIMESYS": "UTC", "BUNIT": unit, **keywords_of(observer)}
    return tuple(common | {"DATE-OBS": format_utc(from_datetime64(time))} for time in times)
