"""Other providers of SDO's images, through sunpy's Fido: for the days on which JSOC is down."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from helioscribe.domain.errors import InvalidInputError, NotFoundError, UnavailableError
from helioscribe.domain.times import TimeRange

__all__ = ["fetch_with_fido"]

_INSTRUMENTS = {"aia": "aia", "aia-uv": "aia", "hmi": "hmi", "hmi-45s": "hmi"}


def fetch_with_fido(
    product: str, span: TimeRange, folder: Path, *, cadence: float | None = None, channel: str = ""
) -> tuple[list[Path], list[str]]:
    """Bring what the Virtual Solar Observatory's providers have of a span.

    Parameters
    ----------
    product
        ``aia``, ``hmi`` or another of JSOC's products here.
    span
        UTC.
    folder
        Where files go; what is there is not brought again.
    cadence
        Seconds between images; all by default.
    channel
        Wavelength, of AIA.

    Returns
    -------
    tuple
        The files, and one line for each that could not be fetched.

    Raises
    ------
    NotFoundError
        If nobody has anything.
    UnavailableError
        If nobody answers.
    """
    if product not in _INSTRUMENTS:
        raise InvalidInputError(f"Fido: unknown product {product!r:.40}; there is {', '.join(_INSTRUMENTS)}")
    try:
        from sunpy.net import Fido

        found = Fido.search(*_question(product, span, cadence, channel))
        there = bool(found.file_num)
        fetched = Fido.fetch(found, path=str(folder / "{file}"), progress=False, overwrite=False) if there else []
    except Exception as error:  # noqa: BLE001  # whatever a provider's client raises
        raise UnavailableError.wrap(error, doing="Fido: no provider answers") from None
    if not there:
        raise NotFoundError(f"Fido: nobody has {product} {channel} from {span.start} to {span.end}")
    errors = [f"{error.url}: {error.exception}"[:200] for error in getattr(fetched, "errors", ())]
    return [Path(path) for path in fetched], errors


def _question(product: str, span: TimeRange, cadence: float | None, channel: str) -> list[Any]:
    import astropy.units as u
    from sunpy.net import attrs as a

    question: list[Any] = [
        a.Time(span.start.replace(tzinfo=None), span.end.replace(tzinfo=None)),
        a.Instrument(_INSTRUMENTS[product]),
    ]
    if _INSTRUMENTS[product] == "hmi":
        question.append(a.Physobs("LOS_magnetic_field"))
    elif channel:
        question.append(a.Wavelength(int(channel) * u.angstrom))
    if cadence:
        question.append(a.Sample(cadence * u.s))
    return question
