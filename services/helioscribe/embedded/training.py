"""The training service of the distributed platform, with the ingest service's reader of files.

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
    """Return what reads a file of observations for a training program."""
    reading = Reading.of(settings)
    return lambda path: read_product(path, reading).product


def compose(platform: Platform) -> Parts:
    """Put the service together."""
    return app.compose(platform, read=reader(platform.settings))


if __name__ == "__main__":
    main("training", compose)
