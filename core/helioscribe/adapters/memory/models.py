"""A model registry in memory."""

from __future__ import annotations

from threading import Lock

from helioscribe.domain.benchmark import Benchmark, Measurement
from helioscribe.domain.errors import ConflictError, NotFoundError
from helioscribe.domain.model import Alias, AliasChange, ModelCard, sidelined
from helioscribe.domain.roles import promotion, rollback
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
            return {change.alias: change.version for change in self._of(name)}

    def resolve(self, name: str, alias: Alias = Alias.CHAMPION) -> ModelCard:
        """See `ModelRegistry.resolve`."""
        with self._lock:
            version = next((one.version for one in reversed(self._of(name)) if one.alias is alias), None)
            if version is None:
                raise NotFoundError(f"model {name} has no {alias.value}")
            return self._card(name, version)

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
            change = promotion(
                self._of(name),
                name,
                version,
                alias=alias,
                at=utc_now(),
                by=by,
                reason=reason,
                benchmark=self._benchmark(name),
                measurements=self._measurements.values(),
                override=override,
            )
            return self._kept(change)

    def rollback(self, name: str, *, alias: Alias = Alias.CHAMPION, by: str, reason: str = "") -> AliasChange:
        """See `ModelRegistry.rollback`."""
        with self._lock:
            return self._kept(rollback(self._of(name), name, alias=alias, at=utc_now(), by=by, reason=reason))

    def sidelined(self) -> dict[str, frozenset[str]]:
        """See `ModelRegistry.sidelined`."""
        with self._lock:
            return {name: sidelined(self._of(name)) for name in {change.name for change in self._history}}

    def history(self, name: str) -> list[AliasChange]:
        """See `ModelRegistry.history`."""
        with self._lock:
            return self._of(name)

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

    def _of(self, name: str) -> list[AliasChange]:
        return [change for change in self._history if change.name == name]

    def _kept(self, change: AliasChange) -> AliasChange:
        if change not in self._history:
            self._history.append(change)
        return change
