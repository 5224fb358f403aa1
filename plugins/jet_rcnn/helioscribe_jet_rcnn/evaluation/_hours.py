"""How many jets are found in an hour in which there is none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from helioscribe_jet_rcnn.data.kinds import CONFIRMED, ERASED, QUIET
from helioscribe_jet_rcnn.data.scenes import Scene, activity, erased, joined, quiet_crop
from helioscribe_jet_rcnn.evaluation._asked import CADENCE, Detect, asked

__all__ = ["false_alarms"]

_PARTS = 4
"""Quiet parts that are tried of each sequence."""


def false_alarms(scenes: Sequence[Scene], detect: Detect, rng: np.random.Generator) -> dict[str, dict[str, float]]:
    """Return hours watched, false alarms and alarms an hour, for each kind of field without a jet that there is.

    Sequences that follow each other are joined, and looked at as the detector looks at any sequence: with sliding
    windows, and what adjacent windows see as one event. Of each, some parts that no event reaches, and the whole with
    the event erased; and what people said to hold no jet.
    """
    fields: dict[str, list[NDArray[np.float32]]] = {QUIET: [], ERASED: []}
    for frames in joined([scene for scene in scenes if scene.labelled.jet]):
        active = activity(frames)
        parts = (quiet_crop(frames, active, rng) for _ in range(_PARTS))
        fields[QUIET] += [part for part in parts if part is not None]
        fields[ERASED].append(erased(frames, active, rng))
    fields[CONFIRMED] = [scene.frames for scene in scenes if scene.labelled.jet is False]
    return {kind: _rate(there, detect) for kind, there in fields.items() if there}


def _rate(fields: Sequence[NDArray[np.float32]], detect: Detect) -> dict[str, float]:
    hours = sum(len(frames) for frames in fields) * CADENCE / 3600
    alarms = sum(len(asked(frames, detect).detections) for frames in fields)
    return {"hours": round(hours, 2), "alarms": alarms, "an hour": round(alarms / hours, 2)}
