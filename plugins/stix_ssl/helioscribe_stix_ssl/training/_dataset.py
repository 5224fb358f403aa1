"""The dataset: simulated flares, and all real maps of a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.errors import InvalidInputError, UnsupportedInputError
from helioscribe.domain.identity import digest_stream
from helioscribe.domain.observation import observation_id
from helioscribe.domain.product import Product, SolarImage
from helioscribe.sdk.parts import Part, Parts, read_parts
from helioscribe.sdk.training import Split, TrainingData
from helioscribe_stix_ssl._preprocess import Window, crop, is_back_projection, resized, scaled
from helioscribe_stix_ssl.training._instrument import PIXELS
from helioscribe_stix_ssl.training._labels import labels_of
from helioscribe_stix_ssl.training._scenes import draw_scene, observe

__all__ = ["RealMap", "make_dataset", "real_maps", "simulated"]

_VALIDATION = 5  # every fifth
_PATTERNS = ("*_map.fits*", "*_map-*.fits*", "*xray-cpd*.fits*")

Levels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RealMap:
    """A map of a folder."""

    image: SolarImage
    """The map."""

    path: Path
    """Its file."""

    levels: Levels
    """What an encoder sees of it, shape (`PIXELS`, `PIXELS`)."""

    observation: str
    """Id that the platform gives the file."""

    @property
    def uid(self) -> str:
        """What the archive calls it; empty if it does not say."""
        return str(self.image.header.get("UID", ""))


def simulated(
    rng: np.random.Generator, count: int, *, back_projections: float = 0.25, natural: bool = False
) -> tuple[Levels, NDArray[np.int64], NDArray[np.bool_]]:
    """Return maps of `count` flares, shape (count, n, n), the sources in each, and which are back projections.

    `back_projections` is their share; `natural` as in `draw_scene`.
    """
    projected = rng.random(count) < back_projections
    scenes = [draw_scene(rng, natural=natural) for _ in range(count)]
    methods = np.where(projected, "bproj", "clean")
    maps = [observe(rng, scene, method=method) for scene, method in zip(scenes, methods, strict=True)]
    sources = np.array([scene.count for scene in scenes], np.int64)
    return np.reshape(maps, (-1, PIXELS, PIXELS)).astype(np.uint8), sources, projected


def real_maps(data: Path, read: Callable[[Path], Product]) -> Iterator[RealMap]:
    """Yield the maps of a folder; files that cannot be imaged are passed over.

    Raises
    ------
    MissingDependencyError
        If the folder holds pixel data and the imaging libraries are missing.
    """
    for path in sorted({path for pattern in _PATTERNS for path in data.rglob(pattern)}):
        try:
            image = read(path)
            if isinstance(image, SolarImage) and image.instrument == "STIX":
                with path.open("rb") as stream:
                    known = observation_id(digest_stream(stream)[0])
                seen = resized(scaled(crop(image, Window())), PIXELS)
                yield RealMap(image=image, path=path, levels=seen, observation=known)
        except (InvalidInputError, UnsupportedInputError):
            continue


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
    seed, alone = int(options["seed"]), int(options["simulated"])
    images, there, projected = simulated(np.random.default_rng(seed), alone + int(options["labelled"]))
    # The encoder is told of all simulated maps whether they show several sources; the source count learns from some.
    counts = np.where(np.arange(len(images)) < alone, -1, there)
    said, found = labels_of(data), list(real_maps(data, read)) if data else []
    maps = [one for one in found if one.observation not in said.discarded]
    known = read_parts(data)
    held, real = np.arange(len(images)) % _VALIDATION == 0, np.zeros(len(images), bool)
    if known:
        maps = [one for one in maps if known.part(one.path) in (Part.TRAIN, Part.VALIDATION)]
    if maps:
        images = np.concatenate([images, np.stack([one.levels for one in maps])])
        counts = np.concatenate([counts, [said.sources(one.uid, one.observation) for one in maps]]).astype(np.int64)
        held, real = np.concatenate([held, _held(maps, known)]), np.concatenate([real, np.ones(len(maps), bool)])
        projected = np.concatenate([projected, [is_back_projection(one.image) for one in maps]])
        there = np.concatenate([there, counts[real]])
    arrays: dict[str, NDArray[Any]] = {"images": images, "sources": counts, "real": real, "projected": projected}
    arrays["several"] = there > 1
    parts = [_split(arrays, ~held, int(options["real_repeats"])), _split(arrays, held, 1)]
    description = _description(options, counts[real], len(found))
    if known:
        description["split"] = f"every fifth simulated flare to validation; real maps {known.summary()}"
    return TrainingData(train=parts[0], validation=parts[1], description=description)


def _held(maps: Sequence[RealMap], known: Parts | None) -> NDArray[np.bool_]:
    if known:
        return np.array([known.part(one.path) is Part.VALIDATION for one in maps])
    # Maps of one flare lie within hours of each other, whatever their files are called.
    hours = np.asarray([one.image.time.astype("datetime64[h]").astype(int) for one in maps])
    return np.asarray(hours // 6 % _VALIDATION == 0)


def _split(arrays: Mapping[str, NDArray[Any]], part: NDArray[np.bool_], repeats: int) -> Split:
    """Take a part; the few real maps come several times, each time in another view."""
    index = np.flatnonzero(part)
    real = index[arrays["real"][index]]
    chosen = np.concatenate([index, np.repeat(real, max(0, repeats - 1))])
    return Split(arrays={name: array[chosen] for name, array in arrays.items()})


def _description(options: Mapping[str, Any], counts: NDArray[np.int64], found: int) -> dict[str, Any]:
    return {
        "simulated": f"{options['simulated']} flares of 0 to 4 sources and loops",
        "real": f"{len(counts)} maps, of which {(counts >= 0).sum()} have labels; "
        f"{found - len(counts)} not used: discarded, or kept for tests",
        "labelled": f"{options['labelled']} more, often of several sources, as if somebody had counted them",
        "split": "every fifth simulated flare and every fifth span of six hours of the real ones to validation",
    }
