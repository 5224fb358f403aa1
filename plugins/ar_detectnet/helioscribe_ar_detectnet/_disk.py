"""A prepared magnetogram as the networks need it, and its pixels as places on the Sun."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.coordinates import Observer, Position
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import SolarImage
from helioscribe.domain.rotation import heliographic
from helioscribe_ar_detectnet._crops import cut, planes, window_of
from helioscribe_ar_detectnet._geometry import MIDDLE, RADIUS, SIDE, cosines
from helioscribe_ar_detectnet._inputs import disk_planes

__all__ = ["Disk", "read_disk"]

_EARTH = Observer(name="earth", hgs_longitude=0.0, hgs_latitude=0.0, distance=1.0)
_TOLERANCE = 0.03
_FINEST = 2 * SIDE


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """Field and geometry on the detector's grid of 512 pixels."""

    field: NDArray[np.float32]
    """Along the line of sight [G], shape (512, 512), row 0 at the south; 0 where there is none or `mu` is 0."""

    fine: NDArray[np.float32]
    """The same as fine as the product is, with 1024 pixels a side at most."""

    mu: NDArray[np.float32]
    """Cosine of the heliocentric angle, shape (512, 512); 0 off the disk and within 10 degrees of the limb."""

    scale: float
    """Arcseconds a pixel of `field`."""

    observer: Observer
    """Where the instrument was."""

    def inputs(self) -> NDArray[np.float32]:
        """Return what the detector's network sees, shape (2, 512, 512)."""
        return disk_planes(self.field)

    def crop(self, box: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return what the classifier's network sees of a box [pixels of `field`], shape (3, CROP, CROP)."""
        window = window_of(box)
        return planes(cut(self.fine, box, window, side=self.fine.shape[0]), window)

    def position(self, x: float, y: float) -> Position:
        """Return the direction of a pixel of `field`, counted from 0."""
        tx, ty = self.arcsec(np.array([x, y])).tolist()
        return Position(tx=tx, ty=ty)

    def arcsec(self, pixels: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return coordinates in pixels of `field`, counted from 0, in arcseconds to the west or north."""
        return np.asarray((pixels - MIDDLE) * self.scale, np.float64)

    def pixels(self, arcsec: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return coordinates in arcseconds in pixels of `field`."""
        return np.asarray(arcsec / self.scale + MIDDLE, np.float64)

    def place(self, x: float, y: float) -> tuple[float, float] | None:
        """Return Stonyhurst longitude and latitude [deg] of a pixel; None off the disk."""
        return heliographic(self.position(x, y), self.observer)


def read_disk(image: SolarImage) -> Disk:
    """Check that an image is a prepared magnetogram of the full disk, and bring it to the detector's size.

    Raises
    ------
    InvalidInputError
        If it is not.
    """
    _check(image)
    field = np.where(image.mask, np.float32(0), np.nan_to_num(image.pixels)).astype(np.float32)
    mu = cosines()
    coarse, fine = (
        np.where(_sized(mu, side) > 0, _sized(field, side), np.float32(0))
        for side in (SIDE, min(_FINEST, field.shape[0]))
    )
    return Disk(
        field=coarse,
        fine=fine,
        mu=mu,
        scale=float(image.header["CDELT1"]) * image.pixels.shape[0] / SIDE,
        observer=image.observer or _EARTH,
    )


def _check(image: SolarImage) -> None:
    what = f"{image.instrument} {image.channel}"
    if image.unit != "G":
        raise InvalidInputError(f"ar-detectnet reads fields in gauss, got {what} in {image.unit or 'no unit'}")
    header, (rows, columns) = image.header, image.pixels.shape
    if not (axis := str(header.get("CTYPE1", "no"))).startswith("HPLN"):
        raise InvalidInputError(f"ar-detectnet reads full disks, got {what} in {axis} coordinates")
    if rows != columns or not (rows % SIDE == 0 or SIDE % rows == 0) or rows < SIDE // 2:
        raise InvalidInputError(f"ar-detectnet reads squares of 256 pixels or a multiple, got {columns} x {rows}")
    radius = float(header.get("RSUN_OBS", 0)) / float(header.get("CDELT1", 1)) / rows
    middle = [float(header.get(key, 0)) - (rows + 1) / 2 for key in ("CRPIX1", "CRPIX2")]
    straight = float(header.get("PC1_1", 1.0)) > 1 - 1e-4
    if abs(radius / (RADIUS / SIDE) - 1) > _TOLERANCE or max(map(abs, middle)) > 1 or not straight:
        raise InvalidInputError(f"ar-detectnet reads prepared full disks: north up, centred, of one size; got {what}")
    if image.mask.all():
        raise InvalidInputError(f"ar-detectnet: no pixel of {what} can be used")


def _sized(field: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    have = field.shape[0]
    if have > side:
        step = have // side
        return np.asarray(field.reshape(side, step, side, step).mean(axis=(1, 3)))
    return field.repeat(side // have, 0).repeat(side // have, 1)
