"""Synthetic products with events of known time and place. The same seed gives the same product."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.coordinates import Observer
from helioscribe.domain.product import Header, ImageSequence, LightCurve, SolarImage

__all__ = ["synthetic_image", "synthetic_light_curve", "synthetic_sequence", "synthetic_x_ray_map"]

_START = np.datetime64("2022-03-01T00:00:00", "ns")
_EARTH = Observer(name="earth", hgs_longitude=0.0, hgs_latitude=0.0, distance=1.0)
_BANDS = np.array([[4.0, 10.0], [10.0, 15.0], [15.0, 25.0], [25.0, 50.0], [50.0, 84.0]])
_QUIET = np.array([250.0, 50.0, 67.0, 863.0, 495.0])
_SPECTRUM = np.array([1.0, 0.2, 0.02, 0.0, 0.0])


def synthetic_light_curve(
    *,
    minutes: float = 120.0,
    flares: Sequence[tuple[float, float]] = ((60.0, 20.0),),
    cadence: float = 4.0,
    instrument: str = "STIX",
    seed: int = 0,
) -> LightCurve:
    """Return X-ray counts with Poisson noise.

    Parameters
    ----------
    minutes
        Length of the series [min].
    flares
        Start [min after the beginning] and peak [multiples of the quiet counts in the softest band] of each flare. It
        rises for about three minutes and decays for ten.
    cadence
        Width of a time bin [s].
    instrument
        Name of the instrument. The energy bands and quiet counts are always those of STIX.
    seed
        Seed of the noise.
    """
    n = round(minutes * 60 / cadence)
    seconds = (np.arange(n) + 0.5) * cadence
    profile = np.zeros(n)
    for start, peak in flares:
        after = np.clip(seconds - start * 60, 0, None)
        shape = (1 - np.exp(-after / 60)) * np.exp(-after / 300)
        profile += peak * shape / max(float(shape.max()), 1e-9)
    expected = (_QUIET + profile[:, None] * _QUIET[0] * _SPECTRUM) * cadence / 4
    counts = np.random.default_rng(seed).poisson(expected).astype(np.float64)
    return LightCurve(
        observatory="Synthetic Sun",
        instrument=instrument,
        times=_START + np.round(seconds * 1e9).astype("timedelta64[ns]"),
        exposure=np.full(n, cadence),
        counts=counts,
        errors=np.sqrt(np.maximum(counts, 1)),
        energies=_BANDS,
        live_fraction=np.ones(n),
        attenuator=np.zeros(n, np.uint8),
        good=np.ones(n, bool),
        observer=_EARTH,
        light_travel_time=0.0,
    )


def synthetic_image(
    *, size: int = 256, region: tuple[float, float] = (300.0, 250.0), instrument: str = "HMI", seed: int = 0
) -> SolarImage:
    """Return a line-of-sight magnetogram [G] of the full disk with noise and one bipolar region.

    Parameters
    ----------
    size
        Number of pixels along each side; the field of view is 2400 arcsec.
    region
        Helioprojective Tx and Ty of the region's centre [arcsec].
    instrument
        Name of the instrument.
    seed
        Seed of the noise.
    """
    scale = 2400.0 / size
    header = _header(size, size, scale)
    x, y = _grid(size, scale)
    field = np.random.default_rng(seed).normal(0, 8, (size, size))
    for sign, shift in ((1, 25.0), (-1, -25.0)):
        field += sign * 900 * np.exp(-((x - region[0] - shift) ** 2 + (y - region[1]) ** 2) / (2 * 18.0**2))
    off = np.hypot(x, y) > 950
    return SolarImage(
        observatory="Synthetic Sun",
        instrument=instrument,
        channel="magnetogram",
        time=_START,
        pixels=np.where(off, np.nan, field).astype(np.float32),
        unit="G",
        header=header,
        mask=off,
        observer=_EARTH,
        light_travel_time=0.0,
    )


def synthetic_x_ray_map(
    *, sources: Sequence[tuple[float, float]] = ((0.0, 0.0),), size: int = 257, instrument: str = "STIX", seed: int = 0
) -> SolarImage:
    """Return a map of a flare in X-rays as CLEAN makes it from STIX data: 4-10 keV, two minutes.

    Parameters
    ----------
    sources
        Places of compact sources, relative to the centre of the map [arcsec].
    size
        Number of pixels along each side; a pixel is 1 arcsec wide.
    instrument
        Name of the instrument.
    seed
        Seed of the noise.
    """
    x, y = _grid(size, 1.0)
    rng = np.random.default_rng(seed)
    image = np.zeros((size, size))
    for number, (tx, ty) in enumerate(sources):
        image += 0.8**number * np.exp(-((x - tx) ** 2 + (y - ty) ** 2) / (2 * 8.0**2))
    for angle, width, phase in rng.uniform((0, 15, 0), (np.pi, 90, 2 * np.pi), (12, 3)):
        image += 0.004 * np.cos(2 * np.pi * (x * np.cos(angle) + y * np.sin(angle)) / width + phase)
    header = {key.upper(): value for key, value in _header(size, size, 1.0).items()}
    return SolarImage(
        observatory="Synthetic Sun",
        instrument=instrument,
        channel="4-10 keV",
        time=_START,
        exposure=120.0,
        pixels=image.astype(np.float32),
        unit="ct / (s keV cm2 arcsec2)",
        header=header | {"CRVAL1": 400.0, "CRVAL2": -150.0, "ENERGY_L": 4.0, "ENERGY_H": 10.0, "ALG_USED": "CLEAN"},
        mask=np.zeros((size, size), bool),
        observer=_EARTH,
        light_travel_time=0.0,
    )


def synthetic_sequence(
    *, frames: int = 30, size: int = 64, jet: tuple[int, int] = (10, 20), instrument: str = "AIA", seed: int = 0
) -> ImageSequence:
    """Return EUV images [DN] of a patch at the limb in which a jet rises.

    Parameters
    ----------
    frames, size
        Number of frames, and of pixels along each side; a pixel is 4.8 arcsec wide.
    jet
        Numbers of the first and last frame that show the jet.
    instrument
        Name of the instrument.
    seed
        Seed of the noise.
    """
    scale = 4.8
    x, y = _grid(size, scale)
    rng = np.random.default_rng(seed)
    quiet = 40 + 20 * np.exp(-(((y + 60) / 60) ** 2))
    cube = rng.poisson(np.broadcast_to(quiet, (frames, size, size))).astype(np.float32)
    first, last = jet
    for frame in range(max(first, 0), min(last + 1, frames)):
        height = 15.0 * (frame - first + 1)
        cube[frame] += 120 * np.exp(-((x / 6) ** 2)) * ((y > -40) & (y < -40 + height))
    return ImageSequence(
        observatory="Synthetic Sun",
        instrument=instrument,
        channel="304",
        times=_START + np.arange(frames) * np.timedelta64(24, "s"),
        pixels=cube,
        unit="DN",
        headers=tuple(_header(size, size, scale) for _ in range(frames)),
        observer=_EARTH,
        light_travel_time=0.0,
    )


def _grid(size: int, scale: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    axis = (np.arange(size) - (size - 1) / 2) * scale
    x, y = np.meshgrid(axis, axis)
    return x, y


def _header(width: int, height: int, scale: float) -> Header:
    return {
        "ctype1": "HPLN-TAN",
        "ctype2": "HPLT-TAN",
        "cunit1": "arcsec",
        "cunit2": "arcsec",
        "cdelt1": scale,
        "cdelt2": scale,
        "crpix1": (width + 1) / 2,
        "crpix2": (height + 1) / 2,
        "crval1": 0.0,
        "crval2": 0.0,
        "date-obs": "2022-03-01T00:00:00",
        "rsun_ref": 695_700_000.0,
        "hgln_obs": 0.0,
        "hglt_obs": 0.0,
        "dsun_obs": 149_597_870_700.0,
    }
