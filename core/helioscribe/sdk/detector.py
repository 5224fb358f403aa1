"""The protocols that a plugin implements, and those that the host hands to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

from helioscribe.domain.detection import DetectionResult, Parameters
from helioscribe.domain.product import Product

__all__ = ["Detector", "DetectorFactory", "Evaluation", "Model", "Models", "OutputWriter"]


class Model(Protocol):
    """One ONNX graph of the plugin. The host runs it and decides about devices and batches.

    Examples
    --------
    >>> score = models["network"](x=counts.astype("float32"))["flare"]  # doctest: +SKIP
    """

    def __call__(self, **tensors: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Run the graph.

        Parameters
        ----------
        **tensors
            One array for each input, under the names, types and shapes that the manifest declares.

        Returns
        -------
        dict
            One array for each output, by the names in the manifest.

        Raises
        ------
        InvalidInputError
            If the name, type or shape of a tensor is not what the manifest declares.
        CancelledError
            If the caller has cancelled the work. Do not catch it.
        """


class Models(Protocol):
    """The graphs and arrays of one model version, by the names under ``[models]`` in the manifest.

    Which version that is, the host decides: the champion, a shadow, or one that a user asked for.
    """

    def __getitem__(self, name: str) -> Model:
        """Return a graph, that is an ``.onnx`` file. Raises `NotFoundError` if the manifest has no such graph."""

    def arrays(self, name: str) -> Mapping[str, NDArray[Any]]:
        """Return the arrays of a ``.safetensors`` file by name, such as the mean and scale of a scaler.

        Raises
        ------
        NotFoundError
            If the manifest has no such file.
        """


class Detector(Protocol):
    """Finds events in products.

    One instance serves many calls, some of them at the same time, so it must not change itself in `detect`.

    Examples
    --------
    A detector that takes the brightest moment of every light curve for a flare:

    >>> from helioscribe.sdk import (
    ...     Detection, DetectionResult, InvalidInputError, LightCurve, cover_light_curve, from_datetime64
    ... )
    >>> class Brightest:
    ...     def detect(self, product, models):
    ...         if not isinstance(product, LightCurve):
    ...             raise InvalidInputError(f"expected a light curve, got {product.kind}")
    ...         peak = from_datetime64(product.times[product.rates[:, 0].argmax()])
    ...         flare = Detection(event_type="FL", time_range=product.time_range, peak_time=peak)
    ...         return DetectionResult(
    ...             detections=(flare,), covered=cover_light_curve(product, product.good, [flare])
    ...         )

    It needs no host to be tried:

    >>> from helioscribe.sdk.testing import synthetic_light_curve
    >>> (flare,) = Brightest().detect(synthetic_light_curve(flares=[(60.0, 20.0)]), models=None).detections
    >>> f"{flare.peak_time:%H:%M}"
    '01:01'
    """

    def detect(self, product: Product, models: Models) -> DetectionResult:
        """Return what one product shows.

        The same product, models and parameters must give the same result.

        Parameters
        ----------
        product
            A `LightCurve`, `SolarImage` or `ImageSequence`. It is shared with others: do not write into its arrays.
        models
            The graphs and arrays that the manifest lists.

        Raises
        ------
        InvalidInputError
            If the product is not one that the manifest asks for, or holds nothing that can be used.
        """


DetectorFactory = Callable[[Parameters], Detector]
"""Makes a detector from its parameters. The manifest's ``entry`` names this function.

The parameters are complete: every one of the manifest is there, has the right type and lies within its range.
"""


class OutputWriter(Protocol):
    """Writes tables and plots of a result. The manifest's ``outputs`` names this function.

    Examples
    --------
    >>> def write(product, result, folder, *, stem, formats, dpi):
    ...     if "csv" not in formats:
    ...         return []
    ...     path = folder / f"{stem}.csv"
    ...     numpy.savetxt(path, [(found.probability,) for found in result.detections], header="probability")
    ...     return [path]
    """

    def __call__(
        self, product: Product, result: DetectionResult, folder: Path, *, stem: str, formats: tuple[str, ...], dpi: int
    ) -> list[Path]:
        """Write files and return their paths, the one that people should see first at the beginning.

        Parameters
        ----------
        product, result
            What the detector was given, and what it returned.
        folder
            Where to write; it exists.
        stem
            How the name of every file must begin.
        formats
            What to write: ``csv`` for tables; ``png``, ``svg`` or ``pdf`` for plots.
        dpi
            Resolution of plots in pixels [dots per inch].
        """


class Evaluation(Protocol):
    """Measures a detector on labelled data. The manifest's ``evaluation`` names this function.

    Examples
    --------
    >>> def evaluate(data, *, read, detect, folder):
    ...     curves = [read(path) for path in sorted(data.glob("*.fits"))]
    ...     strict = [len(detect(curve, {"threshold": 0.9}).detections) for curve in curves]
    ...     return {"my data": {"files": len(curves), "flares": sum(strict)}}
    """

    def __call__(
        self,
        data: Path,
        *,
        read: Callable[[Path], Product],
        detect: Callable[[Product, Parameters], DetectionResult],
        folder: Path | None,
    ) -> dict[str, Any]:
        """Return metrics as JSON values, grouped by the name of the data on which they were measured.

        Parameters
        ----------
        data
            Folder with the labelled data.
        read
            Reads one file as the platform does.
        detect
            Runs the detector that is evaluated. The given parameters replace those that it would run with.
        folder
            Where to write plots; None if none are wanted.

        Raises
        ------
        InvalidInputError
            If the folder holds no data that can be used.
        """
