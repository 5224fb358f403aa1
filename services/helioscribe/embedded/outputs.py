"""Tables and plots of what detectors said about a file: the detector's own, or the plain quick look."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from helioscribe.adapters.product_codec import decode_product
from helioscribe.domain.observation import Observation
from helioscribe.domain.product import LightCurve, Product
from helioscribe.embedded.platform import Embedded, Outcome
from helioscribe.inference.host import Source
from helioscribe.ports.catalogue import EventQuery
from helioscribe.runtime.plots import draw_light_curve
from helioscribe.sdk.loading import load_reference

__all__ = ["load_product", "quick_look", "write_outputs"]

_LIMIT = 8 << 30


def load_product(embedded: Embedded, observation: Observation) -> Product:
    """Return the product of an observation."""
    return decode_product(embedded.platform.artifacts.get(observation.product_key, limit=_LIMIT))


def quick_look(embedded: Embedded, observation: Observation, path: Path) -> Path | None:
    """Draw an observation with the events that rest on it; None for a kind that has no quick look."""
    product = load_product(embedded, observation)
    if not isinstance(product, LightCurve):
        return None
    query = EventQuery(observation_id=observation.id, limit=100_000)
    events = list(embedded.platform.catalogue.search(query))
    draw_light_curve(product, events, path, title=observation.name)
    return path


def write_outputs(
    embedded: Embedded,
    outcome: Outcome,
    folder: Path,
    *,
    formats: Sequence[str] = ("png", "csv"),
    dpi: int = 150,
) -> list[Path]:
    """Write what the detectors of a file offer; the run is made again, which gives the same result."""
    written: list[Path] = []
    for job in outcome.detections:
        detector = str(job.payload["detector"])
        manifest = embedded.host.manifest(detector)
        if job.error is not None or not manifest.outputs:
            continue
        observation = embedded.platform.catalogue.observation(outcome.observation_id)
        product = load_product(embedded, observation)
        source = Source(observation_ids=(observation.id,), input_sha256=observation.product_sha256)
        hosted = embedded.host.run(detector, product, source=source, parameters=job.payload.get("parameters", {}))
        write = load_reference(manifest.outputs)
        stem = f"{Path(outcome.name).name.split('.')[0]}_{detector}"
        written += write(product, hosted.result, folder, stem=stem, formats=tuple(formats), dpi=dpi)
    return written
