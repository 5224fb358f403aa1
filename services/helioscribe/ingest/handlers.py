"""Work of the ingest service: files are stored, read into products and observations, and handed to detectors."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from helioscribe.adapters.product_codec import encode_product
from helioscribe.domain.detection import Parameters
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.identity import canonical_json, digest, digest_stream
from helioscribe.domain.job import Job, JobKind, JobOrder
from helioscribe.domain.observation import Observation, observation_id
from helioscribe.domain.product import Product
from helioscribe.ingest.readers import DEFAULTS, Reading, read_bytes
from helioscribe.ingest.source_file import SourceFile, gunzip_if_needed, safe_name
from helioscribe.ingest.versions import version_notes
from helioscribe.ports.artifacts import ArtifactStore, artifact_key
from helioscribe.ports.catalogue import Catalogue
from helioscribe.ports.jobs import JobStore
from helioscribe.ports.models import ModelRegistry
from helioscribe.ports.queue import Queue
from helioscribe.runtime.detect_jobs import detection_order, serving
from helioscribe.runtime.job_context import JobContext
from helioscribe.runtime.ordering import order
from helioscribe.sdk.manifest import DetectorManifest

__all__ = ["IngestHandlers"]

_CHUNK = 1 << 20
_IN_MEMORY = 16 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestHandlers:
    """Accepts files and does ingest jobs."""

    artifacts: ArtifactStore
    """Store of files and products."""

    catalogue: Catalogue
    """Store of observations."""

    jobs: JobStore
    """Store of jobs."""

    queue: Queue
    """Queue that sends new jobs to workers."""

    models: ModelRegistry
    """Registry that says which model versions serve."""

    manifests: Callable[[], Sequence[DetectorManifest]]
    """Returns the manifests of the installed detectors."""

    limit: int = 2 << 30
    """Largest size of a file, as it is and unpacked [bytes]."""

    reading: Reading = DEFAULTS
    """Settings of the readers."""

    def accept(
        self,
        data: BinaryIO,
        *,
        name: str,
        archive: str = "file",
        detectors: Sequence[str] | None = None,
        parameters: Mapping[str, Parameters] | None = None,
    ) -> Job:
        """Store a file and queue its ingestion.

        Once this has returned, the file is not lost: it ends in detections, "nothing found" or a recorded failure.

        Parameters
        ----------
        data
            Content of the file. It is read in pieces; large files are spooled to disk.
        name
            Name to show to people.
        archive
            Name of the archive that the file came from.
        detectors
            Ids of the detectors to run; by default, all that read such data.
        parameters
            Parameters for detectors, by the detector's id.

        Raises
        ------
        InvalidInputError
            If the file is empty or larger than the limit.
        """
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as spool:
            self._spool(data, spool, safe_name(name))
            sha256, size = digest_stream(spool)
            key = artifact_key("raw", sha256)
            if not self.artifacts.exists(key):
                spool.seek(0)
                self.artifacts.put(key, spool)
        wishes = {
            "detectors": sorted(detectors) if detectors is not None else None,
            "parameters": dict(parameters or {}),
        }
        payload = {
            "raw_key": key,
            "sha256": sha256,
            "size": size,
            "name": safe_name(name),
            "archive": archive,
            **wishes,
        }
        key = digest((sha256 + canonical_json(wishes)).encode())
        return order(self.jobs, self.queue, JobOrder(kind=JobKind.INGEST, key=key, payload=payload))

    def _spool(self, data: BinaryIO, spool: Any, name: str) -> None:
        total = 0
        while chunk := data.read(_CHUNK):
            total += len(chunk)
            if total > self.limit:
                raise InvalidInputError(f"{name}: larger than {self.limit} bytes")
            spool.write(chunk)
        if not total:
            raise InvalidInputError(f"{name}: the file is empty")
        spool.seek(0)

    def run(self, context: JobContext) -> Mapping[str, Any]:
        """Do an ingest job: make the product and the observation of a file, and one detection job for each detector.

        Raises
        ------
        InvalidInputError
            If the file cannot be read, or a detector that was asked for does not read such data.
        """
        payload = context.job.payload
        packed = self.artifacts.get(payload["raw_key"], limit=self.limit)
        data = gunzip_if_needed(packed, payload["name"], self.limit)
        source = read_bytes(data, payload["name"], self.reading)
        context.report(0.5)
        observation = self._record(source, payload)
        manifests = self._detectors_for(observation, payload)
        asked = payload.get("parameters", {})
        orders = [
            detection_order(manifest, serving(self.models, manifest), observation.id, asked.get(manifest.id, {}))
            for manifest in manifests
        ]
        skipped = "" if manifests or payload.get("detectors") == [] else self._why_skipped(observation)
        return {"observation_id": observation.id, "jobs": list(map(context.follow, orders)), "skipped": skipped}

    def _record(self, source: SourceFile, payload: Mapping[str, Any]) -> Observation:
        product = source.product
        product_key, product_sha256 = self._store(product)
        observation = Observation(
            id=observation_id(payload["sha256"]),
            sha256=payload["sha256"],
            size=payload["size"],
            name=payload["name"],
            archive=payload["archive"],
            observatory=product.observatory,
            instrument=product.instrument,
            channel=source.channel,
            product_kind=product.kind,
            time_range=product.time_range,
            level=source.level,
            version=source.version,
            complete=source.complete,
            quality=(*source.quality, *self._version_notes(product, payload)),
            observer=product.observer,
            light_travel_time=product.light_travel_time,
            raw_key=payload["raw_key"],
            product_key=product_key,
            product_sha256=product_sha256,
        )
        if self.catalogue.add_observation(observation):
            return observation
        return self.catalogue.observation(observation.id)

    def _store(self, product: Product) -> tuple[str, str]:
        """Store a product; return its key and the SHA-256 of its bytes."""
        encoded = encode_product(product)
        sha256 = digest(encoded)
        key = artifact_key("products", sha256, ".safetensors")
        if not self.artifacts.exists(key):
            self.artifacts.put(key, encoded)
        return key, sha256

    def _version_notes(self, product: Product, payload: Mapping[str, Any]) -> tuple[str, ...]:
        others = self.catalogue.observations(time_range=product.time_range, instrument=product.instrument)
        return version_notes(payload["name"], others)

    def _detectors_for(self, observation: Observation, payload: Mapping[str, Any]) -> list[DetectorManifest]:
        wanted = payload.get("detectors")
        fitting = [
            manifest
            for manifest in self.manifests()
            if manifest.input.accepts(
                product=observation.product_kind, instrument=observation.instrument, channel=observation.channel
            )
        ]
        if wanted is None:
            return fitting
        chosen = [manifest for manifest in fitting if manifest.id in wanted]
        if missing := sorted(set(wanted) - {manifest.id for manifest in chosen}):
            reads = [f"; it reads {manifest.input}" for manifest in self.manifests() if manifest.id == missing[0]]
            raise InvalidInputError(
                f"{observation.name}: detector {missing[0]} does not read {_describe(observation)}{''.join(reads)}; "
                f"those that do: {', '.join(m.id for m in fitting) or 'none'}"
            )
        return chosen

    def _why_skipped(self, observation: Observation) -> str:
        kin = [
            f"{manifest.id} reads {manifest.input}"
            for manifest in self.manifests()
            if observation.instrument in manifest.input.instruments
        ]
        return "; ".join([f"skipped: no detector reads {_describe(observation)}", *kin])


def _describe(observation: Observation) -> str:
    return f"{observation.product_kind} of {observation.instrument} {observation.channel}".strip()
