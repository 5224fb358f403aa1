"""One record of an archive, or one file: what it is and where its bytes lie."""

from __future__ import annotations

from dataclasses import dataclass

from helioscribe.domain.coordinates import Observer
from helioscribe.domain.identity import content_id
from helioscribe.domain.times import TimeRange

__all__ = ["Observation", "observation_id"]


def observation_id(sha256: str) -> str:
    """Id of the observation with these bytes: same bytes, same id."""
    return content_id("obs", sha256=sha256)


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What is known of an observation. It carries no pixels."""

    id: str
    """`observation_id` of `sha256`."""

    sha256: str
    """Of the bytes as they came."""

    size: int
    """Length of those bytes."""

    name: str
    """File or record name, for people; never used as a path."""

    archive: str
    """Where it came from: ``file``, ``soar``, ``jsoc``, ``sdoml``."""

    observatory: str
    """Such as ``Solar Orbiter`` or ``SDO``."""

    instrument: str
    """Such as ``STIX`` or ``HMI``."""

    channel: str
    """Band, wavelength or observable, such as ``4-84 keV`` or ``171``."""

    product_kind: str
    """``light_curve``, ``solar_image`` or ``image_sequence``."""

    time_range: TimeRange
    """First to last moment observed, UTC at the observer."""

    level: str
    """Processing level as the archive names it, such as ``L1``."""

    version: str = ""
    """The archive's version of the file, such as ``V02``."""

    complete: bool = True
    """False where the archive says that the file will be replaced by a fuller one."""

    quality: tuple[str, ...] = ()
    """What is wrong with it, in words; empty if nothing is."""

    observer: Observer | None = None
    """Where the instrument was; None if the file does not say."""

    light_travel_time: float | None = None
    """Earth UTC less observer UTC of the same sunlight [s]; None if the file does not say."""

    raw_key: str
    """Artifact key of the bytes as they came."""

    product_key: str
    """Artifact key of the calibrated product."""

    product_sha256: str
    """Digest of the product's bytes: what detectors read."""
