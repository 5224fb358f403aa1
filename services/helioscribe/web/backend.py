"""What the web service reads from: ports, whether their adapters are in this process or behind gRPC."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote

from helioscribe.ports.artifacts import ArtifactStore
from helioscribe.ports.catalogue import Catalogue
from helioscribe.ports.embeddings import EmbeddingStore
from helioscribe.ports.jobs import JobStore
from helioscribe.ports.models import ModelRegistry
from helioscribe.runtime.wiring import Platform
from helioscribe.sdk.discovery import Plugin

__all__ = ["Backend"]


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

    embeddings: EmbeddingStore
    """What is like what."""

    detectors: Callable[[], Sequence[Plugin]]
    """All detectors with their states; raises a `HelioscribeError` if who knows them does not answer."""

    authority: str = "helioscribe"
    """Of the institution, for the names of its events: ``ivo://authority/...``."""

    public_url: str = ""
    """Where the world finds this service; empty if at whatever address a request came to."""

    @classmethod
    def of(cls, platform: Platform, *, detectors: Callable[[], Sequence[Plugin]]) -> Self:
        """Return what a platform has; who knows the detectors is another one."""
        settings = platform.settings
        return cls(
            catalogue=platform.catalogue,
            jobs=platform.jobs,
            models=platform.models,
            artifacts=platform.artifacts,
            embeddings=platform.embeddings,
            detectors=detectors,
            authority=settings.authority,
            public_url=settings.public_url,
        )

    def page_of(self, event_id: str, base: str) -> str:
        """Return the address of an event's page; `base` is the root that a request came to."""
        return f"{(self.public_url or base).rstrip('/')}/events/{quote(event_id)}"
