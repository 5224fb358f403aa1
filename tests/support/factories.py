"""Sensible solar nouns for tests; every argument may be replaced by name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from helioscribe.domain.association import EventChange
from helioscribe.domain.coordinates import Observer
from helioscribe.domain.coverage import Coverage, CoverageState, CoveredSpan
from helioscribe.domain.detection import Detection, Method, Provenance
from helioscribe.domain.event import Event
from helioscribe.domain.failure import Failure
from helioscribe.domain.identity import digest
from helioscribe.domain.model import ModelCard, ModelFile, TensorSpec
from helioscribe.domain.observation import Observation, observation_id
from helioscribe.domain.times import TimeRange
from helioscribe.ports.artifacts import artifact_key
from helioscribe.ports.catalogue import RecordedRun

__all__ = [
    "DAY",
    "at",
    "make_card",
    "make_change",
    "make_coverage",
    "make_detection",
    "make_event",
    "make_failure",
    "make_method",
    "make_observation",
    "make_provenance",
    "make_run",
    "span",
]

DAY = datetime(2022, 3, 28, tzinfo=UTC)
"""A day with an M4 flare that STIX saw from 0.33 au."""


def at(minutes: float = 0.0) -> datetime:
    """Moment on `DAY`, minutes after its start."""
    return DAY + timedelta(minutes=minutes)


def span(start: float = 0.0, end: float = 1440.0) -> TimeRange:
    """Span on `DAY`, in minutes after its start."""
    return TimeRange(start=at(start), end=at(end))


def make_observation(content: str = "a day of STIX", **changes: Any) -> Observation:
    """Observation whose bytes are `content`."""
    sha256, product = digest(content.encode()), digest(b"product of " + content.encode())
    values: dict[str, Any] = {
        "id": observation_id(sha256),
        "sha256": sha256,
        "size": len(content),
        "name": "solo_L1_stix-ql-lightcurve_20220328_V01.fits.gz",
        "archive": "file",
        "observatory": "Solar Orbiter",
        "instrument": "STIX",
        "channel": "4-84 keV",
        "product_kind": "light_curve",
        "time_range": span(),
        "level": "L1",
        "version": "V01",
        "quality": ("gap of 120 s",),
        "observer": Observer(name="Solar Orbiter", hgs_longitude=-83.5, hgs_latitude=-3.1, distance=0.33),
        "light_travel_time": 338.4,
        "raw_key": artifact_key("raw", sha256, ".fits.gz"),
        "product_key": artifact_key("products", product, ".safetensors"),
        "product_sha256": product,
    }
    return Observation(**values | changes)


def make_method(**changes: Any) -> Method:
    """Method of `stix-lstm`."""
    values: dict[str, Any] = {
        "detector": "stix-lstm",
        "version": "1.0.0",
        "model_version": "1.0.0",
        "model_sha256": digest(b"weights"),
        "parameters": {"threshold": 5.0, "minimum_samples": 3, "mode": "carried", "combine": True},
        "name": "Helioscribe STIX LSTM",
        "institute": "Helioscribe",
        "contact": "https://example.org",
        "url": "https://example.org/stix-lstm",
    }
    return Method(**values | changes)


def make_provenance(observation: Observation | None = None, **changes: Any) -> Provenance:
    """Provenance of a detection on an observation."""
    source = observation or make_observation()
    values: dict[str, Any] = {
        "method": make_method(),
        "observation_ids": (source.id,),
        "input_sha256": source.product_sha256,
        "observatory": source.observatory,
        "instrument": source.instrument,
        "channel": source.channel,
        "observer": source.observer,
        "light_travel_time": source.light_travel_time,
        "code_version": "0.1.0",
    }
    return Provenance(**values | changes)


def make_detection(start: float = 680.0, end: float = 720.0, **changes: Any) -> Detection:
    """Flare on `DAY`, in minutes after its start."""
    values: dict[str, Any] = {
        "event_type": "FL",
        "time_range": span(start, end),
        "peak_time": at(start + (end - start) / 4),
        "probability": 0.98,
        "measurements": {"fl_goescls": "M4.0", "hs_peak_rate": 1234.5, "hs_bands": 5, "hs_attenuator": True},
        "provenance": make_provenance(),
    }
    return Detection(**values | changes)


def make_coverage(observation: Observation | None = None, **changes: Any) -> Coverage:
    """Coverage of a whole observation."""
    source = observation or make_observation()
    values: dict[str, Any] = {
        "detector": "stix-lstm",
        "method_id": make_method().id,
        "observation_id": source.id,
        "instrument": source.instrument,
        "span": CoveredSpan(time_range=source.time_range, state=CoverageState.PROCESSED),
    }
    return Coverage(**values | changes)


def make_run(observation: Observation | None = None, **changes: Any) -> RecordedRun:
    """Run of `stix-lstm` with one flare."""
    source = observation or make_observation()
    values: dict[str, Any] = {
        "observation_id": source.id,
        "method": make_method(),
        "detections": (make_detection(provenance=make_provenance(source)),),
        "coverage": (make_coverage(source),),
        "scores_key": artifact_key("scores", digest(source.id.encode()), ".safetensors"),
        "code_version": "0.1.0",
        "at": at(1500.0),
    }
    return RecordedRun(**values | changes)


def make_event(start: float = 685.6, end: float = 725.6, **changes: Any) -> Event:
    """Flare on `DAY`, in minutes after its start."""
    values: dict[str, Any] = {
        "id": f"evt-{start:.1f}",
        "event_type": "FL",
        "event_starttime": at(start),
        "event_endtime": at(end),
        "event_peaktime": at(start + (end - start) / 4),
        "event_probability": 0.98,
        "frm_name": "Helioscribe STIX LSTM",
        "frm_institute": "Helioscribe",
        "frm_contact": "https://example.org",
        "frm_url": "https://example.org/stix-lstm",
        "frm_paramset": "threshold=5.0; mode=carried",
        "frm_versionnumber": 1.0,
        "frm_specificid": "det-1",
        "frm_daterun": at(1500.0),
        "obs_observatory": "Solar Orbiter",
        "obs_instrument": "STIX",
        "obs_channelid": "4-84 keV",
        "obs_meanwavel": 1.24e-8,
        "attributes": {"fl_goescls": "M4.0", "hs_light_travel_time": 338.4, "hs_bands": 5, "hs_clipped": False},
        "detector": "stix-lstm",
        "detection_ids": ("det-1",),
        "observation_ids": ("obs-1",),
    }
    return Event(**values | changes)


def make_change(event: Event | None = None, reason: str = "opened", **changes: Any) -> EventChange:
    """Change that writes an event; without one, `make_event` of the other arguments."""
    return EventChange(event=event or make_event(**changes), reason=reason)


def make_failure(**changes: Any) -> Failure:
    """Failure to read a file."""
    values: dict[str, Any] = {
        "stage": "ingest",
        "subject": "broken.fits",
        "sha256": digest(b"broken"),
        "code": "invalid_input",
        "message": "broken.fits: expected a FITS file, got 6 bytes",
        "at": at(),
        "job_id": "job-1",
    }
    return Failure(**values | changes)


def make_card(version: str = "1.0.0", **changes: Any) -> ModelCard:
    """Model of `stix-lstm`."""
    sha256 = digest(version.encode())
    graph = ModelFile(
        key=artifact_key("models", sha256, ".onnx"),
        sha256=sha256,
        format="onnx",
        inputs=(TensorSpec(name="x", dtype="float32", shape=("batch", 30, 5)),),
        outputs=(TensorSpec(name="y", dtype="float32", shape=("batch", 5)),),
    )
    values: dict[str, Any] = {
        "name": "stix-lstm",
        "version": version,
        "files": {"predictor": graph},
        "created": at(),
        "opset": 17,
        "recipe": {"epochs": 20, "learning_rate": 0.001, "hidden": [256, 256], "seed": 1},
        "dataset": {"name": "quiet days", "digest": digest(b"data")},
        "metrics": {"validation": {"recall": 0.97}},
        "thresholds": {"threshold": 5.0},
        "notes": "Not for solar maximum.",
    }
    return ModelCard(**values | changes)
