"""Tables and plots of what detectors said about a file: the platform's quick look, and the detectors' own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from helioscribe.adapters.product_codec import decode_product
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import Event
from helioscribe.domain.job import Job, JobState
from helioscribe.domain.observation import Observation
from helioscribe.domain.output import OutputWish
from helioscribe.domain.product import ImageSequence
from helioscribe.embedded.platform import Embedded, Outcome
from helioscribe.inference.hosted import Source
from helioscribe.inference.outputs import stem_of
from helioscribe.inference.outputs import write_outputs as write_plugin_outputs
from helioscribe.runtime.film import join_pictures
from helioscribe.web.pictures import has_picture, observation_picture

__all__ = ["write_films", "write_outputs", "write_picture"]

_LIMIT = 8 << 30
_USUAL = OutputWish()


def write_picture(
    embedded: Embedded, observation: Observation, path: Path, *, event: Event | None = None, dark: bool = False
) -> Path:
    """Draw an observation, or an event closely, into a file whose ending says the format.

    Raises
    ------
    NotFoundError
        If there is no picture of such an observation.
    InvalidInputError
        If the file cannot be written.
    """
    picture = observation_picture(
        embedded.platform.catalogue,
        embedded.platform.artifacts,
        observation,
        event=event,
        form=path.suffix[1:].lower(),
        dark=dark,
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture.data)
    except OSError as error:
        raise InvalidInputError.wrap(error, doing=str(path)) from None
    return path


def write_outputs(
    embedded: Embedded, outcome: Outcome, folder: Path, *, wish: OutputWish = _USUAL
) -> list[Path]:
    """Write the quick look of a file, a film of a sequence, and what its detectors offer; return the paths."""
    if not outcome.observation_id:
        return []
    observation = embedded.platform.catalogue.observation(outcome.observation_id)
    endings = ("png", "gif") if observation.product_kind == ImageSequence.kind else ("png",)
    written = [
        write_picture(embedded, observation, folder / f"{stem_of(observation)}.{ending}")
        for ending in (endings if has_picture(observation) else ())
    ]
    for job in outcome.detections:
        if job.state is JobState.DONE:
            written += _of_detector(embedded, observation, job, folder, wish)
    return written


def write_films(embedded: Embedded, outcomes: Sequence[Outcome], folder: Path) -> list[Path]:
    """Join what `write_outputs` drew of each file, a film a detector in the order of time; return their paths."""
    pictures: dict[str, list[tuple[datetime, Path]]] = {}
    for outcome in outcomes:
        for job in outcome.detections:
            observation = embedded.platform.catalogue.observation(outcome.observation_id)
            detector = str(job.payload["detector"])
            path = folder / f"{stem_of(observation)}_{detector}.png"
            if job.state is JobState.DONE and path.is_file():
                pictures.setdefault(detector, []).append((observation.time_range.start, path))
    written = []
    for detector, found in sorted(pictures.items()):
        film = folder / f"{detector}.gif"
        film.write_bytes(join_pictures(path.read_bytes() for _, path in sorted(found)))
        written.append(film)
    return written


def _of_detector(
    embedded: Embedded, observation: Observation, job: Job, folder: Path, wish: OutputWish
) -> list[Path]:
    manifest = embedded.host.manifest(str(job.payload["detector"]))
    if not manifest.outputs:
        return []
    # Diagnostics are not kept: the run is made again, which gives the same result.
    product = decode_product(embedded.platform.artifacts.get(observation.product_key, limit=_LIMIT))
    source = Source(observation_ids=(observation.id,), input_sha256=observation.product_sha256)
    hosted = embedded.host.run(manifest.id, product, source=source, parameters=job.payload.get("parameters", {}))
    return write_plugin_outputs(manifest, product, hosted.result, folder, stem=stem_of(observation), wish=wish)
