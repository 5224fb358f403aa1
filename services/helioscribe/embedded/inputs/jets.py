"""Sequences of cut-outs from JSOC, one for each row of a table of times and positions."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot
from pathlib import Path

from helioscribe.domain.errors import HelioscribeError, NotFoundError
from helioscribe.embedded.console import progress
from helioscribe.embedded.inputs.archives import ImageSource
from helioscribe.embedded.inputs.files import find_inputs
from helioscribe.embedded.inputs.input import Input
from helioscribe.embedded.inputs.sequences import packed
from helioscribe.ingest.sources.jsoc import CutOut
from helioscribe.ingest.sources.sequences.catalogue import CutoutJob
from helioscribe.ingest.sources.sequences.pack import Wishes

__all__ = ["CADENCE", "CHANNEL", "FIELD", "MINUTES", "fetch_sequences"]

CHANNEL, CADENCE, MINUTES, FIELD = "304", 24.0, 12.0, 300.0
"""Channel [angstrom], time between frames [s], length [min] and side [arcsec] of the published jet data."""

_DISK = 940.0


def fetch_sequences(
    jobs: Sequence[CutoutJob], product: str, asked: ImageSource, folder: Path, *, field: float = FIELD
) -> tuple[list[Input], list[tuple[str, HelioscribeError]]]:
    """Download the frames of each job into a folder of its own; frames that are there are not downloaded again.

    Parameters
    ----------
    jobs
        Times and positions of the sequences.
    product
        Archive product, such as ``aia-304``.
    asked
        Cadence and address for JSOC.
    folder
        Folder for the folders of the jobs.
    field
        Width and height of the cut-outs [arcsec].

    Returns
    -------
    tuple
        One input for each sequence; and name and error of each job that has no frame.
    """
    inputs, failed = [], []
    with progress(len(jobs)) as tell:
        for number, job in enumerate(jobs):
            tell(job.name, number)
            try:
                inputs.append(_fetched(job, product, asked, folder / job.name, field))
            except HelioscribeError as error:
                failed.append((job.name, error))
    return inputs, failed


def _fetched(job: CutoutJob, product: str, asked: ImageSource, folder: Path, field: float) -> Input:
    cutout = CutOut(
        x=job.west,
        y=job.north,
        width=field,
        height=field,
        time=job.span.start,
        tracked=hypot(job.west, job.north) < _DISK,
    )
    archive = asked.archive(cutout)
    deliveries = list(archive.deliver(list(archive.search(product, job.span)), folder))
    paths = [str(delivery.path) for delivery in deliveries if delivery.path]
    missing = [f"{one.record.name}: {one.error.message}" for one in deliveries if one.error]
    if not paths:
        raise NotFoundError(f"{job.name}: {missing[0] if missing else 'the archive has no frame of this time'}")
    return packed(job.name, find_inputs(paths), Wishes(missing=tuple(missing)))
