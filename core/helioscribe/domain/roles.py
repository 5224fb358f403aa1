"""How the roles of a model's versions change: by promotion and by rollback. Registries store what these rules say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from helioscribe.domain.benchmark import Benchmark, Measurement, pass_gate, values_on
from helioscribe.domain.errors import ConflictError
from helioscribe.domain.model import Alias, AliasChange

__all__ = ["promotion", "rollback"]


def promotion(
    history: Sequence[AliasChange],
    name: str,
    version: str,
    *,
    alias: Alias,
    at: datetime,
    by: str,
    reason: str,
    benchmark: Benchmark | None,
    measurements: Iterable[Measurement],
    override: bool,
) -> AliasChange:
    """Return the change that gives a role to a version; the last change of the role if the version has it already.

    Parameters
    ----------
    history
        All changes of the model, oldest first.
    name, version
        Model and version.
    alias, at, by, reason
        Role, time (UTC), author and reason of the change.
    benchmark, measurements, override
        What a version that replaces a champion must pass; see `helioscribe.domain.benchmark.pass_gate`, also for the
        errors.
    """
    last = next((one for one in reversed(history) if one.alias is alias), None)
    if last is not None and last.version == version:
        return last
    previous = last.version if last else ""
    if alias is Alias.CHAMPION and benchmark is not None:
        values = values_on(benchmark, measurements)
        reason = pass_gate(benchmark, values, champion=previous, version=version, override=override, reason=reason)
    return AliasChange(name=name, alias=alias, version=version, previous=previous, at=at, by=by, reason=reason)


def rollback(
    history: Sequence[AliasChange], name: str, *, alias: Alias, at: datetime, by: str, reason: str
) -> AliasChange:
    """Return the change that gives a role back to the version that had it before.

    Each rollback undoes one promotion, so that a second rollback leads one promotion further back. Parameters as of
    `promotion`. Raises `ConflictError` if no version had the role before.
    """
    holders: list[str] = []
    for change in history:
        if change.alias is not alias:
            continue
        if change.rollback:
            holders.pop()
        else:
            holders.append(change.version)
    if len(holders) < 2:
        raise ConflictError(f"model {name} had no other {alias.value} before")
    previous, version = holders[-1], holders[-2]
    return AliasChange(
        name=name, alias=alias, version=version, previous=previous, at=at, by=by, reason=reason, rollback=True
    )
