"""One page to look around in: embedding map, filters and pictures, with nothing from elsewhere."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from helioscribe_stix_ssl.plots._colours import cluster_colour

if TYPE_CHECKING:
    from helioscribe_stix_ssl.plots.collection import Collection

__all__ = ["write_page"]

_TILE = 56
_ACROSS = 40


def write_page(whole: Collection, places: NDArray[np.float64], path: Path) -> Path:
    """Write the page: pictures in one sheet, data as JSON, and a script that draws on a canvas."""
    sheet = base64.b64encode(_sheet(whole)).decode()
    data = json.dumps({"across": _ACROSS, "tile": _TILE, "images": _records(whole, places)}, allow_nan=False)
    # Names come from files: nothing in them may end the script.
    safe = data.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    page = (Path(__file__).parent / "page.html").read_text(encoding="utf-8")
    path.write_text(page.replace("%SHEET%", sheet).replace("%DATA%", safe), encoding="utf-8")
    return path


def _records(whole: Collection, places: NDArray[np.float64]) -> list[dict[str, Any]]:
    spread = np.maximum(np.ptp(places, axis=0), 1e-9)
    at = (places - places.min(axis=0)) / spread
    return [
        {
            "name": whole.names[row],
            "x": round(float(at[row, 0]), 4),
            "y": round(float(at[row, 1]), 4),
            "cluster": int(whole.cluster[row]),
            "colour": _hex(cluster_colour(int(whole.cluster[row]))),
            "anomaly": round(float(whole.said["anomaly"][row]), 4),
            "multiple": round(float(whole.said["multiple"][row]), 3),
        }
        for row in range(len(whole.names))
    ]


def _hex(colour: tuple[float, ...]) -> str:
    return "#" + "".join(f"{round(255 * part):02x}" for part in colour[:3])


def _sheet(whole: Collection) -> bytes:
    """All pictures in one PNG, side by side."""
    from matplotlib import colormaps
    from matplotlib.image import imsave

    down = -(-len(whole.names) // _ACROSS)
    sheet = np.zeros((down * _TILE, _ACROSS * _TILE, 3), np.uint8)
    for row, (seen, colours) in enumerate(zip(whole.seen, whole.colours, strict=True)):
        small = seen[: 2 * _TILE, : 2 * _TILE].reshape(_TILE, 2, _TILE, 2).mean(axis=(1, 3))[::-1]
        y, x = row // _ACROSS * _TILE, row % _ACROSS * _TILE
        sheet[y : y + _TILE, x : x + _TILE] = 255 * colormaps[colours](small)[..., :3]
    stream = io.BytesIO()
    imsave(stream, sheet, format="png")
    return stream.getvalue()
