"""Finds the records of JSOC's series for a span of time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.times import TimeRange, format_utc, from_datetime64, to_datetime64
from helioscribe.ingest.sources.jsoc_server import JsocServer
from helioscribe.ingest.sources.time_grid import on_grid, utc_times
from helioscribe.ports.archive import ArchiveRecord

__all__ = ["Series", "record_key", "search_records", "series_of"]

_DAY = timedelta(days=1)
_LONGEST_SEARCH = timedelta(days=370)
_NO_IMAGE = 1 << 31
_UV, _VISIBLE = ("1600", "1700"), ("4500",)
_EUV = ("94", "131", "171", "193", "211", "304", "335")
_OBSERVABLES = {
    "magnetogram": ("M", "magnetogram"),
    "continuum": ("Ic", "continuum"),
    "dopplergram": ("V", "Dopplergram"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A series of JSOC, and the channel to take from it."""

    name: str
    """Name of the series, such as ``aia.lev1_euv_12s``."""

    segment: str
    """Name of the segment with the pixels, such as ``image``."""

    step: float
    """Time between records [s]."""

    key: str
    """Second prime key, after the time: ``WAVELNTH`` or ``CAMERA``."""

    value: str = ""
    """Value of that key; None takes any."""

    scale: float
    """Size of a pixel [arcsec]."""


def series_of(product: str, cadence: float | None = None) -> Series:
    """Return the series that holds a product such as ``aia-171`` or ``hmi-magnetogram``.

    Parameters
    ----------
    product
        Instrument and channel.
    cadence
        Of HMI, the averages of 720 s serve those that want one image in 720 s or less often.

    Raises
    ------
    InvalidInputError
        For another product.
    """
    instrument, _, channel = product.partition("-")
    if instrument == "aia":
        for waves, name, step in (
            (_EUV, "aia.lev1_euv_12s", 12),
            (_UV, "aia.lev1_uv_24s", 24),
            (_VISIBLE, "aia.lev1_vis_1h", 3600),
        ):
            if channel in waves:
                return Series(name=name, segment="image", step=step, key="WAVELNTH", value=channel, scale=0.6)
    if instrument == "hmi" and channel in _OBSERVABLES:
        letter, segment = _OBSERVABLES[channel]
        step = 720 if cadence is not None and cadence >= 720 else 45
        return Series(name=f"hmi.{letter}_{step}s", segment=segment, step=step, key="CAMERA", scale=0.504)
    aia, hmi = ", ".join((*_EUV, *_UV, *_VISIBLE)), ", ".join(_OBSERVABLES)
    raise InvalidInputError(f"JSOC: unknown product {product[:40]!r}; AIA has {aia}, HMI has {hmi}")


def search_records(
    server: JsocServer, series: Series, span: TimeRange, cadence: float | None
) -> Iterator[ArchiveRecord]:
    """Yield the records observed in a span, in order of time; records without an image are left out.

    JSOC is asked by slot (T_REC), which is not the time of the observation, so a little more than the span is asked
    for. Where a cadence is wanted, the good record nearest to each step is taken.

    Raises
    ------
    UnavailableError
        If JSOC does not answer.
    InvalidInputError
        If the span is longer than a year, or JSOC refuses the question.
    """
    if span.duration > _LONGEST_SEARCH:
        raise InvalidInputError(f"JSOC: {span.duration.days} days are more than a year; ask for less at a time")
    margin = timedelta(seconds=2 * series.step)
    start, last = span.start - margin, span.end + margin
    seen: set[str] = set()
    while start < last:
        until = min(start + _DAY, last)
        day = _asked(server, series, TimeRange(start=start, end=until))
        fresh = [r for r in day if span.contains(r.time_range.start) and r.locator not in seen]
        seen |= {record.locator for record in fresh}
        yield from _thinned(fresh, cadence)
        start = until


def _asked(server: JsocServer, series: Series, span: TimeRange) -> list[ArchiveRecord]:
    times = "-".join(f"{format_utc(moment)}Z" for moment in (span.start, span.end))
    question = f"{series.name}[{times}]" + (f"[{series.value}]" if series.value else "")
    keys = ["T_REC", "T_OBS", "QUALITY", series.key]
    # As text: a number of drms may have lost what makes it a name.
    rows = server.call(f"JSOC, {question}", lambda: server.client.query(question, key=keys, convert_numeric=False))
    if not len(rows):
        return []
    columns = [[str(value) for value in rows[key]] for key in keys]
    found = zip(*columns, utc_times(columns[1]), strict=True)
    wanted = [
        _record(series, slot, key, moment)
        for slot, _, quality, key, moment in found
        if not np.isnat(moment) and not _without_image(quality) and series.value in ("", key)
    ]
    return sorted(wanted, key=lambda record: (record.time_range.start, record.locator))


def _without_image(quality: str) -> bool:
    try:
        return bool(int(quality, 0) & _NO_IMAGE)
    except ValueError:
        return True


def _record(series: Series, slot: str, key: str, moment: np.datetime64) -> ArchiveRecord:
    at = from_datetime64(moment)
    name = re.sub(r"[^A-Za-z0-9._-]", "", f"{series.name}.{slot.replace(':', '')}.{key}.{series.segment}.fits")
    locator = f"{series.name}[{slot}][{key}]{{{series.segment}}}"
    return ArchiveRecord(archive="jsoc", locator=locator, name=name, time_range=TimeRange(start=at, end=at))


def _thinned(records: list[ArchiveRecord], cadence: float | None) -> list[ArchiveRecord]:
    if cadence is None or not records:
        return records
    times = np.array([to_datetime64(record.time_range.start) for record in records])
    return [records[index] for index in on_grid(times, np.timedelta64(round(cadence * 1e9), "ns"))]


def record_key(locator: str) -> tuple[str, ...]:
    """Return the prime keys in a record's name. Cut-outs have another series name but the same keys."""
    return tuple(re.findall(r"\[([^\[\]]*)\]", locator)[:2])
