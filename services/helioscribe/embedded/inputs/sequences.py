"""Frames packed into one input: those of a folder, of a channel of a zarr store, or some files."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from helioscribe.domain.errors import InvalidInputError
from helioscribe.embedded.inputs.files import find_inputs
from helioscribe.embedded.inputs.input import Input
from helioscribe.embedded.inputs.zarr import EVERYTHING, Choice, zarr_inputs
from helioscribe.ingest.sources.sequences.pack import Wishes, write_pack
from helioscribe.ingest.sources.zarr_files import is_zarr

__all__ = ["packed", "parse_cutout", "sequence_inputs"]

_IN_MEMORY = 64 << 20


def parse_cutout(text: str) -> tuple[float, float, float, float] | None:
    """Read ``X,Y,W,H`` [arcsec]; an empty text gives None. Raises `InvalidInputError` for anything else."""
    if not text:
        return None
    try:
        x, y, width, height = (float(part) for part in text.split(","))
    except ValueError:
        raise InvalidInputError(f"--cutout: expected X,Y,W,H in arcseconds, got {text[:40]!r}") from None
    return (x, y, width, height)


def sequence_inputs(
    named: Sequence[str], choice: Choice = EVERYTHING, *, cutout: tuple[float, float, float, float] | None = None
) -> list[Input]:
    """Return one input for each folder with files, one for each zarr channel, and one for all single files together.

    Raises
    ------
    InvalidInputError
        If the cut-out is not possible, or a folder holds no files.
    """
    wishes = Wishes(cutout=cutout).checked("--cutout")
    found: list[Input] = []
    files: list[str] = []
    for text in named:
        if is_zarr(text):
            found += _of_store(zarr_inputs(text, choice), wishes)
        elif Path(text).is_dir():
            found += _of_folder(Path(text), wishes)
        else:
            files.append(text)
    if files:
        inputs = find_inputs(files)
        found.append(packed(inputs[0].name, inputs, wishes))
    return found


def packed(name: str, frames: Sequence[Input], wishes: Wishes = Wishes()) -> Input:  # noqa: B008  # frozen
    """Return one input that packs the frames when it is opened."""
    return Input(name=f"{name}.tar", open=partial(_open, list(frames), wishes), archive=frames[0].archive)


def _of_folder(folder: Path, wishes: Wishes) -> list[Input]:
    holding = sorted({path.parent for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")})
    if not holding:
        raise InvalidInputError(f"{folder}: the folder holds no files")
    inputs = []
    for place in holding:
        files = [str(path) for path in sorted(place.iterdir()) if path.is_file() and not path.name.startswith(".")]
        inputs.append(packed(place.resolve().name, find_inputs(files), wishes))
    return inputs


def _of_store(images: Sequence[Input], wishes: Wishes) -> list[Input]:
    channels: dict[str, list[Input]] = {}
    for image in images:
        channels.setdefault(image.name.removesuffix(".fits").rsplit(".", 1)[0], []).append(image)
    return [packed(name, frames, wishes) for name, frames in channels.items()]


def _open(frames: Sequence[Input], wishes: Wishes) -> BinaryIO:
    spool = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # the caller closes it
    target = cast("BinaryIO", spool)
    write_pack([(frame.name, frame.open) for frame in frames], target, wishes)
    spool.seek(0)
    return target
