"""Two archives of the same observations: the second one where the first does not answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from helioscribe.domain.errors import HelioscribeError, UnavailableError
from helioscribe.domain.times import TimeRange
from helioscribe.ports.archive import Archive, ArchiveRecord, Delivery

__all__ = ["FallbackArchive"]

_SAME = timedelta(seconds=6)
"""How far apart two archives may place one observation: one says its middle, the other its start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FallbackArchive:
    """Asks one archive, and another for what the first cannot give for the moment."""

    first: Archive
    """Whom to ask."""

    second: Archive
    """Whom to ask while the first one is out of order."""

    products: dict[str, str] = field(default_factory=dict)
    """What each record of the first archive is."""

    def search(self, product: str, time_range: TimeRange) -> Iterator[ArchiveRecord]:
        """Yield what the first archive has, or else what the second has. Raises if neither answers."""
        try:
            records = list(self.first.search(product, time_range))
        except UnavailableError as outage:
            try:
                yield from self.second.search(product, time_range)
            except UnavailableError as error:
                raise UnavailableError(f"{outage.message}; and {error.message}") from None
            return
        self.products.update(dict.fromkeys((record.locator for record in records), product))
        yield from records

    def deliver(self, records: Sequence[ArchiveRecord], folder: Path) -> Iterator[Delivery]:
        """Bring records from where they were found; what the first archive cannot bring now, from the second."""
        own = [record for record in records if record.locator in self.products]
        yield from self.second.deliver([record for record in records if record.locator not in self.products], folder)
        for delivery in self.first.deliver(own, folder) if own else ():
            yield self._instead(delivery, folder) if isinstance(delivery.error, UnavailableError) else delivery

    def _instead(self, delivery: Delivery, folder: Path) -> Delivery:
        record = delivery.record
        around = TimeRange(start=record.time_range.start - _SAME, end=record.time_range.end + _SAME)
        try:
            same = list(self.second.search(self.products[record.locator], around))
            nearest = min(same, key=lambda one: abs(one.time_range.start - record.time_range.start), default=None)
            for other in self.second.deliver([nearest], folder) if nearest else ():
                return Delivery(record=record, path=other.path, error=other.error)
        except HelioscribeError:
            pass  # what matters is why the first archive failed
        return delivery
