"""Images of SDO in the layout of the SDO ML dataset, version 2: a zarr group a year, an array a channel.

Pixels have been divided by exposure and degradation when the dataset was made (Galvez et al. 2019, ApJS 242, 7; the
attributes keep the raw ``EXPTIME``), and the Sun has been given one size. So they are in DN/s or gauss as they stand,
``CDELT`` holds their true scale, and nothing is corrected a second time.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import SolarImage
from helioscribe.domain.times import TimeRange, from_datetime64, to_datetime64
from helioscribe.ingest.sources.images.header import identity_of, observer_of, unit_of
from helioscribe.ingest.sources.selection import select
from helioscribe.ingest.sources.stix_maps import light_travel_time
from helioscribe.ingest.sources.time_grid import on_grid, utc_times
from helioscribe.ingest.sources.zarr_files import ZarrFiles, open_files
from helioscribe.ingest.sources.zarr_headers import read_lists
from helioscribe.ingest.sources.zarr_images import ImageArray, open_images

__all__ = ["CHANNELS", "SdomlChannel", "SdomlStore"]

CHANNELS = ("94A", "131A", "171A", "193A", "211A", "304A", "335A", "1600A", "1700A", "Bx", "By", "Bz")
"""What the published dataset has, a year."""

_YEARS = range(2010, 2041)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,30}")
_LONGEST_ATTRIBUTES = 512 << 20
_UNITS = {"dn/s": "DN/s", "gauss": "Gauss", "8-bit display value": "display"}
_WHOLE = ("QUALITY", "QUALLEV0", "FSN", "RECNUM", "CAMERA", "CAR_ROT", "WAVELNTH", "HARPNUM")
_STRUCTURE = re.compile(
    r"SIMPLE|BITPIX|NAXIS\d*|EXTEND|BLANK|BZERO|BSCALE|CHECKSUM|DATASUM|HISTORY|COMMENT|BUNIT|LONGSTRN|END|"
    r"XTENSION|PCOUNT|GCOUNT|TFIELDS|Z[A-Z]+\d*"
)


class SdomlStore:
    """A store of the dataset, or one in its layout.

    Parameters
    ----------
    named
        A folder, ``https://...`` or ``s3://...`` as `open_files` takes it.
    cache
        Folder where headers are kept once they are read.
    """

    def __init__(self, named: str, cache: Path | None = None) -> None:
        self.files: ZarrFiles = open_files(named)
        self._cache = cache

    def channels(self) -> list[tuple[str, str]]:
        """Return year and name of every channel, in order.

        Raises
        ------
        UnavailableError
            If the store does not answer.
        """
        years = self.files.children()
        if years is None:
            years = [str(year) for year in _YEARS if self._has(f"{year}/.zgroup")]
        found = []
        for year in (name for name in years if re.fullmatch(r"\d{4}", name)):
            names = self.files.children(year)
            if names is None:
                names = [name for name in CHANNELS if self._has(f"{year}/{name}/.zarray")]
            found += [(year, name) for name in names if _NAME.fullmatch(name)]
        return found

    def _has(self, key: str) -> bool:
        return self.files.read(key, limit=_LONGEST_ATTRIBUTES) is not None

    def channel(self, year: str, name: str) -> SdomlChannel:
        """Open a channel; its headers are read, its pixels are not.

        Raises
        ------
        NotFoundError
            If there is none.
        InvalidInputError
            If it is broken, or says no times.
        """
        if not re.fullmatch(r"\d{4}", year) or not _NAME.fullmatch(name):
            raise InvalidInputError(f"{year[:10]}/{name[:40]}: no channel; expected such as 2014/171A")
        path = f"{year}/{name}"
        images = open_images(self.files, path)
        lists = read_lists(self.files, path, self._cache)
        whole = {key: value for key, value in lists.items() if len(value) == len(images)}
        uneven = tuple(
            f"{images.name}: {key[:40]} has {len(value)} values for {len(images)} images; it is left out"
            for key, value in lists.items()
            if key not in whole
        )
        key = next((key for key in ("T_OBS", "DATE-OBS", "DATE_OBS") if key in whole), None)
        if key is None:
            raise InvalidInputError(f"{images.name}: no time for each of {len(images)} images in T_OBS or DATE-OBS")
        return SdomlChannel(name=name, images=images, lists=whole, problems=uneven, times=utc_times(whole[key]))


@dataclass(frozen=True, kw_only=True, eq=False)
class SdomlChannel:
    """The images of a channel in a year, in the order of the store, which is not that of time."""

    name: str
    """Such as ``171A``."""

    images: ImageArray
    """Images of the channel."""

    lists: Mapping[str, list[Any]]
    """Lists of values by FITS keyword, with one value for each image."""

    times: NDArray[np.datetime64]
    """Times of the images, UTC, datetime64[ns], shape (n,); NaT where the store has none."""

    problems: tuple[str, ...] = ()
    """Defects of the headers, one line each."""

    def select(
        self, *, where: str = "", span: TimeRange | None = None, cadence: float | None = None
    ) -> NDArray[np.intp]:
        """Return the indices of images, by time.

        Parameters
        ----------
        where
            An expression over keywords, as `helioscribe.ingest.sources.selection.select` takes it.
        span
            Earliest to latest time.
        cadence
            One image a so many seconds, of those that the others leave.

        Raises
        ------
        InvalidInputError
            If the expression is wrong.
        """
        chosen = ~np.isnat(self.times)
        if where:
            chosen &= select(where, self.columns)
        if span is not None:
            chosen &= (self.times >= to_datetime64(span.start)) & (self.times <= to_datetime64(span.end))
        indices = np.flatnonzero(chosen)
        if cadence is not None:
            return indices[on_grid(self.times[indices], np.timedelta64(round(cadence * 1e9), "ns"))]
        return indices[np.argsort(self.times[indices], kind="stable")]

    @cached_property
    def columns(self) -> _Columns:
        """Values by keyword as arrays, dashes written as underscores; made when asked for."""
        return _Columns(self.lists)

    def header(self, index: int) -> dict[str, str | int | float | bool]:
        """Return the FITS header of an image, with the unit and the coordinates that its pixels have."""
        header = {key.upper(): self._value(key, index) for key in self.lists if not _STRUCTURE.fullmatch(key.upper())}
        kept: dict[str, str | int | float | bool] = {key: value for key, value in header.items() if value is not None}
        magnetic = self.name.startswith("B")
        unit = str(kept.get("PIXLUNIT", "Gauss" if magnetic else "DN/s"))
        kept |= {"BUNIT": _UNITS.get(unit.lower(), unit)}
        if magnetic:
            kept |= {"TELESCOP": "SDO/HMI", "CONTENT": self.name}
        if "WAVELNTH" in kept:
            kept.setdefault("WAVEUNIT", "angstrom")
        return kept

    def _value(self, key: str, index: int) -> str | int | float | bool | None:
        value = self.lists[key][index]
        if isinstance(value, str):
            return None if value.lower().lstrip("+-") == "nan" else value
        if not isinstance(value, (int, float)) or not math.isfinite(value):
            return None
        return int(value) if key.upper() in _WHOLE and float(value).is_integer() else value

    def image(self, index: int) -> SolarImage:
        """Read one image. Raises as `read` does."""
        return next(self.read([index]))

    def read(self, indices: Sequence[int] | NDArray[np.intp]) -> Iterator[SolarImage]:
        """Read images in the order of the store, each chunk once.

        Raises
        ------
        InvalidInputError
            If a chunk is broken, or an image has no time.
        NotFoundError
            If a chunk is missing.
        UnavailableError
            If the store does not answer.
        """
        for index, pixels in self.images.read([int(index) for index in indices]):
            yield self._image(index, pixels)

    def _image(self, index: int, pixels: NDArray[np.float32]) -> SolarImage:
        header = self.header(index)
        observatory, instrument, channel = identity_of(header)
        moment = from_datetime64(self.times[index])
        observer = observer_of(header, moment)
        exposure = header.get("EXPTIME", 0.0)
        return SolarImage(
            observatory=observatory,
            instrument=instrument,
            channel=channel,
            time=self.times[index],
            pixels=pixels,
            unit=unit_of(header),
            header=header,
            mask=~np.isfinite(pixels),
            observer=observer,
            light_travel_time=light_travel_time(observer, moment),
            exposure=exposure if isinstance(exposure, (int, float)) and 0 <= exposure < 86_400 else 0.0,
        )


class _Columns(Mapping[str, NDArray[Any]]):
    def __init__(self, lists: Mapping[str, list[Any]]) -> None:
        self._keys = {key.replace("-", "_"): key for key in lists}
        self._lists = lists

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __getitem__(self, name: str) -> NDArray[Any]:
        values = self._lists[self._keys[name]]
        try:
            return np.array([math.nan if value is None else float(value) for value in values])
        except (TypeError, ValueError):
            return np.array([str(value) for value in values])
