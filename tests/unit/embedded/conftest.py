"""The platform of one process in a fresh folder, and files to feed it."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.stix import Flare, StixDay, write_stix


@pytest.fixture
def home(tmp_path) -> Path:
    return tmp_path / "home"


@pytest.fixture(scope="session")
def goes() -> Path:
    import sunpy

    return Path(sunpy.__file__).parent / "data" / "test" / "go1520110607.fits"


@pytest.fixture(scope="session")
def stix(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("stix") / "solo_L1_stix-ql-lightcurve_20220328_V02.fits"
    write_stix(StixDay(samples=2400, flares=(Flare(start=3600, peak=3900, end=5400, counts=20_000),)), path)
    return path
