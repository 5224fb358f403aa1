"""What a region is worth: area, flux, polarities and outline, from the field in its box."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.detection import Value
from helioscribe_ar_detectnet._disk import Disk
from helioscribe_ar_detectnet._geometry import RADIUS, SIDE

__all__ = ["Region", "measure"]

_RSUN_KM = 695_700.0
_PIXEL = (_RSUN_KM / RADIUS) ** 2
"""Area [km2] of a pixel in the plane of the sky: the Sun is always drawn in one size."""

_STRONG = 100.0
"""Field [G] along the line of sight that belongs to a region, smoothed over three pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """What was measured."""

    centre: tuple[float, float]
    """Pixel (x, y) of the mean place of the strong field."""

    outline: NDArray[np.float64]
    """Corners (x, y) of the convex hull of the strong field, shape (corner, 2)."""

    measurements: dict[str, Value]
    """Under HEK's names."""


def measure(disk: Disk, box: NDArray[np.float64]) -> Region:
    """Measure the field in a box.

    Parameters
    ----------
    disk
        Where it lies.
    box
        x1, y1, x2, y2 [pixels].

    Returns
    -------
    Region
        Areas in km2 deprojected and in the plane of the sky, fluxes in Mx of the radial field that the line of sight
        shows (B / mu), the distance of the two polarities' middles in km along the surface.
    """
    columns, rows = _pixels(box[0], box[2]), _pixels(box[1], box[3])
    field, mu = disk.field[np.ix_(rows, columns)], disk.mu[np.ix_(rows, columns)]
    strong = (_smoothed(np.abs(field)) > _STRONG) & (mu > 0)
    if not strong.any():
        strong = mu > 0
    y, x = (axis[strong] for axis in np.meshgrid(rows, columns, indexing="ij"))
    if not x.size:
        middle = (float(box[0] + box[2]) / 2, float(box[1] + box[3]) / 2)
        return Region(centre=middle, outline=np.empty((0, 2)), measurements={})
    weight = np.abs(field[strong]) + 1e-3
    centre = (float(np.average(x, weights=weight)), float(np.average(y, weights=weight)))
    return Region(
        centre=centre,
        outline=_hull(np.column_stack([x, y]).astype(float)),
        measurements=_values(disk, x, y, field[strong], mu[strong]),
    )


def _pixels(low: float, high: float) -> NDArray[np.intp]:
    first, last = max(0, int(np.floor(low))), min(SIDE - 1, int(np.ceil(high)))
    return np.arange(min(first, SIDE - 1), max(first, last) + 1)


def _values(
    disk: Disk, x: NDArray[np.intp], y: NDArray[np.intp], field: NDArray[np.float32], mu: NDArray[np.float32]
) -> dict[str, Value]:
    slant = mu.astype(float)
    flux = field / slant * (_PIXEL / slant) * 1e10
    values: dict[str, Value] = {
        "area_raw": float(_PIXEL * x.size),
        "area_atdiskcenter": float((_PIXEL / slant).sum()),
        "area_unit": "km2",
        "unsignedflux": float(np.abs(flux).sum()),
        "magfluxunit": "Mx",
        "ar_sumpossignedflux": float(flux[flux > 0].sum()),
        "ar_sumnegsignedflux": float(flux[flux < 0].sum()),
        "maxmagfieldstrength": float(np.abs(field).max()),
        "maxmagfieldstrengthunit": "G",
    }
    if (apart := _separation(disk, x, y, flux)) is not None:
        values |= {"ar_axislength": apart, "ar_lengthunit": "km"}
    return values


def _separation(disk: Disk, x: NDArray[np.intp], y: NDArray[np.intp], flux: NDArray[np.float64]) -> float | None:
    places = []
    for sign in (1, -1):
        of = flux * sign > 0
        if not of.any():
            return None
        weight = np.abs(flux[of])
        places.append(disk.place(float(np.average(x[of], weights=weight)), float(np.average(y[of], weights=weight))))
    if places[0] is None or places[1] is None:
        return None
    (lon1, lat1), (lon2, lat2) = (np.radians(place) for place in places if place)
    cosine = np.sin(lat1) * np.sin(lat2) + np.cos(lat1) * np.cos(lat2) * np.cos(lon1 - lon2)
    return float(np.arccos(np.clip(cosine, -1, 1)) * _RSUN_KM)


def _smoothed(values: NDArray[np.float32]) -> NDArray[np.float64]:
    padded = np.pad(values.astype(float), 1, mode="edge")
    rows, columns = values.shape
    return sum(padded[dy : dy + rows, dx : dx + columns] for dy in range(3) for dx in range(3)) / 9.0  # type: ignore[return-value]


def _hull(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the convex hull (Andrew's monotone chain), counterclockwise; a point or a line as it is."""
    ordered = points[np.lexsort((points[:, 1], points[:, 0]))]
    if len(ordered) < 3:
        return ordered
    return np.array([*_chain(ordered), *_chain(ordered[::-1])])


def _chain(points: NDArray[np.float64]) -> Iterator[NDArray[np.float64]]:
    chain: list[NDArray[np.float64]] = []
    for point in points:
        while len(chain) > 1 and _turns_right(chain[-2], chain[-1], point):
            chain.pop()
        chain.append(point)
    yield from chain[:-1]


def _turns_right(a: NDArray[np.float64], b: NDArray[np.float64], c: NDArray[np.float64]) -> bool:
    return bool((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) <= 0)
