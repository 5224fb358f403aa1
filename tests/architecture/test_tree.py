"""What holds the tree together."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOTS = [ROOT / name for name in ("core", "proto", "db", "services", "training")]
HEAVY = ("torch", "sunpy", "astropy", "grpc", "sqlalchemy", "onnxruntime", "matplotlib", "celery", "fastapi", "pandas")


def packages():
    folders = [root / "helioscribe" for root in ROOTS] + [
        ROOT / "plugins" / name for name in ("stix_lstm", "stix_ssl", "xray_threshold")
    ]
    modules = [path for folder in folders if folder.is_dir() for path in folder.rglob("*.py")]
    return sorted({path.parent for path in modules if not {"tests", "templates", ".venv"} & set(path.parts)})


def test_helioscribe_is_a_namespace_in_every_root():
    assert [root for root in ROOTS if (root / "helioscribe" / "__init__.py").exists()] == []
    assert [root for root in ROOTS if (root / "__init__.py").exists()] == []


def test_every_package_is_one_and_tops_are_typed():
    found = packages()
    assert len(found) > 15
    assert [str(package) for package in found if not (package / "__init__.py").is_file()] == []
    tops = [package for package in found if not (package.parent / "__init__.py").is_file()]
    assert len(tops) >= 10
    assert [str(package) for package in tops if not (package / "py.typed").is_file()] == []


@pytest.fixture(scope="module")
def imported():
    code = (
        "import json, sys\n"
        "import helioscribe.sdk, helioscribe.embedded.cli\n"
        "first = sorted({name.partition('.')[0] for name in sys.modules})\n"
        "from helioscribe.sdk.discovery import discover\n"
        "found = [plugin.name for plugin in discover()]\n"
        "print(json.dumps([first, found, sorted({name.partition('.')[0] for name in sys.modules})]))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd="/")
    return json.loads(done.stdout)


def test_sdk_and_command_line_start_without_heavy_libraries(imported):
    assert set(HEAVY) & set(imported[0]) == set()


def test_discovery_imports_no_plugin(imported):
    _, found, modules = imported
    assert "stix-lstm" in found
    assert [name for name in modules if name.startswith("helioscribe_")] == []
    assert set(HEAVY) & set(modules) == set()


def test_the_layers_hold():
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
