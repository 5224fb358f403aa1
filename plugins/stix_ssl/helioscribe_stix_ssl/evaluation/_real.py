"""The measures on real maps: what was planted in them, and how clusters agree with what is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.detection import DetectionResult, Parameters
from helioscribe.domain.product import Product, SolarImage
from helioscribe_stix_ssl._preprocess import Window, crop, is_back_projection, resized, scaled
from helioscribe_stix_ssl.evaluation._maps import RealMap
from helioscribe_stix_ssl.evaluation._methods import Asked, Learned, Methods, ranks_of
from helioscribe_stix_ssl.evaluation._ranks import column, compared, components
from helioscribe_stix_ssl.evaluation._spoil import PLANTED, plant
from helioscribe_stix_ssl.evaluation._tables import stability
from helioscribe_stix_ssl.training._fit_set import planted_pairs
from helioscribe_stix_ssl.training._instrument import PIXELS
from helioscribe_stix_ssl.training._measure import agreement

__all__ = ["measure_real"]

_FOLDS = 4
_HOURS = 6  # of one block of time: maps of one flare are never on both sides

Detect = Callable[[Product, Parameters], DetectionResult]


def measure_real(
    detect: Detect,
    maps: list[RealMap],
    found: list[DetectionResult],
    known: Methods,
    taught: tuple[Learned, Learned],
    *,
    seed: int,
) -> dict[str, Any]:
    """Return the measures of CLEAN maps, of back projections, and of clusters of all.

    Parameters
    ----------
    detect
        Runs the detector with some parameters changed.
    maps, found
        Real maps, and what the detector says of each.
    known
        How features are made.
    taught
        Simulated CLEAN maps and back projections that rankings are fitted to, beside the real ones of other times.
        Pairs are planted in real CLEAN maps of the earlier days, too.
    seed
        Of what is planted.
    """
    projected = np.array([is_back_projection(one.image) for one in maps])
    report: dict[str, Any] = {}
    for name, here, usual in zip(("clean", "back projections"), (~projected, projected), taught, strict=True):
        index = np.flatnonzero(here)
        own = _Own(maps=[maps[number] for number in index], found=[found[number] for number in index])
        report[name] = _measure_kind(detect, own, known, usual, seed=seed)
    imaging = np.where(projected, "back projection", "clean")
    kinds = np.array([f"{method}, {one.flare}" for method, one in zip(imaging, maps, strict=True)])
    report["clusters"] = agreement(kinds, column(found, "cluster"), components(found))
    report["cluster stability (ARI over refits)"] = stability(components(found))
    return report


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Own:
    """Maps of one kind."""

    maps: list[RealMap]
    """As they came."""

    found: list[DetectionResult]
    """What the detector says of each."""


def _measure_kind(detect: Detect, own: _Own, known: Methods, taught: Learned, *, seed: int) -> dict[str, Any]:
    flare = np.array([one.flare is True for one in own.maps], bool)
    quiet = np.array([one.flare is False for one in own.maps], bool)
    report: dict[str, Any] = {"maps": len(own.maps), "without a flare": int(quiet.sum())}
    flares = np.flatnonzero(flare)
    if flares.size < 2:
        return report
    projected = is_back_projection(own.maps[0].image)
    sample = _sample(detect, own, flares, PLANTED[:1] if projected else PLANTED, seed)
    later = sample.later[: len(own.maps)]
    report["called"] = {"all days": _called(own.found, later | ~later), "later days": _called(own.found, later)}
    asked = Asked(images=sample.images, results=sample.results, fold=sample.fold, known=sample.real)
    ranks = ranks_of(known, asked, taught if projected else _with_pairs(taught, sample, known, seed))
    for name, (usual, odd) in _groups(sample, flares, quiet).items():
        report[f"anomaly rank, {name}"] = compared(ranks["rank"], usual, odd)
        report[f"forest alone, {name}"] = compared(ranks["forest"], usual, odd)
        if PLANTED[0] in name:
            report[f"source count, {name}"] = compared(ranks["count"], usual, odd)
    return report


def _called(found: list[DetectionResult], chosen: NDArray[np.bool_]) -> dict[str, float]:
    """Return how many percent of some maps are called unusual, and of several sources."""
    said = [str(one.detections[0].measurements["seen"]) for one, here in zip(found, chosen, strict=True) if here]
    words = ("unusual image", "several sources") if said else ()
    return {word: round(100 * float(np.mean([word in text for text in said])), 1) for word in words}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sample:
    """All real maps of a kind, then those with something planted in them."""

    results: list[DetectionResult]
    """What the detector says of each."""

    images: NDArray[np.uint8]
    """What baselines see of each, shape (image, `PIXELS`, `PIXELS`)."""

    kinds: NDArray[np.str_]
    """``real``, or what was planted, shape (image,)."""

    fold: NDArray[np.int64]
    """Shape (image,); what is planted stays in the fold of its map."""

    later: NDArray[np.bool_]
    """Whether the map is of the later half of the days, on which nothing was chosen, shape (image,)."""

    @property
    def real(self) -> NDArray[np.bool_]:
        """Which maps are as they came, shape (image,)."""
        return np.asarray(self.kinds == "real")


def _sample(detect: Detect, own: _Own, flares: NDArray[np.int64], planted: Sequence[str], seed: int) -> _Sample:
    rng, maps = np.random.default_rng(seed), own.maps
    made, kinds, origin = [], ["real"] * len(maps), list(range(len(maps)))
    for kind in planted:
        for number, index in enumerate(flares):
            other = flares[(number + rng.integers(1, len(flares))) % len(flares)]
            made.append(plant(rng, maps[index].image, kind, maps[other].image))
            kinds.append(kind)
            origin.append(int(index))
    return _Sample(
        results=[*own.found, *(detect(image, {"report": "all"}) for image in made)],
        images=np.stack([_seen(image) for image in (*(one.image for one in maps), *made)]),
        kinds=np.array(kinds),
        fold=_folds(maps)[origin],
        later=_later(maps)[origin],
    )


def _groups(
    sample: _Sample, flares: NDArray[np.int64], quiet: NDArray[np.bool_]
) -> dict[str, tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    usual = np.isin(np.arange(len(sample.kinds)), flares)
    groups = {f"planted {kind}": (usual, sample.kinds == kind) for kind in PLANTED if kind in sample.kinds}
    usual_later, two = usual & sample.later, (sample.kinds == PLANTED[0]) & sample.later
    groups[f"planted {PLANTED[0]}, later days"] = (usual_later, two)
    if (artefact := ~sample.real & (sample.kinds != PLANTED[0])).any():
        groups["planted artefacts, all"] = (usual, artefact)
    empty = sample.real.copy()
    empty[: len(quiet)] &= quiet
    return groups | {"maps without a flare": (usual, empty)}


def _with_pairs(taught: Learned, sample: _Sample, known: Methods, seed: int) -> Learned:
    """Return what is taught and real maps of the earlier days planted in each other, none in one of another fold."""
    for fold in np.unique(sample.fold):
        images = sample.images[sample.real & ~sample.later & (sample.fold == fold)]
        if len(images) > 1:
            taught = taught.with_pairs(known, *planted_pairs(images, images, seed=seed), fold=int(fold))
    return taught


def _folds(maps: list[RealMap]) -> NDArray[np.int64]:
    hours = np.array([one.image.time.astype("datetime64[h]").astype(int) for one in maps])
    _, block = np.unique(hours // _HOURS, return_inverse=True)
    return np.asarray(block % _FOLDS, np.int64)


def _later(maps: list[RealMap]) -> NDArray[np.bool_]:
    days = np.array([one.image.time.astype("datetime64[D]") for one in maps])
    known = np.unique(days)
    return np.asarray(days >= known[len(known) // 2])


def _seen(image: SolarImage) -> NDArray[np.uint8]:
    return resized(scaled(crop(image, Window())), PIXELS)
