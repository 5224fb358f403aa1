"""The detector: a map in, its cluster, how odd it is, and whether it shows several sources."""

from __future__ import annotations

import numpy as np

from helioscribe.domain.coverage import CoverageState, CoveredSpan
from helioscribe.domain.detection import Detection, DetectionResult, Parameters, ScoreSeries, Value
from helioscribe.domain.errors import InvalidInputError
from helioscribe.domain.product import Product, SolarImage
from helioscribe.domain.times import from_datetime64
from helioscribe.sdk import Models
from helioscribe_stix_ssl._oddity import layout
from helioscribe_stix_ssl._preprocess import crop, encoder_input, is_back_projection
from helioscribe_stix_ssl._settings import Settings
from helioscribe_stix_ssl._sources import bright_box, peak_position
from helioscribe_stix_ssl._transforms import Verdicts, judge, unit

__all__ = ["StixSsl", "create"]

_SCORES = ("anomaly", "rank", "multiple", "doubt", "cluster", "distance")
_PLACE = tuple(f"pc{number}" for number in range(1, 9))
"""The first principal components: what pictures of all images lay side by side by."""


def create(parameters: Parameters) -> StixSsl:
    """Make the detector from complete, checked parameters."""
    return StixSsl(Settings.read(parameters))


class StixSsl:
    """Tells which STIX maps belong together, and which are odd or show several sources.

    Parameters
    ----------
    settings
        How it looks.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def detect(self, product: Product, models: Models) -> DetectionResult:
        """Look at one map.

        Raises
        ------
        InvalidInputError
            If the product is no X-ray map in the bands that the model knows, or the encoder's embeddings are not those
            that the transforms were fitted to.
        """
        image = self._checked(product)
        seen = encoder_input(crop(image, self._settings.window))[None]
        embedding = models["encoder"](image=seen)["embedding"]
        verdicts = judge(
            models.arrays("transforms"), embedding, layout(seen[:, 0]), np.array([is_back_projection(image)])
        )
        detections = self._detections(image, verdicts)
        state = CoverageState.PROCESSED if detections else CoverageState.NOTHING_FOUND
        return DetectionResult(
            detections=detections,
            covered=(CoveredSpan(time_range=image.time_range, state=state),),
            scores=_scores(image, verdicts),
            embeddings={"image": unit(embedding)[0].astype(np.float32)},
            diagnostics={"seen": seen[0, 0], "components": verdicts.components[0].astype(np.float32)},
        )

    def _checked(self, product: Product) -> SolarImage:
        if not isinstance(product, SolarImage):
            raise InvalidInputError(f"stix-ssl reads solar images, got {product.kind}")
        low, high = self._settings.lowest_energy, self._settings.highest_energy
        band = [product.header.get(key) for key in ("ENERGY_L", "ENERGY_H")]
        known = [float(edge) for edge in band if isinstance(edge, int | float)]
        if len(known) != 2 or not low <= known[0] < known[1] <= high:
            raise InvalidInputError(
                f"stix-ssl: expected an X-ray map within {low:g}-{high:g} keV, got {product.channel or 'no band'}"
            )
        return product

    def _detections(self, image: SolarImage, verdicts: Verdicts) -> tuple[Detection, ...]:
        odd = float(verdicts.anomaly[0]) < self._settings.anomaly_threshold
        several = float(verdicts.multiple[0]) >= self._settings.multiple(projected=is_back_projection(image))
        wanted = {"all": True, "notable": odd or several, "anomalies": odd, "multiple": several}
        if not wanted[self._settings.report]:
            return ()
        return (
            Detection(
                event_type="FL",
                time_range=image.time_range,
                peak_time=from_datetime64(image.time),
                probability=float(np.clip(max(verdicts.multiple[0] * several, verdicts.rank[0] * odd, 0), 0, 1)),
                position=peak_position(image),
                box=bright_box(image),
                measurements=_measurements(image, verdicts, _seen(odd=odd, several=several)),
            ),
        )


def _seen(*, odd: bool, several: bool) -> str:
    words = [word for word, holds in (("several sources", several), ("unusual image", odd)) if holds]
    return " and ".join(words) or "one source, usual image"


def _measurements(image: SolarImage, verdicts: Verdicts, seen: str) -> dict[str, Value]:
    found: dict[str, Value] = {
        "seen": seen,
        "image_cluster": int(verdicts.cluster[0]),
        "image_cluster_distance": float(verdicts.distance[0]),
        "image_anomaly": float(verdicts.anomaly[0]),
        "image_anomaly_rank": float(verdicts.rank[0]),
        "image_multiple": float(verdicts.multiple[0]),
        "image_multiple_error": float(verdicts.doubt[0]),
    }
    for key, name in (("UID", "image_uid"), ("PHOTONS", "image_photons"), ("ALG_USED", "image_method")):
        if image.header.get(key) not in (None, ""):
            found[name] = image.header[key]
    return found


def _scores(image: SolarImage, verdicts: Verdicts) -> ScoreSeries:
    said = {name: getattr(verdicts, name)[0] for name in _SCORES}
    said |= dict(zip(_PLACE, verdicts.components[0], strict=False))
    values = np.array([[*said.values()]], np.float32)
    return ScoreSeries(times=np.atleast_1d(image.time), names=tuple(said), values=values)
