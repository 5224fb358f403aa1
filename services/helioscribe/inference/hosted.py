"""What came out of a detector's run, with the marks of where it comes from and by what it was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version as installed_version

from helioscribe.domain.detection import DetectionResult, Method, Provenance, Value
from helioscribe.domain.model import ModelCard
from helioscribe.domain.product import Product
from helioscribe.sdk.manifest import DetectorManifest

__all__ = ["HostedResult", "Source", "code_version", "method_of", "stamped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a product comes from, for the provenance of what is found in it."""

    observation_ids: tuple[str, ...]
    """Empty for a product that was sent along with a question."""

    input_sha256: str
    """Digest of the product's bytes."""

    channel: str = ""
    """Of the observation."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HostedResult:
    """A result, and by what method it was made."""

    result: DetectionResult
    """With provenance on every detection."""

    method: Method
    """What ran."""


def stamped(result: DetectionResult, method: Method, product: Product, source: Source) -> HostedResult:
    """Return a result with its provenance."""
    provenance = Provenance(
        method=method,
        observation_ids=source.observation_ids,
        input_sha256=source.input_sha256,
        observatory=product.observatory,
        instrument=product.instrument,
        channel=source.channel,
        observer=product.observer,
        light_travel_time=product.light_travel_time,
        code_version=code_version(),
    )
    detections = tuple(detection.by(provenance) for detection in result.detections)
    return HostedResult(result=replace(result, detections=detections), method=method)


def method_of(manifest: DetectorManifest, card: ModelCard | None, parameters: Mapping[str, Value]) -> Method:
    """Return what runs: a detector with a model, if it has one, and its parameters."""
    info = manifest.method
    return Method(
        detector=manifest.id,
        version=manifest.version,
        model_version=card.version if card else "",
        model_sha256=card.sha256 if card else "",
        parameters=parameters,
        name=info.name,
        institute=info.institute,
        contact=info.contact,
        url=info.url,
    )


@cache
def code_version() -> str:
    """Return the version of the platform that runs."""
    return installed_version("helioscribe")
