"""Reading files into products. The reader is chosen by the content of a file, never by its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from helioscribe.domain.errors import InvalidInputError, MissingDependencyError, UnsupportedInputError
from helioscribe.ingest.not_observations import what_it_is
from helioscribe.ingest.source_file import SourceFile, safe_name, unpacked
from helioscribe.ingest.sources.fits_scan import Hdu, scan_fits
from helioscribe.ingest.sources.images.jpeg2000 import is_jpeg2000
from helioscribe.ingest.sources.sequences.cube import is_cube, read_cube
from helioscribe.ingest.sources.sequences.pack import is_pack, read_pack, wishes_of
from helioscribe.ingest.sources.solar_image import is_solar_image, read_display_image, read_solar_image
from helioscribe.ingest.sources.stix import is_stix, read_stix
from helioscribe.ingest.sources.stix_maps import is_stix_map, read_stix_map
from helioscribe.ingest.sources.stix_pixels import is_pixel_data, read_pixel_data
from helioscribe.ingest.sources.xray.csv_table import read_csv
from helioscribe.ingest.sources.xray.eve import is_eve, read_eve
from helioscribe.ingest.sources.xray.goes_fits import is_goes, read_goes
from helioscribe.ingest.sources.xray.goes_netcdf import read_goes_netcdf
from helioscribe.ingest.sources.xray.goes_text import is_goes_csv, is_goes_json, read_goes_csv, read_goes_json
from helioscribe.ingest.sources.xray.rhessi import is_rhessi, read_rhessi
from helioscribe.ingest.sources.xray.solexs import is_solexs, read_solexs
from helioscribe.runtime.netcdf import is_netcdf
from helioscribe.runtime.settings import Settings

__all__ = ["DEFAULTS", "Reading", "read_bytes", "read_product"]

_KNOWN = (
    "light curves of STIX, GOES XRS, RHESSI, SoLEXS and EVE, STIX maps and pixel data, solar images as FITS or "
    "JPEG 2000, cubes of images with their times, packs of frames, and light curves as CSV"
)
_NATIVE = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Settings of the readers."""

    image_pixels: int = 1024
    """Largest width and height of an image of the full disk [pixel]; larger ones are binned."""

    ephemeris: Path | None = None
    """Folder of STIX auxiliary files, which say where STIX pointed; needed to place images made of pixel data."""

    aia_table: Path | None = None
    """Table of AIA's degradation; None corrects none."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return those of the platform's settings."""
        table = Path(settings.aia_corrections) if settings.aia_corrections else None
        return cls(image_pixels=settings.image_pixels, ephemeris=settings.ephemeris_folder, aia_table=table)


DEFAULTS = Reading()
"""Settings of the readers by default."""


def read_product(path: Path, reading: Reading = DEFAULTS) -> SourceFile:
    """Read a file.

    Parameters
    ----------
    path
        The file; gzip is unpacked.
    reading
        Settings of the readers.

    Raises
    ------
    UnsupportedInputError
        If it is of no known kind.
    InvalidInputError
        If it is of a known kind but damaged; the message says what was wrong, where, and what was expected.
    """
    if not path.is_file():
        raise InvalidInputError(f"{safe_name(path.name)}: no such file")
    try:
        return read_bytes(unpacked(path), path.name, reading)
    except OSError as error:
        raise InvalidInputError.wrap(error, doing=f"{safe_name(path.name)}: cannot be read") from None


def read_bytes(data: bytes, name: str, reading: Reading = DEFAULTS) -> SourceFile:
    """Read the unpacked content of a file. `name` is used in messages only. Raises as `read_product` does."""
    name = safe_name(name)
    if data.startswith(b"SIMPLE"):
        return _read_fits(data, name, reading)
    if is_jpeg2000(data):
        return _guarded(name, lambda: read_display_image(data, name, pixels=reading.image_pixels))
    if is_netcdf(data):
        return _guarded(name, lambda: read_goes_netcdf(data, name))
    if is_pack(data):
        return _guarded(name, lambda: _read_frames(data, name, reading))
    if b"\x00" in data[:4096]:
        raise UnsupportedInputError(f"{name}: an unknown kind of file; known are {_KNOWN}")
    return _read_text(data, name)


def _read_text(data: bytes, name: str) -> SourceFile:
    if is_goes_json(data):
        return read_goes_json(data, name)
    if what := what_it_is(data):
        raise UnsupportedInputError(f"{name}: {what}")
    if is_eve(data):
        return read_eve(data, name)
    return read_goes_csv(data, name) if is_goes_csv(data) else read_csv(data, name)


def _read_frames(data: bytes, name: str, reading: Reading) -> SourceFile:
    wishes = wishes_of(data, name)
    # Cut-outs keep the pixels of the telescope.
    chosen = replace(reading, image_pixels=_NATIVE) if wishes.cutout else reading
    return read_pack(data, name, wishes, lambda frame, member: read_bytes(frame, member, chosen))


def _read_fits(data: bytes, name: str, reading: Reading) -> SourceFile:
    hdus = scan_fits(data, name)
    return _guarded(name, lambda: _read_instrument(hdus, data, name, reading))


def _guarded(name: str, read: Callable[[], SourceFile]) -> SourceFile:
    try:
        return read()
    except MissingDependencyError as error:
        raise MissingDependencyError(f"{name}: {error.message}") from None
    except (ValueError, TypeError, ArithmeticError, LookupError) as error:
        raise InvalidInputError.wrap(error, doing=f"{name}: not what its header says") from None


def _read_instrument(hdus: list[Hdu], data: bytes, name: str, reading: Reading) -> SourceFile:
    for knows, read in _INSTRUMENTS:
        if knows(hdus):
            return read(hdus, data, name, reading)
    header = hdus[0].header
    what = " ".join(str(header.get(key, "")) for key in ("TELESCOP", "INSTRUME")).strip() or "no instrument"
    raise UnsupportedInputError(f"{name}: FITS of {what[:60]}; known are {_KNOWN}")


_Knows = Callable[[list[Hdu]], bool]
_Read = Callable[[list[Hdu], bytes, str, Reading], SourceFile]
_INSTRUMENTS: tuple[tuple[_Knows, _Read], ...] = (
    (is_stix_map, lambda hdus, data, name, _: read_stix_map(hdus, data, name)),
    (is_pixel_data, lambda hdus, data, name, how: read_pixel_data(hdus, data, name, ephemeris=how.ephemeris)),
    (is_stix, lambda hdus, _, name, __: read_stix(hdus, name)),
    (is_goes, lambda hdus, _, name, __: read_goes(hdus, name)),
    (is_rhessi, lambda hdus, _, name, __: read_rhessi(hdus, name)),
    (is_solexs, lambda hdus, _, name, __: read_solexs(hdus, name)),
    (is_cube, lambda hdus, data, name, _: read_cube(hdus, data, name)),
    (
        is_solar_image,
        lambda hdus, data, name, how: read_solar_image(
            hdus, data, name, pixels=how.image_pixels, aia_table=how.aia_table
        ),
    ),
)
"""Recognisers and readers. The first that recognises a file reads it, so the most specific ones come first."""
