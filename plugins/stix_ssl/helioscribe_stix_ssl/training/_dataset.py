"""The dataset: simulated flares, and all real maps of a folder."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError, UnsupportedInputError
from helioscribe.domain.product import Product, SolarImage
from helioscribe.sdk.training import Split, TrainingData
from helioscribe_stix_ssl._preprocess import Window, crop, resized, scaled
from helioscribe_stix_ssl.training._instrument import PIXELS
from helioscribe_stix_ssl.training._scenes import draw_scene, observe

__all__ = ["labels_of", "make_dataset", "real_maps", "simulated"]

LABELS = "labels.csv"
"""File of a data folder with the columns ``uid`` and ``sources``: images whose sources somebody counted."""

_VALIDATION = 5  # every fifth
_PATTERNS = ("*_map.fits*", "*_map-*.fits*", "*xray-cpd*.fits*")

Levels = NDArray[np.uint8]


def simulated(
    rng: np.random.Generator, count: int, *, back_projections: float = 0.25, natural: bool = False
) -> tuple[Levels, NDArray[np.int64]]:
    """Return maps of `count` flares, shape (count, n, n), and the sources in each; `natural` as in `draw_scene`."""
    maps, sources = [], []
    for _ in range(count):
        scene = draw_scene(rng, natural=natural)
        maps.append(observe(rng, scene, method="bproj" if rng.random() < back_projections else "clean"))
        sources.append(scene.count)
    return np.stack(maps), np.asarray(sources, np.int64)


def real_maps(data: Path, read: Callable[[Path], Product]) -> Iterator[tuple[SolarImage, Levels]]:
    """Yield the maps of a folder and what an encoder sees of them; files that cannot be imaged are passed over.

    Raises
    ------
    MissingDependencyError
        If the folder holds pixel data and the imaging libraries are missing.
    """
    for path in sorted({path for pattern in _PATTERNS for path in data.rglob(pattern)}):
        try:
            image = read(path)
            if isinstance(image, SolarImage) and image.instrument == "STIX":
                yield image, resized(scaled(crop(image, Window())), PIXELS)
        except (InvalidInputError, UnsupportedInputError):
            continue


def labels_of(data: Path | None) -> dict[str, int]:
    """Return the counted sources by uid; empty without such a file.

    Raises
    ------
    InvalidInputError
        If the file lacks a column or holds no numbers.
    """
    path = data / LABELS if data else None
    if path is None or not path.is_file():
        return {}
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            return {row["uid"]: int(row["sources"]) for row in csv.DictReader(stream)}
    except (KeyError, ValueError, TypeError) as error:
        raise InvalidInputError.wrap(error, doing=f"{LABELS}: expected columns uid and sources") from None


def make_dataset(options: Mapping[str, Any], *, data: Path | None, read: Callable[[Path], Product]) -> TrainingData:
    """Simulate flares, read real maps, and split both.

    Parameters
    ----------
    options
        Settings of the recipe.
    data
        Folder of maps and pixel data, searched with its subfolders; None for simulated flares only.
    read
        Reads a file into a product.
    """
    rng = np.random.default_rng(options["seed"])
    images, counts = simulated(rng, int(options["simulated"]))
    counts = np.where(rng.permutation(len(counts)) < int(options["labelled"]), counts, -1)
    known, maps = labels_of(data), list(real_maps(data, read)) if data else []
    block, real = np.arange(len(images)), np.zeros(len(images), bool)
    if maps:
        uids = [str(image.header.get("UID", "")) for image, _ in maps]
        images = np.concatenate([images, np.stack([seen for _, seen in maps])])
        counts = np.concatenate([counts, np.asarray([known.get(uid, -1) for uid in uids], np.int64)])
        # Maps of one flare lie within hours of each other, whatever their files are called.
        hours = np.asarray([image.time.astype("datetime64[h]").astype(int) for image, _ in maps])
        block, real = np.concatenate([block, hours // 6]), np.concatenate([real, np.ones(len(maps), bool)])
    held = block % _VALIDATION == 0
    arrays: dict[str, NDArray[Any]] = {"images": images, "sources": counts, "real": real}
    parts = [_split(arrays, ~held, int(options["real_repeats"])), _split(arrays, held, 1)]
    return TrainingData(train=parts[0], validation=parts[1], description=_description(options, len(maps), len(known)))


def _split(arrays: Mapping[str, NDArray[Any]], part: NDArray[np.bool_], repeats: int) -> Split:
    """Take a part; the few real maps come several times, each time in another view."""
    index = np.flatnonzero(part)
    real = index[arrays["real"][index]]
    chosen = np.concatenate([index, np.repeat(real, max(0, repeats - 1))])
    return Split(arrays={name: array[chosen] for name, array in arrays.items()})


def _description(options: Mapping[str, Any], maps: int, labelled: int) -> dict[str, Any]:
    return {
        "simulated": f"{options['simulated']} flares of 0 to 4 sources and loops",
        "real": f"{maps} maps, of which {labelled} have labels",
        "labelled": f"{options['labelled']} of the simulated flares, as if somebody had counted their sources",
        "split": "every fifth simulated flare and every fifth span of six hours of the real ones to validation",
    }
