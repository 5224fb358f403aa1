"""HEK's records of class NR (nothing reported), made from coverage."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from helioscribe.domain.coverage import CoverageState
from helioscribe.domain.coverage_report import Interval, intervals
from helioscribe.domain.event import Event
from helioscribe.domain.hek.columns import mean_wavelength, method_columns
from helioscribe.domain.identity import content_id
from helioscribe.domain.times import TimeRange, format_utc
from helioscribe.ports.catalogue import Catalogue

__all__ = ["nothing_reported"]


def nothing_reported(
    catalogue: Catalogue, *, detector: str | None = None, time_range: TimeRange | None = None
) -> Iterator[Event]:
    """Yield an event of class NR for every interval in which a method found nothing. They are not stored.

    Parameters
    ----------
    catalogue
        Catalogue with the coverage.
    detector
        Id of the detector; None for all.
    time_range
        Span of time, UTC at the observer; None for all.
    """
    found = catalogue.coverage(detector=detector, time_range=time_range)
    for one in intervals(found, time_range, states=(CoverageState.NOTHING_FOUND,)):
        if one.observation_id and one.method_id:
            yield from _record(catalogue, one)


def _record(catalogue: Catalogue, quiet: Interval) -> Iterator[Event]:
    runs = catalogue.runs(observation_id=quiet.observation_id, detector=quiet.detector)
    for run in runs:
        if run.method.id == quiet.method_id:
            method, seen = run.method, catalogue.observation(quiet.observation_id)
            span = quiet.time_range.shifted(timedelta(seconds=seen.light_travel_time or 0.0))
            start, end = format_utc(span.start), format_utc(span.end)
            yield Event(
                id=content_id("evt", nothing=quiet.method_id, instrument=quiet.instrument, start=start, end=end),
                event_type="NR",
                event_starttime=span.start,
                event_endtime=span.end,
                frm_specificid=quiet.method_id,
                frm_daterun=run.at,
                obs_observatory=seen.observatory,
                obs_instrument=quiet.instrument,
                obs_channelid=seen.channel,
                obs_meanwavel=mean_wavelength(seen.channel),
                attributes={"hs_time_frame": "observer" if seen.light_travel_time is None else "earth"},
                detector=quiet.detector,
                observation_ids=(seen.id,),
                **method_columns(method, code_version=run.code_version),
            )
            return
