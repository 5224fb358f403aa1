"""A flare in a day of STIX, from the file to the event."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from helioscribe.adapters.product_codec import encode_product, encode_scores
from helioscribe.domain.detection import ScoreSeries
from helioscribe.domain.event import Event
from helioscribe.domain.identity import digest
from helioscribe.ports.artifacts import ArtifactStore, artifact_key
from helioscribe.sdk.testing import synthetic_light_curve
from support.factories import (
    make_change,
    make_coverage,
    make_detection,
    make_event,
    make_observation,
    make_provenance,
    make_run,
)

__all__ = ["record_flare"]


def record_flare(site: Any, *, name: str = "day.fits") -> Event:
    """Store an observation with its data, a run with scores, and the event; `site` has a catalogue and artifacts."""
    curve = synthetic_light_curve(instrument="STIX")
    scores = ScoreSeries(times=curve.times, names=("score",), values=(curve.rates[:, :1] / 100).astype("float32"))
    product_key, product_sha256 = _stored(site.artifacts, "products", encode_product(curve))
    scores_key, _ = _stored(site.artifacts, "scores", encode_scores(scores))
    observation = make_observation(
        name,
        name=name,
        product_key=product_key,
        product_sha256=product_sha256,
        time_range=curve.time_range,
        quality=("the pointing is nominal",),
    )
    middle = curve.time_range.start + curve.time_range.duration / 2
    flare = replace(curve.time_range, start=middle, end=middle + curve.time_range.duration / 10)
    detection = make_detection(time_range=flare, peak_time=middle, provenance=make_provenance(observation))
    covered = make_coverage(observation, span=replace(make_coverage(observation).span, time_range=curve.time_range))
    event = make_event(
        event_starttime=flare.start,
        event_peaktime=middle,
        event_endtime=flare.end,
        detection_ids=(detection.id,),
        observation_ids=(observation.id,),
    )
    site.catalogue.add_observation(observation)
    run = make_run(observation, detections=(detection,), coverage=(covered,), scores_key=scores_key)
    site.catalogue.record_run(run)
    site.catalogue.apply([make_change(event)], associated=[detection.id])
    return event


def _stored(artifacts: ArtifactStore, kind: str, data: bytes) -> tuple[str, str]:
    sha256 = digest(data)
    key = artifact_key(kind, sha256, ".safetensors")
    artifacts.put(key, data)
    return key, sha256
