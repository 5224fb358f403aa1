"""Windows as arrays: standardised, in 8 bits, with what is known of where the jet is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import Product
from helioscribe.sdk.parts import Part, read_parts
from helioscribe.sdk.training import Arrays, Split, TrainingData
from helioscribe_jet_rcnn._frames import PLANES, SIDE, features, standardised
from helioscribe_jet_rcnn._windows import WINDOW
from helioscribe_jet_rcnn.data import kinds
from helioscribe_jet_rcnn.data.labels import Labelled, parts_of, read_labels
from helioscribe_jet_rcnn.data.scenes import Scene, read_scenes
from helioscribe_jet_rcnn.data.windows import Sample, make_windows

__all__ = ["MAP", "STEP", "make_dataset"]

MAP = 20
"""Cells a side of the encoder's map."""

STEP = 1 / 16
"""Of the stored features, in standard deviations: 8 bits hold what clipping leaves."""

_CELL = SIDE / MAP
_LIT = 0.35
"""Share of its light at which a place belongs to a simulated jet."""

Frames = NDArray[np.float32]


def make_dataset(
    folder: Path, *, read: Callable[[Path], Product], fold: int, windows: int, seed: int
) -> tuple[TrainingData, Arrays]:
    """Make windows of labelled sequences.

    Parameters
    ----------
    folder
        With ``labels.csv``.
    read
        The platform's reader.
    fold
        Which part of the events is held out, and used for nothing here, where the folder does not say it.
    windows
        Of the training part; the part for choices has each of its sequences twice and a fifth as many others.
    seed
        Of all that is random.

    Returns
    -------
    tuple
        The data, and the statistics that they are standardised with (``mean``, ``std``, ``clip``, of each plane).

    Raises
    ------
    InvalidInputError
        If the folder holds too few jets.
    """
    known, told = _known(folder, fold)
    if empty := [part for part in (Part.TRAIN, Part.VALIDATION) if not any(one.jet for one in known[part])]:
        raise InvalidInputError(f"{folder}: jets of too few events; none is left for: {empty[0]}")
    parts = [read_scenes(known[part], read) for part in (Part.TRAIN, Part.VALIDATION)]
    if not all(any(scene.labelled.jet for scene in part) for part in parts):
        raise InvalidInputError(f"{folder}: the sequences that labels.csv names are not there, or cannot be read")
    scaler = _statistics(parts[0])
    train = make_windows(parts[0], windows, np.random.default_rng([seed, 1]), every=False)
    validation = make_windows(parts[1], windows // 5, np.random.default_rng([seed, 2]), every=True)
    arrays = [_arrays(samples, scaler) for samples in (train, validation)]
    data = TrainingData(
        train=Split(arrays=arrays[0]),
        validation=Split(arrays=arrays[1]),
        description={"split": told, **_described(known, arrays)},
    )
    return data, scaler


def _known(folder: Path, fold: int) -> tuple[dict[Part, list[Labelled]], str]:
    """Return what people agreed on of each part, and how it was split: as the folder says, or by event."""
    labelled, given = read_labels(folder), read_parts(folder)
    part_of = parts_of(labelled, fold)
    known: dict[Part, list[Labelled]] = {part: [] for part in Part}
    for one in labelled:
        part = given.part(one.path) if given else part_of[one.group]
        if one.jet is not None and part is not None:
            known[part].append(one)
    return known, given.summary() if given else f"by event; fold {fold} held out, small events of the next for choices"


def _described(known: Mapping[Part, Sequence[Labelled]], arrays: Sequence[Arrays]) -> dict[str, Any]:
    counts = [np.bincount(one["kind"], minlength=len(kinds.KINDS)).tolist() for one in arrays]
    groups = {part: sorted({one.group for one in there}, key=int) for part, there in known.items()}
    return {
        "sources": "AIA 304 A sequences of the Solar Jet Hunter, 8-bit renderings; jets and others simulated on them",
        "held_out_groups": groups[Part.TEST],
        "groups_for_choices": groups[Part.VALIDATION],
        "real_sequences": {str(part): len(there) for part, there in known.items()},
        "windows": {kind: list(pair) for kind, pair in zip(kinds.KINDS, zip(*counts, strict=True), strict=True)},
        "real": f"{kinds.WHOLE}, {kinds.CLOSE}, {kinds.CONFIRMED}; the pixels of {kinds.QUIET}, {kinds.SHUFFLED} and "
        f"most of those of {kinds.ERASED}, but no person confirmed that there is no jet in these",
        "simulated": ", ".join((*kinds.PAIRED, kinds.CALM)),
    }


def _statistics(scenes: Sequence[Scene]) -> dict[str, NDArray[np.float32]]:
    looked = (features(scene.frames)[::3, :, ::4, ::4] for scene in scenes)
    values = np.concatenate([one.transpose(1, 0, 2, 3).reshape(PLANES, -1) for one in looked], axis=1)
    return {
        "mean": values.mean(1, dtype=np.float64).astype(np.float32),
        "std": values.std(1, dtype=np.float64).astype(np.float32),
        "clip": np.full(PLANES, 127 * STEP, np.float32),
    }


def _arrays(samples: Iterable[Sample], scaler: Arrays) -> Arrays:
    rows = [_row(one, scaler) for one in samples]
    x = np.zeros((len(rows), WINDOW, PLANES, SIDE, SIDE), np.int8)
    lit = np.full((len(rows), WINDOW, MAP, MAP), -1, np.int8)
    for number, (frames, cells, _, _) in enumerate(rows):
        x[number, : len(frames)], lit[number, : len(frames)] = frames, cells
    named = [one for _, _, one, _ in rows]
    return {
        "x": x,
        "lit": lit,
        "length": np.array([len(frames) for frames, *_ in rows], np.int64),
        "label": np.array([kind in kinds.JETS for kind in named], np.float32),
        "kind": np.array([kinds.KINDS.index(kind) for kind in named], np.int64),
        "group": np.array([int(group) if group.isdigit() else -1 for *_, group in rows], np.int64),
    }


def _row(one: Sample, scaler: Arrays) -> tuple[NDArray[np.int8], NDArray[np.int8], str, str]:
    """Return what is kept of a window: its frames, which cells of the map are lit, its kind and its event."""
    x = np.rint(standardised(features(one.frames), scaler) / STEP).astype(np.int8)
    if one.lit is not None:
        return x, _cells(one.lit), one.kind, one.group
    # Nobody outlined the real jets, which the frames show in any order.
    known = not one.jet and one.kind != kinds.SHUFFLED
    return x, np.full((len(x), MAP, MAP), 0 if known else -1, np.int8), one.kind, one.group


def _cells(light: Frames) -> NDArray[np.int8]:
    """Return which cells a jet lights, shape (t, `MAP`, `MAP`)."""
    edges = np.rint(np.arange(MAP) * _CELL).astype(int)
    most = np.maximum.reduceat(np.maximum.reduceat(light, edges, axis=1), edges, axis=2)
    return np.asarray(most > _LIT * light.max(), np.int8)
