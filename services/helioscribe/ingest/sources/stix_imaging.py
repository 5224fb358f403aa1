"""Pixel counts of STIX become an image: stixpy makes and calibrates visibilities, xrayvision maps them, CLEAN follows.

The imaging concept is that of Massa et al. (2023, Sol. Phys. 298, 114); CLEAN is Högbom's (1974, A&AS 15, 417).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError, MissingDependencyError
from helioscribe.domain.libraries import load

__all__ = ["BEAM", "SIZE", "STEP", "CleanMap", "clean", "image_pixels"]

SIZE, STEP = 257, 1.0
"""Width and height [pixel] and size of a pixel [arcsec], as in the published maps."""

BEAM = 16.0
"""Full width at half maximum of the beam with which the components are drawn [arcsec]."""

# Sub-collimators (detector numbers), coarse to fine: 10 to 7 find the source, 10 to 3 image it.
_COARSE = (3, 20, 22, 16, 14, 32, 21, 26, 4, 24, 8, 28)
_IMAGING = (*_COARSE, 15, 27, 31, 6, 30, 2, 25, 5, 23, 7, 29, 1)
_DISK_SIZE, _DISK_STEP = 512, 10.0
_GAIN, _LOOPS = 0.1, 300

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CleanMap:
    """An image in the frame of the instrument."""

    pixels: Floats
    """Flux [count / (s keV cm2 arcsec2)], shape (`SIZE`, `SIZE`)."""

    centre: tuple[float, float]
    """Of the image, in the imaging frame [arcsec]."""


def image_pixels(path: Path, span: tuple[datetime, datetime], band: tuple[float, float], *, name: str) -> CleanMap:
    """Image the counts of a pixel-data file.

    Parameters
    ----------
    path
        Path of the FITS file, not compressed.
    span
        Start and end, within whole time bins of the file, UTC.
    band
        Energies [keV].
    name
        Name of the file as it came, for messages of errors.

    Raises
    ------
    InvalidInputError
        If the file cannot be imaged: masks change within the span, no channel in the band, or no counts.
    MissingDependencyError
        If stixpy or xrayvision is not installed.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _image(path, span, band)
    except ImportError as error:
        raise MissingDependencyError.of(error.name or "stixpy", extra="imaging") from None
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, ArithmeticError) as error:
        raise InvalidInputError.wrap(error, doing=f"{name}: STIX pixel data that stixpy cannot image") from None


def _image(path: Path, span: tuple[datetime, datetime], band: tuple[float, float]) -> CleanMap:
    load("sunpy")
    import astropy.units as u
    from stixpy.calibration.visibility import create_meta_pixels, create_visibility
    from stixpy.product import Product
    from xrayvision.imaging import vis_psf_image, vis_to_image

    ends = [moment.replace(tzinfo=None) for moment in span]
    meta = create_meta_pixels(Product(path), time_range=ends, energy_range=list(band) * u.keV, no_shadowing=True)
    visibilities = create_visibility(meta)
    disk = vis_to_image(
        _calibrated(visibilities, (0.0, 0.0), _COARSE),
        [_DISK_SIZE] * 2 * u.pix,
        pixel_size=[_DISK_STEP] * 2 * u.arcsec / u.pix,
    )
    row, column = np.unravel_index(int(np.nanargmax(disk.value)), disk.shape)
    middle = (_DISK_SIZE - 1) / 2
    centre = ((float(column) - middle) * _DISK_STEP, (float(row) - middle) * _DISK_STEP)
    fine, step = _calibrated(visibilities, centre, _IMAGING), [STEP] * 2 * u.arcsec / u.pix
    dirty = vis_to_image(fine, [SIZE] * 2 * u.pix, pixel_size=step).value
    beam = vis_psf_image(fine, shape=[2 * SIZE - 1] * 2 * u.pix, pixel_size=step).value
    return CleanMap(pixels=clean(np.asarray(dirty, float), np.asarray(beam, float)), centre=centre)


def _calibrated(visibilities: Any, centre: tuple[float, float], detectors: tuple[int, ...]) -> Any:
    import astropy.units as u
    from astropy.coordinates import SkyCoord
    from stixpy.calibration.visibility import calibrate_visibility
    from stixpy.coordinates.frames import STIXImaging
    from sunpy.time import TimeRange

    # With the frame of the middle of the span, nothing needs to be transformed and no ephemeris to be fetched.
    frame = STIXImaging(obstime=TimeRange(visibilities.meta.time_range).center)
    place = SkyCoord(centre[0] * u.arcsec, centre[1] * u.arcsec, frame=frame)
    calibrated = calibrate_visibility(visibilities, flare_location=place)
    return calibrated[np.flatnonzero(np.isin(calibrated.meta["isc"], detectors))]


def clean(dirty: Floats, beam: Floats, *, width: float = BEAM / STEP) -> Floats:
    """Take point sources out of a dirty map until the residual is noise, and draw them with a round beam.

    Parameters
    ----------
    dirty
        Map, shape (n, n).
    beam
        Response to a point source, peak in the middle, shape (2 n - 1, 2 n - 1).
    width
        Full width at half maximum of the beam that they are drawn with [pixel].

    Returns
    -------
    ndarray
        Components drawn and residual in units of flux a pixel, shape (n, n).
    """
    from scipy.ndimage import gaussian_filter

    n = dirty.shape[0]
    response = beam / beam.max()
    residual, model = dirty.copy(), np.zeros_like(dirty)
    for _ in range(_LOOPS):
        row, column = np.unravel_index(int(residual.argmax()), residual.shape)
        if residual[row, column] <= -residual.min():
            break
        flux = _GAIN * residual[row, column]
        model[row, column] += flux
        residual -= flux * response[n - 1 - row : 2 * n - 1 - row, n - 1 - column : 2 * n - 1 - column]
    sigma = width / np.sqrt(8 * np.log(2))
    drawn = gaussian_filter(model, sigma, mode="constant")
    return np.asarray(drawn + residual / (2 * np.pi * sigma**2))
