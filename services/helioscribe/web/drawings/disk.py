"""The Sun's disk as the Earth sees it: limb, grid and events, in arcseconds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from helioscribe.domain.coordinates import Observer, Position
from helioscribe.domain.ephemeris import earth
from helioscribe.domain.event import Event
from helioscribe.domain.product import Product, SolarImage
from helioscribe.domain.rotation import limb, on_sky, visible
from helioscribe.domain.times import from_datetime64
from helioscribe.web.drawings.outline import Outline, outline

__all__ = ["Disk", "Frame", "Place", "draw_disk", "frame_of"]

_STEP = 15
_ASIDE, _NEARER = 3.0, 0.03
"""How far from the Earth's an image's view may be: degrees aside, and share of the distance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An event on the disk."""

    event: Event
    """What it stands for."""

    path: str
    """Its outline as an SVG path; empty for a point."""

    x: float
    """Where its name stands [arcsec], west positive."""

    y: float
    """Likewise, south positive as SVG counts."""

    @property
    def label(self) -> str:
        """What astronomers call it, if they have a name for it."""
        number = self.event.attributes.get("ar_noaanum")
        return f"{number}" if number else str(self.event.attributes.get("fl_goescls", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """A drawing of the Sun; its unit is an arcsecond, its origin the centre of the disk."""

    radius: float
    """Of the limb [arcsec]."""

    grid: tuple[str, ...]
    """Heliographic circles every 15 degrees as SVG paths."""

    places: tuple[Place, ...]
    """Large ones first, so that small ones can be reached."""

    hidden: int
    """Events that cannot be drawn: behind the limb by then, or without a place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Where an image lies [arcsec], in the drawing's directions."""

    x: float
    """East end."""

    y: float
    """North end."""

    width: float
    """To the west end."""

    height: float
    """To the south end."""


def frame_of(product: Product) -> Frame | None:
    """Return where an image lies in a drawing; None if it has no arcseconds, or was not seen from about the Earth."""
    if not isinstance(product, SolarImage) or not _from_the_earth(product):
        return None
    header, (rows, columns) = product.header, product.pixels.shape
    names = ("CRPIX1", "CRPIX2", "CRVAL1", "CRVAL2", "CDELT1", "CDELT2")
    known = {name.upper(): value for name, value in header.items()}
    numbers = [known.get(name) for name in names]
    if not str(known.get("CTYPE1", "")).startswith("HPLN") or not all(isinstance(n, (int, float)) for n in numbers):
        return None
    pixel_x, pixel_y, value_x, value_y, step_x, step_y = (float(number) for number in numbers if number is not None)
    # FITS counts pixels from 1 at their middle; the first row is the southern one.
    west, north = value_x + (columns + 0.5 - pixel_x) * step_x, value_y + (rows + 0.5 - pixel_y) * step_y
    east = value_x + (0.5 - pixel_x) * step_x
    return Frame(x=round(east, 2), y=round(-north, 2), width=round(west - east, 2), height=round(rows * step_y, 2))


def _from_the_earth(image: SolarImage) -> bool:
    """Whether an image shows the Sun about as the Earth sees it, which is so at L1, too."""
    there, here = image.observer, earth(from_datetime64(image.time))
    if there is None:
        return True
    aside = max(abs(there.hgs_longitude), abs(there.hgs_latitude - here.hgs_latitude))
    return aside < _ASIDE and abs(there.distance / here.distance - 1) < _NEARER


def draw_disk(events: Sequence[Event], moment: datetime) -> Disk:
    """Draw the Sun at a moment (UTC) with events turned to it."""
    observer = earth(moment)
    outlines = [(event, outline(event, moment)) for event in events]
    seen = sorted(((event, points) for event, points in outlines if points), key=lambda pair: -_extent(pair[1]))
    return Disk(
        radius=round(limb(observer), 2),
        grid=tuple(_grid(observer)),
        places=tuple(_place(event, points) for event, points in seen),
        hidden=len(events) - len(seen),
    )


def _place(event: Event, points: Outline) -> Place:
    middle_x = sum(point.tx for point in points) / len(points)
    middle_y = sum(point.ty for point in points) / len(points)
    path = _path(points) + "Z" if len(points) > 2 else ""
    return Place(event=event, path=path, x=round(middle_x, 1), y=round(-middle_y, 1))


def _extent(points: Outline) -> float:
    wide = max(point.tx for point in points) - min(point.tx for point in points)
    return wide * (max(point.ty for point in points) - min(point.ty for point in points))


def _path(points: Iterable[Position]) -> str:
    return "M" + "L".join(f"{point.tx:.1f} {-point.ty:.1f}" for point in points)


def _grid(observer: Observer) -> Iterator[str]:
    angles = np.arange(-90, 91, 3)
    for fixed in range(-90 + _STEP, 90, _STEP):
        yield _path(visible(*on_sky(observer.hgs_longitude + fixed, angles, observer)))
        yield _path(visible(*on_sky(observer.hgs_longitude + angles, fixed, observer)))
