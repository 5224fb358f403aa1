"""The model registry in a database."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, insert, select

from helioscribe.db import rows
from helioscribe.db.engine import Lock, lock, reading, writing
from helioscribe.db.records import from_record
from helioscribe.db.statements import add_new, fetch, fetch_one
from helioscribe.db.tables import alias_changes, benchmarks, measurements, models
from helioscribe.domain.benchmark import Benchmark, Measurement
from helioscribe.domain.errors import ConflictError, NotFoundError
from helioscribe.domain.model import Alias, AliasChange, ModelCard, sidelined
from helioscribe.domain.roles import promotion, rollback
from helioscribe.domain.times import utc_now

__all__ = ["SqlModels"]


class SqlModels:
    """A `ModelRegistry` in SQLite or Postgres.

    Parameters
    ----------
    engine
        From `open_engine`, on a database brought up to date by `migrate`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def register(self, card: ModelCard) -> None:
        """See `ModelRegistry.register`."""
        with writing(self._engine) as connection:
            row = rows.model_row(card)
            known = select(models.c.card).where(models.c.name == card.name, models.c.version == card.version)
            if not add_new(connection, models, [row]) and connection.scalar(known) != row["card"]:
                raise ConflictError(f"another model {card.name} {card.version} is registered already")

    def card(self, name: str, version: str) -> ModelCard:
        """See `ModelRegistry.card`."""
        with reading(self._engine) as connection:
            return _card(connection, name, version)

    def cards(self, name: str | None = None) -> list[ModelCard]:
        """See `ModelRegistry.cards`."""
        chosen = select(models).order_by(models.c.name, models.c.created, models.c.version)
        if name is not None:
            chosen = chosen.where(models.c.name == name)
        with reading(self._engine) as connection:
            return [from_record(ModelCard, row["card"]) for row in fetch(connection, chosen)]

    def aliases(self, name: str) -> dict[Alias, str]:
        """See `ModelRegistry.aliases`."""
        return {change.alias: change.version for change in self.history(name)}

    def resolve(self, name: str, alias: Alias = Alias.CHAMPION) -> ModelCard:
        """See `ModelRegistry.resolve`."""
        with reading(self._engine) as connection:
            chosen = select(alias_changes.c.version).order_by(alias_changes.c.id.desc()).limit(1)
            version = connection.scalar(
                chosen.where(alias_changes.c.name == name, alias_changes.c.alias == alias.value)
            )
            if version is None:
                raise NotFoundError(f"model {name} has no {alias.value}")
            return _card(connection, name, version)

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
        with writing(self._engine) as connection:
            lock(connection, Lock.ALIASES)
            _card(connection, name, version)
            history = _history(connection, name)
            change = promotion(
                history,
                name,
                version,
                alias=alias,
                at=utc_now(),
                by=by,
                reason=reason,
                benchmark=_benchmark(connection, name),
                measurements=_measurements(connection, name),
                override=override,
            )
            return change if change in history else _kept(connection, change)

    def rollback(self, name: str, *, alias: Alias = Alias.CHAMPION, by: str, reason: str = "") -> AliasChange:
        """See `ModelRegistry.rollback`."""
        with writing(self._engine) as connection:
            lock(connection, Lock.ALIASES)
            history = _history(connection, name)
            return _kept(connection, rollback(history, name, alias=alias, at=utc_now(), by=by, reason=reason))

    def sidelined(self) -> dict[str, frozenset[str]]:
        """See `ModelRegistry.sidelined`."""
        histories: dict[str, list[AliasChange]] = {}
        with reading(self._engine) as connection:
            for row in fetch(connection, select(alias_changes).order_by(alias_changes.c.id)):
                histories.setdefault(row["name"], []).append(rows.change_of(row))
        return {name: sidelined(changes) for name, changes in histories.items()}

    def fix_benchmark(self, benchmark: Benchmark) -> None:
        """See `ModelRegistry.fix_benchmark`."""
        with writing(self._engine) as connection:
            connection.execute(insert(benchmarks), rows.plain_row(benchmark))

    def benchmark(self, name: str) -> Benchmark | None:
        """See `ModelRegistry.benchmark`."""
        with reading(self._engine) as connection:
            return _benchmark(connection, name)

    def add_measurement(self, measurement: Measurement) -> None:
        """See `ModelRegistry.add_measurement`."""
        with writing(self._engine) as connection:
            _card(connection, measurement.name, measurement.version)
            add_new(connection, measurements, [rows.plain_row(measurement)])

    def measurements(self, name: str) -> list[Measurement]:
        """See `ModelRegistry.measurements`."""
        with reading(self._engine) as connection:
            return _measurements(connection, name)

    def history(self, name: str) -> list[AliasChange]:
        """See `ModelRegistry.history`."""
        with reading(self._engine) as connection:
            return _history(connection, name)


def _card(connection: Connection, name: str, version: str) -> ModelCard:
    chosen = select(models.c.card).where(models.c.name == name, models.c.version == version)
    return from_record(ModelCard, fetch_one(connection, chosen, f"model {name} {version}")["card"])


def _history(connection: Connection, name: str) -> list[AliasChange]:
    chosen = select(alias_changes).where(alias_changes.c.name == name).order_by(alias_changes.c.id)
    return [rows.change_of(row) for row in fetch(connection, chosen)]


def _benchmark(connection: Connection, name: str) -> Benchmark | None:
    newest = select(benchmarks).where(benchmarks.c.name == name).order_by(benchmarks.c.id.desc()).limit(1)
    return next((rows.plain_noun(Benchmark, row) for row in fetch(connection, newest)), None)


def _measurements(connection: Connection, name: str) -> list[Measurement]:
    chosen = select(measurements).where(measurements.c.name == name)
    found = fetch(connection, chosen.order_by(measurements.c.at, measurements.c.version))
    return [rows.plain_noun(Measurement, row) for row in found]


def _kept(connection: Connection, change: AliasChange) -> AliasChange:
    connection.execute(insert(alias_changes), rows.change_row(change))
    return change
