"""Tables and plots of what detectors said about a file: the platform's quick look, and the detectors' own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from helioscribe.adapters.product_codec import decode_product
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.event import Event
from helioscribe.domain.job import Job, JobState
from helioscribe.domain.observation import Observation
from helioscribe.embedded.platform import Embedded, Outcome
from helioscribe.inference.host import Source
from helioscribe.sdk.loading import load_reference, plugin_error
from helioscribe.web.pictures import observation_picture, picture_kind

__all__ = ["write_outputs", "write_picture"]

_LIMIT = 8 << 30
_ENDINGS = re.compile(r"(\.(fits|fit|fts|jp2|csv|data|gz))+$", re.IGNORECASE)
"""Names of magnetograms hold the series and the time between further dots, which tell them apart."""


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
    embedded: Embedded,
    outcome: Outcome,
    folder: Path,
    *,
    formats: Sequence[str] = ("png", "csv"),
    dpi: int = 150,
) -> list[Path]:
    """Write the quick look of a file, and what its detectors offer; return the paths."""
    if not outcome.observation_id:
        return []
    observation = embedded.platform.catalogue.observation(outcome.observation_id)
    stem = _ENDINGS.sub("", outcome.name) or observation.id
    written = []
    if picture_kind(observation):
        written.append(write_picture(embedded, observation, folder / f"{stem}.png"))
    for job in outcome.detections:
        if job.state is JobState.DONE:
            written += _of_detector(embedded, observation, job, folder, stem, tuple(formats), dpi)
    return written


def _of_detector(
    embedded: Embedded, observation: Observation, job: Job, folder: Path, stem: str, formats: tuple[str, ...], dpi: int
) -> list[Path]:
    detector = str(job.payload["detector"])
    manifest = embedded.host.manifest(detector)
    if not manifest.outputs:
        return []
    # Diagnostics are not kept: the run is made again, which gives the same result.
    product = decode_product(embedded.platform.artifacts.get(observation.product_key, limit=_LIMIT))
    source = Source(observation_ids=(observation.id,), input_sha256=observation.product_sha256)
    hosted = embedded.host.run(detector, product, source=source, parameters=job.payload.get("parameters", {}))
    write = load_reference(manifest.outputs)
    try:
        paths: list[Path] = write(
            product, hosted.result, folder, stem=f"{stem}_{detector}", formats=formats, dpi=dpi
        )
    except Exception as error:  # foreign code: it must take nothing else down
        raise plugin_error(error, doing=f"outputs of {detector}") from error
    return paths
