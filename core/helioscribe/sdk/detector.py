"""What a detector is: numpy code over products and over graphs that the host runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

from helioscribe.domain.detection import DetectionResult, Parameters
from helioscribe.domain.product import Product

__all__ = ["Detector", "DetectorFactory", "Evaluation", "Model", "Models", "OutputWriter"]


class Model(Protocol):
    """A graph that the host runs, wherever and in whatever batches it likes."""

    def __call__(self, **tensors: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Run the graph.

        Parameters
        ----------
        **tensors
            Inputs by the names that the manifest gives them.

        Returns
        -------
        dict
            Outputs by name.

        Raises
        ------
        InvalidInputError
            If a name, type or shape is not what the manifest says.
        CancelledError
            If the caller asked for the work to stop: let it pass.
        """


class Models(Protocol):
    """The files of the model version that serves, by the names of the manifest."""

    def __getitem__(self, name: str) -> Model:
        """Return a graph. Raises `NotFoundError` for a name that the manifest does not have."""

    def arrays(self, name: str) -> Mapping[str, NDArray[Any]]:
        """Return fitted arrays, such as a scaler's or a forest's. Raises `NotFoundError`."""


class Detector(Protocol):
    """Finds events in products.

    An instance serves many calls, also at the same time: it keeps no state between them.
    """

    def detect(self, product: Product, models: Models) -> DetectionResult:
        """Look at one product.

        The same product, models and parameters give the same result, bit by bit where the hardware allows it.

        Raises
        ------
        InvalidInputError
            If the product is not what the manifest asks for.
        """


DetectorFactory = Callable[[Parameters], Detector]
"""Makes a detector from complete, checked parameters. The manifest's ``entry`` names one."""


class OutputWriter(Protocol):
    """Writes what people want to see of a result: tables and plots. The manifest's ``outputs`` names one."""

    def __call__(
        self, product: Product, result: DetectionResult, folder: Path, *, stem: str, formats: tuple[str, ...], dpi: int
    ) -> list[Path]:
        """Write files into a folder that exists and return their paths, the most telling one first.

        Parameters
        ----------
        product, result
            What went in and what came out.
        folder
            Where to write.
        stem
            Beginning of every file's name.
        formats
            Of the plots, such as ``("png",)``; ``csv`` asks for the tables.
        dpi
            Dots per inch of pixel formats.
        """


class Evaluation(Protocol):
    """Measures a detector on labelled data. The manifest's ``evaluation`` names one."""

    def __call__(
        self,
        data: Path,
        *,
        read: Callable[[Path], Product],
        detect: Callable[[Product, Parameters], DetectionResult],
        folder: Path | None,
    ) -> dict[str, Any]:
        """Return metrics as JSON values, by the name of the data that they were measured on.

        Parameters
        ----------
        data
            Folder of labelled data.
        read
            The platform's reader of files.
        detect
            Runs the detector that is evaluated, with some parameters changed.
        folder
            Where to write plots; None for no plots.

        Raises
        ------
        InvalidInputError
            If the folder holds nothing that can be used.
        """
