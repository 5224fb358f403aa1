"""Texts for people about events, images and jobs, for web pages and terminals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from helioscribe.domain.backfill import BackfillProgress
from helioscribe.domain.embedding import is_component
from helioscribe.domain.errors import HelioscribeError
from helioscribe.domain.event import Event
from helioscribe.domain.footprint import Extent, footprints
from helioscribe.domain.job import TERMINAL, Job, JobKind
from helioscribe.domain.times import format_utc

__all__ = [
    "counted",
    "lasting",
    "looks",
    "moment",
    "places",
    "plain",
    "progress",
    "sentence",
    "short",
    "strength",
    "work",
]

_IN_WORDS = frozenset({"anomaly", "rank", "multiple", "doubt", "disagreement", "cluster", "distance"})


def moment(time: datetime | None) -> str:
    """Return a time to the second, such as ``2020-11-17 21:54:24``; empty for none."""
    return "" if time is None else format_utc(time)[:19].replace("T", " ")


def sentence(error: HelioscribeError) -> str:
    """Return the message of an error as a sentence."""
    return f"{error.message[:1].upper()}{error.message[1:]}."


def short(stamp: str) -> str:
    """Return a time without zeros at its end: ``2022-03-28T00:00:00.000`` is ``2022-03-28``."""
    text = stamp.removesuffix(".000")
    return text.removesuffix("T00:00:00") if "T" in text else stamp


def strength(event: Event) -> str:
    """Return the GOES class of a flare or its peak flux with its unit, or the Mount Wilson class of a region.

    For an event in an image, what was seen, such as ``several sources``. Empty if nothing is known.
    """
    attributes = event.attributes
    if name := attributes.get("fl_goescls") or attributes.get("ar_mtwilsoncls"):
        return str(name)
    for prefix in ("fl", "hs"):  # HEK's own column, and where a detector's measurement in another unit is kept
        flux = attributes.get(f"{prefix}_peakflux")
        if isinstance(flux, int | float):
            return f"{_short(flux)} {attributes.get(f'{prefix}_peakfluxunit', '')}".strip()
    return str(attributes.get("hs_seen", ""))


def looks(scores: Mapping[str, float]) -> str:
    """Return the scores of an image in words, such as ``unusual, odder than 98 % · several sources 0.93 ± 0.004``."""
    words = []
    if "rank" in scores:
        unusual = "unusual, " if scores.get("anomaly", 0.0) < 0 else ""
        words.append(f"{unusual}odder than {100 * scores['rank']:.3g} %")
    elif "anomaly" in scores:
        words.append(f"anomaly {scores['anomaly']:.3g}")
    if "multiple" in scores:
        error = f" ± {scores['doubt']:.1g}" if "doubt" in scores else ""
        words.append(f"several sources {scores['multiple']:.2f}{error}")
    if "disagreement" in scores:
        words.append(f"shadow {scores['disagreement']:.2f} off")
    others = {name: value for name, value in scores.items() if name not in _IN_WORDS and not is_component(name)}
    return " · ".join([*words, *(f"{name} {value:.3g}" for name, value in others.items())])


def places(events: Sequence[Event]) -> list[str]:
    """Return the place of each event, such as ``N16W45``, in Stonyhurst degrees; empty if it is not known."""
    return [_place(one.surface) for one in footprints(events)]


def _place(at: Extent | None) -> str:
    if at is None:
        return ""
    return f"{'S' if at.y < 0 else 'N'}{abs(at.y):02.0f}{'E' if at.x < 0 else 'W'}{abs(at.x):02.0f}"


def _short(number: float) -> str:
    return f"{number:,.0f}" if 100 <= abs(number) < 1e9 else f"{number:.3g}"


def plain(value: object) -> str:
    """Return a value of a record as text, numbers with six digits."""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def counted(number: int, noun: str, several: str = "") -> str:
    """Return a number with its noun, such as ``1 event`` or ``37 events``."""
    return f"{number:,} {noun if number == 1 else several or noun + 's'}"


def lasting(time: timedelta) -> str:
    """Return a duration with two digits, such as ``40 s``, ``12 min``, ``5.2 h``, ``3.1 days`` or ``a moment``."""
    seconds = time.total_seconds()
    if not seconds:
        return "a moment"
    for size, unit in ((86_400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            number = seconds / size
            return f"{number:.0f} {unit}" if number >= 10 else f"{number:.1f}".removesuffix(".0") + f" {unit}"
    return f"{seconds:.3g} s"


def work(job: Job) -> str:
    """Return what a job is about: its detector, the name of its file, and the span of a backfill."""
    words = [str(job.payload[key]) for key in ("detector", "name") if job.payload.get(key)]
    if job.kind is JobKind.BACKFILL:
        words.append(f"{short(job.payload['start'])} to {short(job.payload['end'])}")
    return " ".join(words)


def progress(job: Job) -> str:
    """Return the progress of a backfill and the time left; empty for other jobs, and before it has begun."""
    if job.kind is not JobKind.BACKFILL or not job.result:
        return ""
    now = BackfillProgress.of(job)
    words = [f"{now.observations:,} observations", f"{now.known:,} known before", f"{now.rate:.3g} a second"]
    if now.failed:
        words.append(f"{now.failed:,} failed")
    if job.state not in TERMINAL and now.left is not None:
        words.append(f"{lasting(timedelta(seconds=now.left))} left")
    return ", ".join(words)
