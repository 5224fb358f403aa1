"""Pictures and tables of a file and its detections, drawn by the platform and by the detectors themselves."""

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
from helioscribe.embedded.outcome import Outcome
from helioscribe.embedded.platform import Embedded
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
    """Draw an observation, or one event enlarged, into a file; the ending of its name chooses the format.

    Raises
    ------
    NotFoundError
        If such an observation cannot be drawn.
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


def write_outputs(embedded: Embedded, outcome: Outcome, folder: Path, *, wish: OutputWish = _USUAL) -> list[Path]:
    """Write the picture of a file, a film of a sequence, and the outputs of its detectors; return all paths."""
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
    """Join the pictures of `write_outputs` into one film for each detector, in order of time; return the paths."""
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


def _of_detector(embedded: Embedded, observation: Observation, job: Job, folder: Path, wish: OutputWish) -> list[Path]:
    manifest = embedded.host.manifest(str(job.payload["detector"]))
    if not manifest.outputs:
        return []
    # Diagnostics are not stored. Running the detector again gives the same ones.
    product = decode_product(embedded.platform.artifacts.get(observation.product_key, limit=_LIMIT))
    source = Source(observation_ids=(observation.id,), input_sha256=observation.product_sha256)
    hosted = embedded.host.run(manifest.id, product, source=source, parameters=job.payload.get("parameters", {}))
    return write_plugin_outputs(manifest, product, hosted.result, folder, stem=stem_of(observation), wish=wish)
