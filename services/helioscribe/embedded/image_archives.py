"""Images of SDO from JSOC, and from other providers when JSOC is down."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from helioscribe.domain.errors import InvalidInputError, UnavailableError
from helioscribe.domain.times import TimeRange
from helioscribe.embedded.console import progress
from helioscribe.ingest.sources.fido import fetch_with_fido
from helioscribe.ingest.sources.jsoc import Jsoc
from helioscribe.ingest.sources.jsoc_records import Cutout

__all__ = ["ImageRequest", "fetch_images"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRequest:
    """What is wanted."""

    product: str
    """``aia`` or ``hmi``."""

    span: TimeRange
    """UTC."""

    channel: str = ""
    """Wavelength, of AIA."""

    cadence: float | None = None
    """Seconds between images; all if None."""

    cutout: Cutout | None = None
    """Field of view; the whole disk if None."""

    email: str = ""
    """Who asks JSOC."""

    server: str = "http://jsoc.stanford.edu"
    """Root of JSOC."""

    provider: str = "auto"
    """``jsoc``, ``fido``, or ``auto`` for JSOC and then the others."""


def fetch_images(wanted: ImageRequest, folder: Path) -> tuple[list[Path], list[str]]:
    """Bring images; return the files, and one line for each that did not come.

    Raises
    ------
    InvalidInputError
        If JSOC cannot be asked so, or others cannot cut out.
    UnavailableError
        If nobody answers.
    """
    if wanted.provider != "fido" and (wanted.email or wanted.provider == "jsoc"):
        try:
            return _from_jsoc(wanted, folder)
        except UnavailableError:
            if wanted.provider == "jsoc" or wanted.cutout is not None:
                raise
    if wanted.cutout is not None:
        raise InvalidInputError("only JSOC cuts out: --cutout needs --email, an address that is registered there")
    return fetch_with_fido(
        wanted.product, wanted.span, folder, cadence=wanted.cadence, channel=wanted.channel
    )


def _from_jsoc(wanted: ImageRequest, folder: Path) -> tuple[list[Path], list[str]]:
    archive = Jsoc(email=wanted.email, server=wanted.server)
    records = archive.query(wanted.product, wanted.span, cadence=wanted.cadence, channel=wanted.channel)
    with progress(len(records)) as tell:
        result = archive.export(
            wanted.product, records, folder, cutout=wanted.cutout, progress=lambda done: tell("JSOC", done)
        )
    return list(result.files), [f"{slot}: {reason}" for slot, reason in result.missing.items()]
