"""The detector: a full-disk magnetogram in, active regions out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from helioscribe.domain.coordinates import Box
from helioscribe.domain.coverage import CoverageState, CoveredSpan
from helioscribe.domain.detection import Detection, DetectionResult, Parameters, ScoreSeries, Value
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import Product, SolarImage
from helioscribe.domain.times import from_datetime64
from helioscribe.sdk import Models
from helioscribe_ar_detectnet._disk import Disk, read_disk
from helioscribe_ar_detectnet._grid import Found, decode
from helioscribe_ar_detectnet._measure import Region, measure
from helioscribe_ar_detectnet._symmetry import even_answer
from helioscribe_ar_detectnet.classes import CLASSES, DELTA, GAMMA, four_of, tempered
from helioscribe_ar_detectnet.labels.noaa import NoaaRegion, parse_regions

__all__ = ["ArDetectNet", "create"]


def create(parameters: Parameters) -> ArDetectNet:
    """Make the detector from complete, checked parameters."""
    return ArDetectNet(parameters)


class ArDetectNet:
    """Boxes active regions and says their Mount Wilson class.

    Parameters
    ----------
    parameters
        How it looks.

    Raises
    ------
    InvalidInputError
        If the table of NOAA regions cannot be read.
    """

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters
        self._noaa = parse_regions(str(parameters["noaa_regions"]))

    def detect(self, product: Product, models: Models) -> DetectionResult:
        """Look for regions.

        Raises
        ------
        InvalidInputError
            If the product is no prepared magnetogram of the full disk.
        """
        if not isinstance(product, SolarImage):
            raise InvalidInputError(f"ar-detectnet reads images, got {product.kind}")
        disk = read_disk(product)
        coverage, found = self._found(disk, models)
        regions = [measure(disk, box) for box in found.boxes]
        named = self._noaa.match([disk.place(*region.centre) for region in regions], from_datetime64(product.time))
        kinds = self._classified(disk, found.boxes, models)
        parts = zip(found.boxes, found.coverage, kinds, regions, named, strict=True)
        detections = tuple(
            _detection(product, disk, box=box, sure=float(sure), kind=kind, region=region, noaa=noaa)
            for box, sure, kind, region, noaa in parts
        )
        state = CoverageState.PROCESSED if detections else CoverageState.NOTHING_FOUND
        return DetectionResult(
            detections=detections,
            covered=(CoveredSpan(time_range=product.time_range, state=state),),
            scores=ScoreSeries(
                times=np.array([product.time]), names=("coverage",), values=np.array([[coverage.max()]], np.float32)
            ),
            diagnostics={"coverage": coverage},
        )

    def _found(self, disk: Disk, models: Models) -> tuple[NDArray[np.float32], Found]:
        """Return the coverage of every square of the grid, and the boxes that follow, surest first."""
        coverage, corners = even_answer(models["detector"], disk.inputs())
        found = decode(
            coverage,
            corners,
            threshold=float(self._parameters["threshold"]),
            least=int(self._parameters["group_threshold"]),
            eps=float(self._parameters["group_eps"]),
            grouping=str(self._parameters["grouping"]),
        )
        return coverage, found

    def _classified(self, disk: Disk, boxes: NDArray[np.float64], models: Models) -> NDArray[np.float64]:
        if not len(boxes):
            return np.empty((0, len(CLASSES)))
        crops = np.stack([disk.crop(box) for box in boxes])
        said = np.asarray(models["classifier"](x=crops)["probability"], np.float64)
        return tempered(said, float(self._parameters["class_temperature"]))


def _detection(
    image: SolarImage,
    disk: Disk,
    *,
    box: NDArray[np.float64],
    sure: float,
    kind: NDArray[np.float64],
    region: Region,
    noaa: NoaaRegion | None,
) -> Detection:
    corners = [disk.position(float(x), float(y)) for x, y in (box[:2], box[2:])]
    number: dict[str, Value] = {"ar_noaanum": noaa.number} if noaa else {}
    return Detection(
        event_type="AR",
        time_range=image.time_range,
        peak_time=from_datetime64(image.time),
        probability=float(np.clip(sure, 0, 1)),
        position=disk.position(*region.centre),
        box=Box(lower_left=corners[0], upper_right=corners[1]),
        polygon=tuple(disk.position(float(x), float(y)) for x, y in region.outline),
        clipped=True,  # a region lives for days: every image shows a part of it
        measurements={**region.measurements, **_places(image, disk, region.centre), **_classes(kind), **number},
    )


def _classes(kind: NDArray[np.float64]) -> dict[str, Value]:
    best = int(kind.argmax())
    return {
        "ar_mtwilsoncls": CLASSES[best],
        "mt_wilson_probability": float(kind[best]),
        "mt_wilson_s3": four_of(CLASSES[best]),
        "gamma_probability": float(kind[GAMMA].sum()),
        "delta_probability": float(kind[DELTA].sum()),
    }


def _places(image: SolarImage, disk: Disk, centre: tuple[float, float]) -> dict[str, float]:
    place = disk.place(*centre)
    if place is None:
        return {}
    places = {"hgs_x": place[0], "hgs_y": place[1]}
    if isinstance(l0 := image.header.get("CRLN_OBS"), (int, float)):
        places |= {"hgc_x": (place[0] - disk.observer.hgs_longitude + l0) % 360, "hgc_y": place[1]}
    return places
