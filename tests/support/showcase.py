"""A platform in a folder with something of everything that pages show: made products, runs with scores, records."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np

from helioscribe.adapters.product_codec import encode_product, encode_scores
from helioscribe.domain.association import associate
from helioscribe.domain.coordinates import Box, Position
from helioscribe.domain.detection import Detection, ScoreSeries
from helioscribe.domain.embedding import Embedding
from helioscribe.domain.event import Event
from helioscribe.domain.identity import digest
from helioscribe.domain.job import JobError, JobKind
from helioscribe.domain.observation import Observation
from helioscribe.domain.product import ImageSequence, LightCurve, Product, SolarImage
from helioscribe.domain.sighting import Sighting
from helioscribe.domain.times import TimeRange, from_datetime64
from helioscribe.ports.artifacts import artifact_key
from helioscribe.sdk.testing import synthetic_image, synthetic_light_curve, synthetic_sequence
from helioscribe.sdk.testing.sun import synthetic_x_ray_map
from support.factories import make_coverage, make_event, make_method, make_observation, make_provenance, make_run

__all__ = ["Showcase"]

_CHANNELS = {"HMI": ("SDO", "magnetogram"), "AIA": ("SDO", "304")}
_ARCHIVED = 230
"""Imported records, more than a page lists."""


@dataclass(frozen=True)
class Showcase:
    """What there is to see; each of them is one event."""

    flare: Event
    """In a light curve with a score, seen by another method too."""

    jet: Event
    """In a sequence of frames."""

    region: Event
    """In a magnetogram."""

    source: Event
    """In an X-ray map, with others like it."""

    doubted: Event
    """Of which its detector is least sure."""

    failed_job: str
    """Id of a job that failed."""

    @classmethod
    def fill(cls, platform: Any) -> Showcase:
        """Put everything into the stores of an embedded platform."""
        filling = _Filling(platform)
        flare, doubted = filling.light_curve()
        filling.archive(flare)
        jet, region = filling.sequence(), filling.magnetogram()
        source = filling.maps()
        return cls(flare=flare, jet=jet, region=region, source=source, doubted=doubted, failed_job=filling.failure())


@dataclass(frozen=True)
class _Filling:
    platform: Any

    def light_curve(self) -> tuple[Event, Event]:
        curve = synthetic_light_curve(flares=((30.0, 20.0), (80.0, 6.0)))
        observation = self.keep("day.fits", curve)
        score = (curve.rates[:, 0] / np.median(curve.rates[:, 0]) / 2).astype(np.float32)
        spans = [self.within(observation, start, start + 12) for start in (29, 80)]
        found = [
            Detection(event_type="FL", time_range=span, peak_time=span.start + timedelta(minutes=3), probability=sure)
            for span, sure in zip(spans, (0.97, 0.51), strict=True)
        ]
        series = ScoreSeries(times=curve.times, names=("score",), values=score[:, None])
        first, second = self.record(observation, found, series)
        return first, second

    def archive(self, flare: Event) -> None:
        """Import the same flare as GOES saw it, and many of another year."""
        common: dict[str, Any] = {
            "frm_name": "SWPC",
            "obs_observatory": "GOES",
            "obs_instrument": "XRS",
            "detector": "",
            "detection_ids": (),
            "observation_ids": (),
            "event_probability": None,
            "frm_versionnumber": None,
        }
        twin = replace(flare, id="evt-goes", attributes={"fl_goescls": "M2.5"}, **common)
        others = [
            make_event(
                3.0 * number, 3.0 * number + 2, id=f"evt-{number:04d}", attributes={"fl_goescls": "C1.0"}, **common
            )
            for number in range(_ARCHIVED)
        ]
        self.platform.catalogue.import_events([twin, *others])

    def sequence(self) -> Event:
        film = synthetic_sequence(frames=12, size=48, jet=(3, 9))
        observation = self.keep("jet.fits", film)
        span = TimeRange(start=from_datetime64(film.times[3]), end=from_datetime64(film.times[9]))
        box = Box(lower_left=Position(tx=-30, ty=-60), upper_right=Position(tx=30, ty=60))
        (event,) = self.record(
            observation,
            [Detection(event_type="CJ", time_range=span, probability=0.8, box=box, position=Position(tx=0, ty=0))],
            detector="jet-rcnn",
        )
        return event

    def magnetogram(self) -> Event:
        observation = self.keep("hmi.fits", synthetic_image())
        box = Box(lower_left=Position(tx=230, ty=190), upper_right=Position(tx=370, ty=310))
        found = Detection(
            event_type="AR",
            time_range=observation.time_range,
            probability=0.9,
            box=box,
            position=Position(tx=300, ty=250),
            measurements={"ar_mtwilsoncls": "BETA", "ar_noaanum": 11158},
        )
        (event,) = self.record(observation, [found], detector="ar-detectnet")
        return event

    def maps(self) -> Event:
        vectors, events = [], []
        for number, places in enumerate((((0, 0),), ((-30, 0), (30, 10)), ((5, 5),))):
            image = synthetic_x_ray_map(sources=places, size=65, seed=number)
            image = replace(image, time=image.time + np.timedelta64(number, "h"))
            observation = self.keep(f"map{number}.fits", image)
            middle = Position(tx=400, ty=-150)
            found = Detection(event_type="FL", time_range=observation.time_range, probability=0.9, position=middle)
            events += self.record(observation, [found], detector="stix-ssl")
            scores = {"cluster": 1.0, "anomaly": -0.1 * number, "multiple": 0.5, "doubt": 0.1}
            vector = np.array([1.0, number], np.float32)
            vectors.append(Embedding(space="stix-ssl/1/image", subject=observation.id, vector=vector, scores=scores))
        self.platform.embeddings.put(vectors)
        return events[0]

    def failure(self) -> str:
        jobs = self.platform.jobs
        job, _ = jobs.submit(JobKind.INGEST, "broken", {"name": "broken.fits"})
        jobs.claim(job.id, worker="test", lease=60.0)
        error = JobError(code="invalid_input", message="broken.fits: expected a FITS file, got 6 bytes")
        jobs.fail(job.id, worker="test", error=error, retry_in=None)
        return str(job.id)

    def keep(self, name: str, product: Product) -> Observation:
        """Store a product and its observation."""
        data = encode_product(product)
        key = artifact_key("products", digest(data), ".safetensors")
        self.platform.artifacts.put(key, data)
        observatory, channel = _CHANNELS.get(product.instrument, ("Solar Orbiter", "4-10 keV"))
        observation = make_observation(
            name,
            name=name,
            product_key=key,
            product_sha256=digest(data),
            product_kind=product.kind,
            time_range=_span(product),
            observatory=observatory,
            channel=channel,
            instrument=product.instrument,
            observer=product.observer,
            light_travel_time=0.0,
            quality=(),
        )
        self.platform.catalogue.add_observation(observation)
        return observation

    def record(
        self,
        observation: Observation,
        found: list[Detection],
        scores: ScoreSeries | None = None,
        detector: str = "stix-lstm",
    ) -> list[Event]:
        """Record what a detector found, and return the events."""
        key = ""
        if scores is not None:
            data = encode_scores(scores)
            key = artifact_key("scores", digest(data), ".safetensors")
            self.platform.artifacts.put(key, data)
        method = make_method(detector=detector, name=f"Helioscribe {detector}")
        signed = [one.by(make_provenance(observation, method=method)) for one in found]
        covered = make_coverage(observation, detector=detector, method_id=method.id)
        run = make_run(observation, method=method, detections=tuple(signed), coverage=(covered,), scores_key=key)
        self.platform.catalogue.record_run(run)
        changes = associate([Sighting.of(one, run.at) for one in signed], ())
        return list(self.platform.catalogue.apply(changes, associated=[one.id for one in signed]))

    def within(self, observation: Observation, start: float, end: float) -> TimeRange:
        """Return a span in minutes after the observation's start."""
        begin = observation.time_range.start
        return TimeRange(start=begin + timedelta(minutes=start), end=begin + timedelta(minutes=end))


def _span(product: Product) -> TimeRange:
    match product:
        case LightCurve():
            return product.time_range
        case ImageSequence():
            return TimeRange(start=from_datetime64(product.times[0]), end=from_datetime64(product.times[-1]))
        case SolarImage():
            moment = from_datetime64(product.time)
            return TimeRange(start=moment, end=moment + timedelta(seconds=product.exposure))
