"""The training service of the distributed platform. It reads files with the readers of the ingest service.

``helioscribe serve training``, or ``python -m helioscribe.embedded.training``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from helioscribe.domain.product import Product
from helioscribe.ingest.readers import Reading, read_product
from helioscribe.runtime.service import Parts, main
from helioscribe.runtime.settings import Settings
from helioscribe.runtime.wiring import Platform
from helioscribe.training import app

__all__ = ["compose", "reader"]


def reader(settings: Settings) -> Callable[[Path], Product]:
    """Return the function that reads a file of observations for trainings."""
    reading = Reading.of(settings)
    return lambda path: read_product(path, reading).product


def compose(platform: Platform) -> Parts:
    """Return the parts of the training service."""
    return app.compose(platform, read=reader(platform.settings))


if __name__ == "__main__":
    main("training", compose)
