"""Observations: what is known of one file or one record of an archive."""

from __future__ import annotations

from dataclasses import dataclass

from helioscribe.domain.coordinates import Observer
from helioscribe.domain.identity import content_id
from helioscribe.domain.times import TimeRange

__all__ = ["Observation", "observation_id"]


def observation_id(sha256: str) -> str:
    """Return the id of the observation with these bytes: the same bytes have the same id."""
    return content_id("obs", sha256=sha256)


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """Metadata of an observation, and where its data are stored."""

    id: str
    """`observation_id` of `sha256`."""

    sha256: str
    """Digest of the file as it was received."""

    size: int
    """Length of that file [bytes]."""

    name: str
    """Name of the file or record, for people; it is never used as a path."""

    archive: str
    """Archive that it came from: ``file``, ``soar``, ``jsoc`` or ``sdoml``."""

    observatory: str
    """Observatory, such as ``Solar Orbiter`` or ``SDO``."""

    instrument: str
    """Instrument, such as ``STIX`` or ``HMI``."""

    channel: str
    """Energy band, wavelength or observable, such as ``4-84 keV`` or ``171``."""

    product_kind: str
    """``light_curve``, ``solar_image`` or ``image_sequence``."""

    time_range: TimeRange
    """Time from the first to the last sample, UTC at the observer."""

    level: str
    """Processing level, as the archive names it, such as ``L1``."""

    version: str = ""
    """The archive's version of the file, such as ``V02``."""

    complete: bool = True
    """False if the archive says that a more complete file will replace this one."""

    quality: tuple[str, ...] = ()
    """Defects of the data in words; empty if there are none."""

    observer: Observer | None = None
    """Position of the instrument; None if unknown."""

    light_travel_time: float | None = None
    """Time at the Earth minus time at the observer for the same light [s]; None if unknown."""

    raw_key: str
    """Artifact key of the file as it was received."""

    product_key: str
    """Artifact key of the calibrated product."""

    product_sha256: str
    """Digest of the product's bytes."""
