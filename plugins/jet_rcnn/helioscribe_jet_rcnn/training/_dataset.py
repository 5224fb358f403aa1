"""Windows as arrays: standardised, in 8 bits, with what is known of where the jet is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import Product
from helioscribe.sdk.parts import Part, Parts, read_parts
from helioscribe.sdk.training import Arrays, Split, TrainingData
from helioscribe_jet_rcnn._frames import SIDE, features, standardised
from helioscribe_jet_rcnn._windows import WINDOW
from helioscribe_jet_rcnn.data.labels import folds_of, read_labels
from helioscribe_jet_rcnn.data.scenes import Scene, read_scenes
from helioscribe_jet_rcnn.data.simulation import NON_JETS
from helioscribe_jet_rcnn.data.windows import KINDS, Sample, make_windows

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
        Which part of the events is held out for validation, where the folder does not say it.
    windows
        Of the training part; validation has every held-out sequence and a quarter as many others.
    seed
        Of all that is random.

    Returns
    -------
    tuple
        The data, and the statistics that they are standardised with (``mean``, ``std``, ``clip``, each of shape (2,)).

    Raises
    ------
    InvalidInputError
        If the folder holds too few jets.
    """
    labelled = read_labels(folder)
    folds = folds_of(labelled)
    scenes = [scene for scene in read_scenes(labelled, read) if scene.labelled.jet]
    known = read_parts(folder)
    parts = _as_told(scenes, known) if known else [
        [scene for scene in scenes if (folds[scene.labelled.group] == fold) == held] for held in (False, True)
    ]  # fmt: skip
    if any(len({scene.labelled.group for scene in part}) < 2 for part in parts):
        raise InvalidInputError(f"{folder}: expected jets of two events at least in both parts, got {len(scenes)} jets")
    train = list(make_windows(parts[0], windows, np.random.default_rng([seed, 1]), every=False))
    validation = list(make_windows(parts[1], windows // 4, np.random.default_rng([seed, 2]), every=True))
    looked = [[features(one.frames) for one in part] for part in (train, validation)]
    scaler = _statistics(looked[0])
    seen = {scene.labelled.group for scene in parts[0]}
    groups = sorted({scene.labelled.group for scene in scenes} - seen, key=int)
    described = {
        "sources": "AIA 304 A sequences of the Solar Jet Hunter, 8-bit renderings; jets and others simulated on them",
        "split": known.told() if known else f"by event, fold {fold} held out",
        "held_out_groups": groups, "real_sequences": [len(part) for part in parts],
        "windows": {kind: [sum(one.kind == kind for one in part) for part in (train, validation)] for kind in KINDS},
        "real": "real jet; the pixels of real quiet field and of real frames shuffled, and most of those of real jet "
        "erased, but no person confirmed that there is no jet in these",
        "simulated": f"simulated jet, calm background, {', '.join(NON_JETS)}",
    }  # fmt: skip
    data = TrainingData(
        train=Split(arrays=_arrays(train, looked[0], scaler)),
        validation=Split(arrays=_arrays(validation, looked[1], scaler)), description=described,
    )  # fmt: skip
    return data, scaler


def _as_told(scenes: Sequence[Scene], known: Parts) -> list[list[Scene]]:
    return [
        [scene for scene in scenes if known.part(scene.labelled.path) is part]
        for part in (Part.TRAIN, Part.VALIDATION)
    ]  # fmt: skip


def _statistics(looked: Sequence[Frames]) -> dict[str, NDArray[np.float32]]:
    values = [one[::3, :, ::4, ::4].transpose(1, 0, 2, 3).reshape(2, -1) for one in looked]
    joined_values = np.concatenate(values, axis=1)
    return {
        "mean": joined_values.mean(1, dtype=np.float64).astype(np.float32),
        "std": joined_values.std(1, dtype=np.float64).astype(np.float32),
        "clip": np.full(2, 127 * STEP, np.float32),
    }


def _arrays(samples: Sequence[Sample], looked: Sequence[Frames], scaler: Arrays) -> Arrays:
    x = np.zeros((len(samples), WINDOW, 2, SIDE, SIDE), np.int8)
    lit = np.full((len(samples), WINDOW, MAP, MAP), -1, np.int8)
    for row, (one, found) in enumerate(zip(samples, looked, strict=True)):
        frames = len(found)
        x[row, :frames] = np.rint(standardised(found, scaler) / STEP)
        if one.lit is not None:
            lit[row, :frames] = _cells(one.lit)
        elif not one.jet:
            lit[row, :frames] = 0
    return {
        "x": x, "lit": lit, "length": np.array([len(found) for found in looked], np.int64),
        "label": np.array([one.jet for one in samples], np.float32),
        "kind": np.array([KINDS.index(one.kind) for one in samples], np.int64),
        "group": np.array([int(one.group) if one.group.isdigit() else -1 for one in samples], np.int64),
    }  # fmt: skip


def _cells(light: Frames) -> NDArray[np.int8]:
    """Return which cells a jet lights, shape (t, `MAP`, `MAP`)."""
    edges = np.rint(np.arange(MAP) * _CELL).astype(int)
    most = np.maximum.reduceat(np.maximum.reduceat(light, edges, axis=1), edges, axis=2)
    return np.asarray(most > _LIT * light.max(), np.int8)
