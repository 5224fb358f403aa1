"""What the model card and the report show: scores of the exported graphs by kind of window, and windows as films."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.sdk import Models
from helioscribe.sdk.training import Arrays
from helioscribe_jet_rcnn._windows import windows_scored
from helioscribe_jet_rcnn.data.kinds import KINDS
from helioscribe_jet_rcnn.training._dataset import STEP

__all__ = ["film", "scores_by_kind"]

_BATCH, _FRAME_TIME, _LABEL = 8, 150, 16


def scores_by_kind(models: Models, arrays: Arrays) -> dict[str, dict[str, Any]]:
    """Return how many windows of each kind there are, and the quartiles of their probabilities."""
    lengths = arrays["length"].tolist()
    scores = np.array([_score(x[:length], models) for x, length in zip(arrays["x"], lengths, strict=True)])
    kinds = np.array(KINDS)[arrays["kind"]]
    return {
        kind: {
            "windows": int((kinds == kind).sum()),
            "quartiles": np.quantile(scores[kinds == kind], (0.25, 0.5, 0.75)).round(3).tolist(),
        }
        for kind in KINDS
        if (kinds == kind).any()
    }


def _score(x: NDArray[np.int8], models: Models) -> float:
    frames = x.astype(np.float32) * np.float32(STEP)
    gates = np.concatenate(
        [models["encoder"](x=frames[first : first + _BATCH])["gates"] for first in range(0, len(frames), _BATCH)]
    )
    return float(windows_scored(gates, np.zeros(1, np.intp), models)[0])


def film(x: NDArray[np.int8], length: int, kind: str) -> bytes:
    """Return a window as a GIF: the frames, what changed against the usual beside them, and its kind below.

    What is the same in all frames and places lies beside the field, and is cut away.
    """
    from PIL import Image, ImageDraw

    inside = (x[:length, 0] != x[0, 0, 0, 0]).any(0)
    field = x[:length, :2, inside.any(1)][..., inside.any(0)]
    levels = np.clip(field.astype(np.float32) * 1.5 + 110, 0, 255).astype(np.uint8)[:, :, ::-1]
    pictures = [Image.fromarray(np.pad(np.concatenate(list(frame), axis=1), ((0, _LABEL), (0, 0)))) for frame in levels]
    for number, picture in enumerate(pictures, start=1):
        ImageDraw.Draw(picture).text((4, field.shape[2] + 2), f"{kind}, frame {number} of {length}", fill=220)
    stream = io.BytesIO()
    pictures[0].save(stream, format="GIF", save_all=True, append_images=pictures[1:], duration=_FRAME_TIME, loop=0)
    return stream.getvalue()
