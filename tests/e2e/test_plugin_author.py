"""A stranger writes a detector with nothing but the base wheel, installs it, and sees its events in the catalogue."""

from __future__ import annotations

import io
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from helioscribe.sdk.scaffold import write_plugin

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
NAME = "my-first-detector"
HEAVY = ("torch", "onnxruntime", "sqlalchemy", "celery", "grpc", "click", "fastapi")
BASE = ("numpy", "astropy", "sunpy", "safetensors", "packaging")


def run(*command, **options):
    ran = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=240, **options)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def wheels(tmp_path_factory) -> Path:
    """The base wheel and the plugin's, built as they would be published."""
    folder = tmp_path_factory.mktemp("wheels")
    write_plugin(NAME, folder)
    for source in (ROOT, folder / NAME):
        run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, source)
    return folder


@pytest.fixture(scope="module")
def author(wheels, tmp_path_factory) -> Path:
    """An empty environment with the base wheel, the plugin, and the base's own dependencies only."""
    place = tmp_path_factory.mktemp("author") / "venv"
    venv.create(place, with_pip=False, symlinks=True)
    (site,) = place.glob("lib/python3*/site-packages")
    link_dependencies(site)
    wheel_files = sorted(wheels.glob("*.whl"))
    run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", site, *wheel_files)
    return place / "bin" / "python"


def link_dependencies(site: Path) -> None:
    """Make the base dependencies, and what they need themselves, importable there: nothing else of this environment."""
    import re
    from importlib.metadata import PackageNotFoundError, distribution

    waiting, seen = [*BASE, "pandas", "scipy", "matplotlib", "mpl-animators", "reproject", "h5netcdf", "cdflib"], set()
    while waiting:
        name = waiting.pop()
        if name in seen or name in HEAVY:
            continue
        seen.add(name)
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue
        tops = {Path(file).parts[0] for file in found.files or () if ".." not in Path(file).parts}
        for top in tops:
            source = Path(str(found.locate_file(top)))
            if source.exists() and not (site / top).exists():
                (site / top).symlink_to(source)
        required = [line for line in found.requires or () if "extra ==" not in line]
        waiting += [re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0].lower() for line in required]


def test_the_environment_holds_nothing_heavy(author):
    code = f"import importlib.util as u; print([n for n in {HEAVY!r} if u.find_spec(n)])"
    assert run(author, "-c", code).strip() == "[]"


def test_the_scaffold_passes_the_checks_with_the_base_wheel_alone(author):
    report = run(author, "-m", "helioscribe.sdk.testing", NAME)
    assert "FAIL" not in report
    assert "1 detection in" in report


def test_its_events_come_into_the_catalogue(author, wheels, tmp_path, monkeypatch):
    """The platform finds the installed plugin by its metadata and runs it."""
    site = tmp_path / "site"
    (wheel,) = wheels.glob("my_first*.whl")
    run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", site, wheel)
    monkeypatch.syspath_prepend(str(site))
    from helioscribe.embedded.platform import Embedded
    from support.curves import stix_csv

    with Embedded(tmp_path / "home") as platform:
        assert NAME in {manifest.id for manifest in platform.host.manifests()}
        job = platform.ingest.accept(io.BytesIO(stix_csv(7)), name="curve.csv", detectors=(NAME,))
        wait_for(platform, job.id)
        (event,) = list(platform.platform.catalogue.search(query(NAME)))
        assert event.event_type == "FL"


def wait_for(platform, job_id):
    import time

    deadline = time.monotonic() + 60
    catalogue = platform.platform.catalogue
    while time.monotonic() < deadline:
        if list(catalogue.search(query(NAME))):
            return
        assert platform.platform.jobs.get(job_id).error is None
        time.sleep(0.1)
    raise AssertionError("no event came")


def query(detector):
    from helioscribe.ports.catalogue import EventQuery

    return EventQuery(detectors=(detector,))
