"""What the web service reads from: ports, whether their adapters are in this process or behind gRPC."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from helioscribe.domain.detection import Value
from helioscribe.ports.artifacts import ArtifactStore
from helioscribe.ports.catalogue import Catalogue
from helioscribe.ports.jobs import JobStore
from helioscribe.ports.models import ModelRegistry

__all__ = ["Backend", "DetectorView"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorView:
    """A detector as people see it."""

    name: str
    """Its id."""

    version: str
    """Of its distribution."""

    state: str
    """How far its plugin has come."""

    error: str
    """What is wrong with it; empty if nothing is."""

    title: str
    """What it does."""

    reads: str
    """Such as ``light curve of STIX``."""

    event_types: tuple[str, ...]
    """HEK classes that it may claim."""

    parameters: Mapping[str, Value]
    """Settings with their defaults."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """Everything that a page may ask."""

    catalogue: Catalogue
    """Observations, events, coverage and failures."""

    jobs: JobStore
    """Work."""

    models: ModelRegistry
    """Which model versions serve."""

    artifacts: ArtifactStore
    """Products and scores."""

    detectors: Callable[[], Sequence[DetectorView]]
    """All detectors with their states; raises a `HelioscribeError` if who knows them does not answer."""
