"""Converts units of HEK's columns to units that its clients can read and convert."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from helioscribe.domain.coordinates import SOLAR_RADIUS
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.hek.schema import Kind, columns

__all__ = ["normalized"]

_SPECIAL = frozenset(
    {
        "cubic centimeter",
        "square centimeter",
        "cubic meter",
        "square meter",
        "ergs per cubic centimeter",
        "HMI pixels",
        "HMI pixel",
    }
)
"""Units of two words that sunpy's client knows. Of all others it would read the first word only."""

_ALIASES = {
    "arcseconds": "arcsec",
    "degrees": "deg",
    "sec": "s",
    "emx": "Mx",
    "amperes": "A",
    "ergs": "erg",
    "radians": "rad",
    "hz": "Hz",
    "rsun": "R_sun",
    "ergs/cm^3": "erg/cm^3",
    "ma": "mA",
    "ma/m2": "mA/m2",
}
"""Names of units that sunpy's client reads although astropy does not."""

_HEMISPHERE = 2 * math.pi * (SOLAR_RADIUS / 1000) ** 2  # [km2]
_ARCSEC_AT_EARTH = 725.2709

_REPLACED: Mapping[str, tuple[str, float]] = {
    "angstroms": ("Angstrom", 1),
    "angstrom": ("Angstrom", 1),
    "steradians": ("sr", 1),
    "pixels": ("pixel", 1),
    "counts/s": ("ct/s", 1),
    "day": ("day", 1),
    "days": ("day", 1),
    "deg/day": ("deg/day", 1),
    "degrees/day": ("deg/day", 1),
    "gauss": ("G", 1),
    "kev": ("keV", 1),
    "w m-2": ("W/m^2", 1),
    "w / m2": ("W/m^2", 1),
    "km s-1": ("km/s", 1),
    "km / s": ("km/s", 1),
    "millihemisphere": ("km2", _HEMISPHERE / 1e3),
    "millihemispheres": ("km2", _HEMISPHERE / 1e3),
    "uhem": ("km2", _HEMISPHERE / 1e6),
    "msh": ("km2", _HEMISPHERE / 1e6),
    "arcsec2": ("km2", _ARCSEC_AT_EARTH**2),
}
"""Names of units, in lower case, that clients cannot read or convert, with their replacement and its factor.

Some of them are examples in HEK's own specification. Fractions of the solar hemisphere, and square arcseconds as seen
from 1 au, become km2.
"""


def normalized(name: str, value: float, unit: str) -> tuple[float, str]:
    """Return the value of a column and its unit as HEK's clients can read them.

    Parameters
    ----------
    name
        Name of a numeric column that has a unit.
    value
        Value of the column.
    unit
        Unit as the submitter wrote it.

    Raises
    ------
    InvalidInputError
        If the unit cannot be read, or cannot be converted to the column's canonical unit.
    """
    holder = columns()[columns()[name].unit]
    if holder.kind is not Kind.UNIT or holder.name == "event_coordunit":
        return value, unit
    if holder.name == "obs_wavelunit":
        return _wavelength(value, unit), "cm"
    text = unit.strip()
    if not _fits(text, holder.canonical) and (better := _REPLACED.get(text.lower())):
        text, value = better[0], value * better[1]
    if not _fits(text, holder.canonical):
        wanted = holder.canonical or "a pure number"
        raise InvalidInputError(f"{holder.name} {unit!r:.40}: expected a unit that can be converted to {wanted}")
    return value, text


@lru_cache(maxsize=4096)
def _fits(text: str, canonical: str) -> bool:
    from astropy.units import dimensionless_unscaled

    read, wanted = _read(text), _read(canonical)
    return read is not None and bool(read.is_equivalent(wanted or dimensionless_unscaled))


def _read(text: str) -> Any:
    import warnings

    from astropy import units

    if text in _SPECIAL:
        text = {"HMI pixel": "arcsec/pixel", "HMI pixels": "arcsec/pixel"}.get(text, _spelled_out(text))
    if " " in text or "," in text:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", units.UnitsWarning)  # "erg/cm/cm/s" is how HEK's own records have it
        try:
            return units.Unit(_ALIASES.get(text, text))
        except (ValueError, TypeError):
            return None


def _spelled_out(text: str) -> str:
    power = {"cubic": "3", "square": "2"}
    if text.startswith("ergs"):
        return "erg/cm3"
    first, length = text.split(" ")
    return {"centimeter": "cm", "meter": "m"}[length] + power[first]


def _wavelength(value: float, unit: str) -> float:
    from astropy import units

    read = _read(_REPLACED.get(unit.strip().lower(), (unit.strip(), 1))[0])
    try:
        return float((value * read).to_value(units.cm, equivalencies=units.spectral()))
    except (units.UnitConversionError, TypeError, AttributeError, ZeroDivisionError):
        raise InvalidInputError(f"obs_wavelunit {unit!r:.40}: expected a length, an energy or a frequency") from None
