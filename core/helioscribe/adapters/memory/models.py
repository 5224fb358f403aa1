"""A model registry in memory."""

from __future__ import annotations

from threading import Lock

from helioscribe.domain.benchmark import Benchmark, Measurement, pass_gate, values_on
from helioscribe.domain.errors import ConflictError, NotFoundError
from helioscribe.domain.model import Alias, AliasChange, ModelCard, holder_before, sidelined
from helioscribe.domain.times import utc_now

__all__ = ["MemoryModels"]


class MemoryModels:
    """A `ModelRegistry` that forgets everything with its process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._cards: dict[tuple[str, str], ModelCard] = {}
        self._history: list[AliasChange] = []
        self._benchmarks: list[Benchmark] = []
        self._measurements: dict[tuple[str, str, str], Measurement] = {}

    def register(self, card: ModelCard) -> None:
        """See `ModelRegistry.register`."""
        with self._lock:
            if self._cards.setdefault((card.name, card.version), card) != card:
                raise ConflictError(f"another model {card.name} {card.version} is registered already")

    def card(self, name: str, version: str) -> ModelCard:
        """See `ModelRegistry.card`."""
        with self._lock:
            return self._card(name, version)

    def cards(self, name: str | None = None) -> list[ModelCard]:
        """See `ModelRegistry.cards`."""
        with self._lock:
            cards = [card for card in self._cards.values() if name in (None, card.name)]
        return sorted(cards, key=lambda card: (card.name, card.created, card.version))

    def aliases(self, name: str) -> dict[Alias, str]:
        """See `ModelRegistry.aliases`."""
        with self._lock:
            return {change.alias: change.version for change in self._history if change.name == name}

    def resolve(self, name: str, alias: Alias = Alias.CHAMPION) -> ModelCard:
        """See `ModelRegistry.resolve`."""
        with self._lock:
            changes = self._changes(name, alias)
            if not changes:
                raise NotFoundError(f"model {name} has no {alias.value}")
            return self._card(name, changes[-1].version)

    def promote(
        self,
        name: str,
        version: str,
        *,
        alias: Alias = Alias.CHAMPION,
        by: str,
        reason: str = "",
        override: bool = False,
    ) -> AliasChange:
        """See `ModelRegistry.promote`."""
        with self._lock:
            self._card(name, version)
            changes = self._changes(name, alias)
            if changes and changes[-1].version == version:
                return changes[-1]
            if alias is Alias.CHAMPION and changes:
                fixed = self._benchmark(name)
                values = values_on(fixed, self._measurements.values()) if fixed else {}
                reason = pass_gate(
                    fixed, values, champion=changes[-1].version, version=version, override=override, reason=reason
                )
            return self._change(name, alias, version, by=by, reason=reason, rollback=False)

    def rollback(self, name: str, *, alias: Alias = Alias.CHAMPION, by: str, reason: str = "") -> AliasChange:
        """See `ModelRegistry.rollback`."""
        with self._lock:
            version = holder_before([(one.version, one.rollback) for one in self._changes(name, alias)])
            if version is None:
                raise ConflictError(f"model {name} had no other {alias.value} before")
            return self._change(name, alias, version, by=by, reason=reason, rollback=True)

    def sidelined(self) -> dict[str, frozenset[str]]:
        """See `ModelRegistry.sidelined`."""
        with self._lock:
            names = {change.name for change in self._history}
            return {name: sidelined([one for one in self._history if one.name == name]) for name in names}

    def history(self, name: str) -> list[AliasChange]:
        """See `ModelRegistry.history`."""
        with self._lock:
            return [change for change in self._history if change.name == name]

    def fix_benchmark(self, benchmark: Benchmark) -> None:
        """See `ModelRegistry.fix_benchmark`."""
        with self._lock:
            self._benchmarks.append(benchmark)

    def benchmark(self, name: str) -> Benchmark | None:
        """See `ModelRegistry.benchmark`."""
        with self._lock:
            return self._benchmark(name)

    def add_measurement(self, measurement: Measurement) -> None:
        """See `ModelRegistry.add_measurement`."""
        with self._lock:
            self._card(measurement.name, measurement.version)
            key = (measurement.name, measurement.version, measurement.benchmark)
            self._measurements.setdefault(key, measurement)

    def measurements(self, name: str) -> list[Measurement]:
        """See `ModelRegistry.measurements`."""
        with self._lock:
            found = [one for one in self._measurements.values() if one.name == name]
        return sorted(found, key=lambda one: (one.at, one.version))

    def _benchmark(self, name: str) -> Benchmark | None:
        return next((one for one in reversed(self._benchmarks) if one.name == name), None)

    def _card(self, name: str, version: str) -> ModelCard:
        if (name, version) not in self._cards:
            raise NotFoundError(f"no model {name} {version}")
        return self._cards[name, version]

    def _changes(self, name: str, alias: Alias) -> list[AliasChange]:
        return [change for change in self._history if (change.name, change.alias) == (name, alias)]

    def _change(self, name: str, alias: Alias, version: str, *, by: str, reason: str, rollback: bool) -> AliasChange:
        changes = self._changes(name, alias)
        previous = changes[-1].version if changes else ""
        change = AliasChange(
            name=name,
            alias=alias,
            version=version,
            previous=previous,
            at=utc_now(),
            by=by,
            reason=reason,
            rollback=rollback,
        )
        self._history.append(change)
        return change
